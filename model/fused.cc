// SPDX-License-Identifier: Apache-2.0
#include "model/fused.h"

#include "model/round.h"

namespace sumac {
namespace {

constexpr int kGuardBits = 3;  // below the last bit of the term with the greatest exponent

// A finite nonzero word's significand in the unit 2^(largest - kGuardBits), as an integer: between
// two it is the odd one, but below 1 it is 0.
Signed Aligned(Word term, Signed largest) {
  const Signed distance = largest - Exponent(term);
  if (distance > kMantissaBits + kGuardBits) return 0;
  const Wide significand = Significand(term) << kGuardBits;
  Wide aligned = significand >> distance;
  if (aligned << distance != significand) aligned |= 1;
  const auto magnitude = static_cast<Signed>(aligned);
  return (term & kSignBit) != 0 ? -magnitude : magnitude;
}

}  // namespace

Word Fused(Word psum, std::span<const Word> products) {
  Word special = IsNaN(psum) ? kNaN : IsInfinite(psum) ? psum : 0;
  bool any = !IsZero(psum);
  Signed largest = any ? Exponent(psum) : 0;
  for (const Word product : products) {
    if (IsZero(product)) continue;
    if (IsNaN(product) || (IsInfinite(product) && special != 0 && special != product)) {
      special = kNaN;
    } else if (IsInfinite(product)) {
      special = product;
    }
    if (!any || Exponent(product) > largest) largest = Exponent(product);
    any = true;
  }
  if (special != 0) return special;

  Signed sum = IsZero(psum) ? Signed{0} : Aligned(psum, largest);
  for (const Word product : products) {
    if (!IsZero(product)) sum += Aligned(product, largest);
  }
  if (sum == 0) return 0;
  const Word sign = sum < 0 ? kSignBit : 0;
  const auto magnitude = static_cast<Wide>(sum < 0 ? -sum : sum);
  const Word word = RoundToWord(sign, magnitude, largest - kGuardBits);
  return IsZero(word) ? 0 : word;
}

}  // namespace sumac
