// SPDX-License-Identifier: Apache-2.0
// pam from its definition on real numbers, independent of the integer add in model/pam.h.
#ifndef SUMAC_TESTS_MODEL_PAM_DEFINITION_H_
#define SUMAC_TESTS_MODEL_PAM_DEFINITION_H_

#include <cstdint>

#include "model/word.h"

namespace sumac::testing {

// Of |a| = 2^ea (1 + fa) and |b| = 2^eb (1 + fb), fa and fb in [0, 1), the product is
// 2^(ea + eb) times the piecewise affine function of s = fa + fb + comp / 2^23 that is 1 + s below
// 1, 2 s below 2 and 4 (s - 1) below 3: (1 + fa)(1 + fb) without fa fb. Every step is exact in
// binary64.
inline Word PamByDefinition(Word a, Word b, Word comp) {
  struct Fields {
    bool negative;
    int exponent;
    std::uint32_t fraction;

    explicit Fields(Word w)
        : negative((w >> 31) == 1),
          exponent(static_cast<int>(w >> 23 & 0xFF)),
          fraction(w & 0x7FFFFF) {}
    bool zero() const { return exponent == 0; }
    bool infinite() const { return exponent == 255 && fraction == 0; }
    bool nan() const { return exponent == 255 && fraction != 0; }
  };
  const Fields x(a);
  const Fields y(b);
  const bool negative = x.negative != y.negative;
  const Word infinity = negative ? 0xFF800000 : 0x7F800000;
  if (x.nan() || y.nan()) return 0x7FC00000;
  if ((x.infinite() && y.zero()) || (x.zero() && y.infinite())) return 0x7FC00000;
  if (x.infinite() || y.infinite()) return infinity;
  if (x.zero() || y.zero()) return 0;

  const auto fraction = [](std::uint32_t f) { return static_cast<double>(f) * 0x1p-23; };
  const double s = fraction(x.fraction) + fraction(y.fraction) + fraction(comp);
  const double mantissa = s < 1 ? 1 + s : s < 2 ? 2 * s : 4 * (s - 1);
  int exponent = x.exponent - 127 + y.exponent - 127;
  double significand = mantissa;
  for (; significand >= 2; significand /= 2) ++exponent;
  if (exponent < -126) return 0;
  if (exponent > 127) return infinity;
  const Word upper = (negative ? 256u : 0u) + static_cast<Word>(exponent + 127);
  return upper << 23 | static_cast<Word>((significand - 1) * 0x1p23);
}

}  // namespace sumac::testing

#endif  // SUMAC_TESTS_MODEL_PAM_DEFINITION_H_
