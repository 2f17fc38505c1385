// SPDX-License-Identifier: Apache-2.0
// The integer-add product and the piecewise affine functions without branches, for loops that the
// compiler vectorises: all cases are computed and selected. Equal to the references (model/pam.h,
// model/piecewise_affine.h) word for word. No floating-point operation but conversions.
#ifndef SUMAC_MODEL_LANES_H_
#define SUMAC_MODEL_LANES_H_

#include <cstdint>

#include "model/piecewise_affine.h"
#include "model/word.h"

namespace sumac {

inline Word PamLane(Word a, Word b, Word comp = kCompMogami) {
  // Comparisons are of signed numbers, which every CPU has; a sum less kMiddle is one, out of range
  // or not.
  constexpr auto kMiddle = std::int32_t{0x40000000};
  constexpr auto kInfinite = static_cast<std::int32_t>(kInfinity);
  constexpr auto kLeast = static_cast<std::int32_t>(kMinNormal);
  const Word sign = (a ^ b) & kSignBit;
  const auto ma = static_cast<std::int32_t>(Magnitude(a));
  const auto mb = static_cast<std::int32_t>(Magnitude(b));
  const std::int32_t low = ma < mb ? ma : mb;
  const std::int32_t high = ma < mb ? mb : ma;
  const auto sum =
      static_cast<std::int32_t>(Magnitude(a) + Magnitude(b) + (comp - kOne - Word{kMiddle}));
  const std::int32_t bounded = sum < kInfinite - kMiddle ? sum : kInfinite - kMiddle;
  Word product = sign | (static_cast<Word>(bounded) + Word{kMiddle});
  product = (sum < kLeast - kMiddle) | (low < kLeast) ? 0 : product;
  const Word special = (high > kInfinite) | (low < kLeast) ? kNaN : sign | kInfinity;
  return high >= kInfinite ? special : product;
}

inline Word PadivLane(Word a, Word b) {
  const Word sign = (a ^ b) & kSignBit;
  const Word ma = Magnitude(a);
  const Word mb = Magnitude(b);
  // As unsigned numbers, differences that underflow wrap to 0xC0000000 and more, above all that
  // overflow.
  const Word offset = ma - mb + kOne - kMinNormal;
  const Word out_of_range = offset < 0xC0000000u ? sign | kInfinity : 0;
  Word quotient = offset < kInfinity - kMinNormal ? sign | (offset + kMinNormal) : out_of_range;
  quotient = mb < kMinNormal || ma >= kInfinity ? sign | kInfinity : quotient;
  quotient = ma < kMinNormal || mb >= kInfinity ? 0 : quotient;
  const bool both_zero = ma < kMinNormal && mb < kMinNormal;
  const bool both_infinite = ma >= kInfinity && mb >= kInfinity;
  return ma > kInfinity || mb > kInfinity || both_zero || both_infinite ? kNaN : quotient;
}

inline Word PasqrtLane(Word a) {
  Word root = (a + kOne) >> 1;
  root = a >= kInfinity ? kNaN : root;
  root = a == kInfinity ? kInfinity : root;
  return Magnitude(a) < kMinNormal ? 0 : root;
}

inline Word Paexp2Lane(Word a) {
  const Word magnitude = Magnitude(a);
  const bool in_range = magnitude < kExp2Limit;
  // Times 2^23 by an add to the exponent; a zero or a subnormal stays far below 1.
  const Word scaled = in_range ? a + kMantissaStep : 0;
  const auto units = static_cast<std::int32_t>(ToFloat(scaled));
  const std::int32_t field = units + static_cast<std::int32_t>(kOne);
  Word power = field < static_cast<std::int32_t>(kMinNormal) ? 0 : static_cast<Word>(field);
  const Word limit = (a & kSignBit) != 0 ? 0 : kInfinity;
  power = in_range ? power : limit;
  return magnitude > kInfinity ? kNaN : power;
}

inline Word Palog2Lane(Word a) {
  const auto units = static_cast<std::int32_t>(a - kOne);
  // As a number not zero it is 1 or more: its exponent can be lowered by 23.
  const Word whole = ToWord(static_cast<float>(units));
  Word log = units == 0 ? 0 : whole - kMantissaStep;
  log = a == kInfinity ? kInfinity : log;
  log = a > kInfinity ? kNaN : log;
  return Magnitude(a) < kMinNormal ? kMinusInfinity : log;
}

}  // namespace sumac

#endif  // SUMAC_MODEL_LANES_H_
