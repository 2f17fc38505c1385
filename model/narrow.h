// SPDX-License-Identifier: Apache-2.0
// Operand formats E8Mn (docs/arithmetic.md, "Narrow operands"): rounding into them, on integers.
#ifndef SUMAC_MODEL_NARROW_H_
#define SUMAC_MODEL_NARROW_H_

#include "model/word.h"

namespace sumac {

inline constexpr int kMinMantissaBits = 3;

// The word rounded to nearest even into E8Mn, n = mantissa_bits in [3, 23]: its low 23 - n bits are
// zero. Subnormals become zeros of their sign, a NaN becomes kNaN, the largest words may round to
// infinity. n = 7 is bf16; n = 23 changes only subnormals and NaNs.
constexpr Word Narrow(Word w, int mantissa_bits) {
  if (IsNaN(w)) return kNaN;
  if (IsZero(w)) return w & kSignBit;
  const int dropped = kMantissaBits - mantissa_bits;
  if (IsInfinite(w) || dropped == 0) return w;
  const Word unit = Word{1} << dropped;
  const Word rest = w & (unit - 1);
  const Word kept = w - rest;
  const bool up = rest > unit / 2 || (rest == unit / 2 && (kept & unit) != 0);
  return up ? kept + unit : kept;
}

}  // namespace sumac

#endif  // SUMAC_MODEL_NARROW_H_
