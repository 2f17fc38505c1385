// SPDX-License-Identifier: Apache-2.0
// The functions beside the product that need no multiplier (docs/arithmetic.md, "Piecewise affine
// functions"): the reference, on integers. A word's magnitude field, read as a number, is its
// logarithm to base 2, drawn straight between the powers of two; so a difference of fields is a
// quotient, half a field a square root, and the field itself a logarithm.
// Method: A. Kosson and M. Jaggi, "Multiplication-Free Transformer Training via Piecewise Affine
// Operations", 2023.
#ifndef SUMAC_MODEL_PIECEWISE_AFFINE_H_
#define SUMAC_MODEL_PIECEWISE_AFFINE_H_

#include "model/pam.h"
#include "model/round.h"
#include "model/word.h"

namespace sumac {

inline constexpr Word kLog2E = 0x3FB8AA3Bu;       // log2 e, rounded
inline constexpr Word kLn2 = 0x3F317218u;         // ln 2, rounded
inline constexpr Word kExp2Limit = 0x43000000u;   // 128: 2^x is no number from there on
inline constexpr Word kMantissaStep = 23u << 23;  // in a magnitude field: a factor of 2^23
inline constexpr Word kMinusInfinity = kSignBit | kInfinity;

// The quotient a / b: an integer subtract.
constexpr Word Padiv(Word a, Word b) {
  const Word sign = (a ^ b) & kSignBit;
  if (IsNaN(a) || IsNaN(b)) return kNaN;
  if (IsInfinite(a)) return IsInfinite(b) ? kNaN : sign | kInfinity;
  if (IsZero(b)) return IsZero(a) ? kNaN : sign | kInfinity;
  if (IsInfinite(b) || IsZero(a)) return 0;
  const Signed magnitude = Signed{Magnitude(a)} - Magnitude(b) + kOne;
  if (magnitude < kMinNormal) return 0;
  if (magnitude >= kInfinity) return sign | kInfinity;
  return sign | static_cast<Word>(magnitude);
}

// The square root: half of the field, whose odd last bit is dropped.
constexpr Word Pasqrt(Word a) {
  if (IsNaN(a)) return kNaN;
  if (IsZero(a)) return 0;
  if ((a & kSignBit) != 0) return kNaN;
  return IsInfinite(a) ? kInfinity : (a + kOne) >> 1;
}

// 2^a: the field is a in units of 2^-23, what lies below a unit being dropped.
constexpr Word Paexp2(Word a) {
  if (IsNaN(a)) return kNaN;
  const bool negative = (a & kSignBit) != 0;
  if (IsZero(a)) return kOne;
  if (Magnitude(a) >= kExp2Limit) return negative ? 0 : kInfinity;
  const Signed shift = Exponent(a) + kMantissaBits;
  if (shift <= -kMantissaBits - 1) return kOne;
  const auto significand = static_cast<Signed>(Significand(a));
  const Signed units = shift < 0 ? significand >> -shift : significand << shift;
  const Signed magnitude = Signed{kOne} + (negative ? -units : units);
  return magnitude < kMinNormal ? 0 : static_cast<Word>(magnitude);
}

// The logarithm to base 2: the field less 1.0's, in units of 2^-23, rounded to nearest even.
constexpr Word Palog2(Word a) {
  if (IsNaN(a)) return kNaN;
  if (IsZero(a)) return kMinusInfinity;
  if ((a & kSignBit) != 0) return kNaN;
  if (IsInfinite(a)) return kInfinity;
  const Signed units = Signed{a} - kOne;
  if (units == 0) return 0;
  const Word sign = units < 0 ? kSignBit : 0;
  return RoundToWord(sign, static_cast<Wide>(units < 0 ? -units : units), -kMantissaBits);
}

// e^a and the natural logarithm, by way of base 2.
constexpr Word Paexp(Word a) { return Paexp2(Pam(a, kLog2E)); }
constexpr Word Palog(Word a) { return Pam(Palog2(a), kLn2); }

}  // namespace sumac

#endif  // SUMAC_MODEL_PIECEWISE_AFFINE_H_
