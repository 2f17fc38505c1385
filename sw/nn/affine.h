// SPDX-License-Identifier: Apache-2.0
// The operations outside the folds under --mul-free all, on numbers (docs/arithmetic.md, "Piecewise
// affine functions"). Products have no compensation.
#ifndef SUMAC_SW_NN_AFFINE_H_
#define SUMAC_SW_NN_AFFINE_H_

#include "model/lanes.h"
#include "model/word.h"

namespace sumac::affine {

inline float Multiply(float a, float b) { return ToFloat(PamLane(ToWord(a), ToWord(b))); }
inline float Divide(float a, float b) { return ToFloat(PadivLane(ToWord(a), ToWord(b))); }
inline float SquareRoot(float a) { return ToFloat(PasqrtLane(ToWord(a))); }
inline float Exp(float a) { return ToFloat(Paexp2Lane(PamLane(ToWord(a), kLog2E))); }
inline float Log(float a) { return ToFloat(PamLane(Palog2Lane(ToWord(a)), kLn2)); }

}  // namespace sumac::affine

#endif  // SUMAC_SW_NN_AFFINE_H_
