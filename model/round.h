// SPDX-License-Identifier: Apache-2.0
// Rounding of an exact integer significand into a word; shared by the reference Add and Mul.
#ifndef SUMAC_MODEL_ROUND_H_
#define SUMAC_MODEL_ROUND_H_

#include "model/word.h"

namespace sumac {

// The word nearest (ties to even) to significand * 2^exponent with the given sign bit, the
// significand not zero. It is rounded to 24 significant bits with unbounded exponent; then a
// magnitude below 2^-126 becomes a zero of its sign, one of 2^128 or more an infinity.
constexpr Word RoundToWord(Word sign, Wide significand, Signed exponent) {
  const Signed excess = BitWidth(significand) - (kMantissaBits + 1);
  if (excess <= 0) {
    significand <<= -excess;
  } else {
    const Wide rest = significand & ((Wide{1} << excess) - 1);
    const Wide half = Wide{1} << (excess - 1);
    significand >>= excess;
    if (rest > half || (rest == half && (significand & 1) != 0)) ++significand;
  }
  exponent += excess;
  if (significand == Wide{1} << (kMantissaBits + 1)) {
    significand >>= 1;
    ++exponent;
  }
  const Signed biased = exponent + kMantissaBits + 127;
  if (biased < 1) return sign;
  if (biased > 254) return sign | kInfinity;
  const Word fraction = static_cast<Word>(significand) & (kMinNormal - 1);
  return sign | static_cast<Word>(biased) << kMantissaBits | fraction;
}

// Significand (with its leading one) and exponent of a finite nonzero word:
// |value| = significand * 2^exponent.
constexpr Wide Significand(Word w) { return (w & (kMinNormal - 1)) | kMinNormal; }
constexpr Signed Exponent(Word w) {
  return static_cast<Signed>(Magnitude(w) >> kMantissaBits) - 127 - kMantissaBits;
}

}  // namespace sumac

#endif  // SUMAC_MODEL_ROUND_H_
