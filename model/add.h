// SPDX-License-Identifier: Apache-2.0
// The accumulator's addition (docs/arithmetic.md, "add"): the reference, on integers.
#ifndef SUMAC_MODEL_ADD_H_
#define SUMAC_MODEL_ADD_H_

#include "model/word.h"

namespace sumac {

// IEEE-754 binary32 addition, round to nearest even; subnormal operands are read as zero, a
// subnormal sum becomes a zero of its sign, and every NaN result is kNaN.
Word Add(Word a, Word b);

}  // namespace sumac

#endif  // SUMAC_MODEL_ADD_H_
