// SPDX-License-Identifier: Apache-2.0
#include "model/mul.h"

#include "model/round.h"

namespace sumac {

Word Mul(Word a, Word b) {
  const Word sign = (a ^ b) & kSignBit;
  if (IsNaN(a) || IsNaN(b)) return kNaN;
  if (IsInfinite(a) || IsInfinite(b)) {
    return IsZero(a) || IsZero(b) ? kNaN : sign | kInfinity;
  }
  if (IsZero(a) || IsZero(b)) return sign;
  return RoundToWord(sign, Significand(a) * Significand(b), Exponent(a) + Exponent(b));
}

}  // namespace sumac
