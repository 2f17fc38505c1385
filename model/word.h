// SPDX-License-Identifier: Apache-2.0
// A value is a 32-bit word that holds an IEEE-754 binary32 pattern (docs/arithmetic.md, "Words").
#ifndef SUMAC_MODEL_WORD_H_
#define SUMAC_MODEL_WORD_H_

#include "model/integers.h"

namespace sumac {

inline constexpr Word kSignBit = 0x80000000u;
inline constexpr Word kMagnitudeMask = 0x7FFFFFFFu;
inline constexpr Word kMinNormal = 0x00800000u;  // 2^-126, the least magnitude that is not zero
inline constexpr Word kInfinity = 0x7F800000u;
inline constexpr Word kNaN = 0x7FC00000u;  // the one NaN result
inline constexpr Word kOne = 0x3F800000u;  // 1.0: its magnitude field is the exponent bias
inline constexpr int kMantissaBits = 23;

constexpr Word Magnitude(Word w) { return w & kMagnitudeMask; }
constexpr bool IsNaN(Word w) { return Magnitude(w) > kInfinity; }
constexpr bool IsInfinite(Word w) { return Magnitude(w) == kInfinity; }
// Zero as an operand: true zero and every subnormal, which is read as zero (DAZ).
constexpr bool IsZero(Word w) { return Magnitude(w) < kMinNormal; }

}  // namespace sumac

#endif  // SUMAC_MODEL_WORD_H_
