// SPDX-License-Identifier: Apache-2.0
// The accumulator that adds a group of products at once (docs/arithmetic.md, "fused"): the
// reference, on integers.
#ifndef SUMAC_MODEL_FUSED_H_
#define SUMAC_MODEL_FUSED_H_

#include <span>

#include "model/word.h"

namespace sumac {

inline constexpr int kFusedGroups[] = {4, 8, 16};  // products a group
inline constexpr int kMaxFusedGroup = 16;

// The partial sum plus the products, aligned to the greatest exponent among them and added as
// integers, then rounded once to nearest even. A zero is +0, a NaN kNaN. A product of zero may be
// left out.
Word Fused(Word psum, std::span<const Word> products);

}  // namespace sumac

#endif  // SUMAC_MODEL_FUSED_H_
