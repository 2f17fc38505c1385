// SPDX-License-Identifier: Apache-2.0
#include "model/add.h"

#include <utility>

#include "model/round.h"

namespace sumac {

Word Add(Word a, Word b) {
  if (IsNaN(a) || IsNaN(b)) return kNaN;
  if (IsInfinite(a) || IsInfinite(b)) {
    if (IsInfinite(a) && IsInfinite(b) && a != b) return kNaN;
    return IsInfinite(a) ? a : b;
  }
  if (IsZero(a) && IsZero(b)) return a & b & kSignBit;
  if (IsZero(a)) return b;
  if (IsZero(b)) return a;

  if (Magnitude(a) < Magnitude(b)) std::swap(a, b);
  // Aligned to the smaller exponent the sum of two 24-bit significands is exact in 63 bits while
  // the exponents are at most 37 apart; further apart the smaller is less than a quarter of an ulp
  // of the larger, wherever it lies, so any nonzero stand-in at that distance rounds alike.
  constexpr Signed kMaxDistance = 37;
  Signed distance = Exponent(a) - Exponent(b);
  Wide small = Significand(b);
  if (distance > kMaxDistance) {
    distance = kMaxDistance;
    small = 1;
  }
  const Wide large = Significand(a) << distance;
  const Wide sum = ((a ^ b) & kSignBit) != 0 ? large - small : large + small;
  if (sum == 0) return 0;
  return RoundToWord(a & kSignBit, sum, Exponent(a) - distance);
}

}  // namespace sumac
