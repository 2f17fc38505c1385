// SPDX-License-Identifier: Apache-2.0
// The product that is an integer add (docs/arithmetic.md, "pam"): the reference, on integers.
// Method: piecewise affine multiplication, T. Mogami, "Deep Neural Network Training without
// Multiplications", 2020; so named by A. Kosson and M. Jaggi, 2023.
#ifndef SUMAC_MODEL_PAM_H_
#define SUMAC_MODEL_PAM_H_

#include "model/word.h"

namespace sumac {

// Published compensation constants: what is added to the magnitude field of every product.
inline constexpr Word kCompMogami = 0;             // the plain method
inline constexpr Word kCompPamAlpha = 0x000710CB;  // a gain of 1.0552
inline constexpr Word kCompLMul = 0x00080000;      // 2^-4 of a mantissa
inline constexpr Word kCompLimit = 0x00800000;     // 0 <= comp < 2^23

// The product of two words with compensation 0 <= comp < kCompLimit.
constexpr Word Pam(Word a, Word b, Word comp = kCompMogami) {
  const Word sign = (a ^ b) & kSignBit;
  if (IsNaN(a) || IsNaN(b)) return kNaN;
  if (IsInfinite(a) || IsInfinite(b)) {
    return IsZero(a) || IsZero(b) ? kNaN : sign | kInfinity;
  }
  if (IsZero(a) || IsZero(b)) return 0;
  const Signed magnitude = Signed{Magnitude(a)} + Magnitude(b) - kOne + comp;
  if (magnitude < kMinNormal) return 0;
  if (magnitude >= kInfinity) return sign | kInfinity;
  return sign | static_cast<Word>(magnitude);
}

}  // namespace sumac

#endif  // SUMAC_MODEL_PAM_H_
