// SPDX-License-Identifier: Apache-2.0
// The baseline's product (docs/arithmetic.md, "mul"): the reference, on integers.
#ifndef SUMAC_MODEL_MUL_H_
#define SUMAC_MODEL_MUL_H_

#include "model/word.h"

namespace sumac {

// IEEE-754 binary32 multiplication, round to nearest even; subnormal operands are read as zero;
// the product is rounded to 24 bits with unbounded exponent, then flushed to a zero of its sign if
// it is below 2^-126; every NaN result is kNaN.
Word Mul(Word a, Word b);

}  // namespace sumac

#endif  // SUMAC_MODEL_MUL_H_
