// SPDX-License-Identifier: Apache-2.0
// Random groups of terms for the accumulator `fused`, where it may go wrong.
#ifndef SUMAC_TESTS_MODEL_FUSED_TERMS_H_
#define SUMAC_TESTS_MODEL_FUSED_TERMS_H_

#include <cstdint>
#include <iterator>
#include <random>
#include <vector>

#include "model/word.h"

namespace sumac {

// A finite word of an exponent at most `distance` below `top`; half of the mantissas have few ones
// or few zeros.
inline Word Below(std::mt19937_64& random, Word top, Word distance) {
  const std::uint64_t bits = random();
  Word mantissa = static_cast<Word>(bits) & (kMinNormal - 1);
  if ((bits >> 32 & 1) != 0) mantissa = Word{1} << (bits >> 40) % 24;
  if ((bits >> 33 & 1) != 0) mantissa = ~(mantissa - 1);
  const auto drop = static_cast<Word>((bits >> 48) % (distance + 1));
  const Word exponent = top > drop ? top - drop : 0;
  return static_cast<Word>(bits >> 34) << 31 | exponent << kMantissaBits |
         (mantissa & (kMinNormal - 1));
}

// Terms of every spread of exponents, at the ends of the range too; some zeros; every other group
// cancels but for its last bits, every 32nd has up to four infinities, NaNs or subnormals.
// The first is the partial sum.
inline std::vector<Word> DrawTerms(std::mt19937_64& random, int group) {
  constexpr Word kTops[] = {1, 2, 5, 30, 127, 200, 253, 254};
  const std::uint64_t choice = random();
  const Word top = kTops[choice % 8];
  const auto distance = static_cast<Word>(choice >> 8) % 36;
  std::vector<Word> terms;
  for (int i = 0; i <= group; ++i) terms.push_back(Below(random, top, distance));
  const auto place = [&](int shift) {
    return terms.begin() + static_cast<std::int64_t>((choice >> shift) % terms.size());
  };
  if ((choice >> 16 & 1) != 0) *place(17) = 0x80000000u & static_cast<Word>(choice);
  if ((choice >> 22 & 1) != 0) {
    *place(23) = (terms.front() ^ kSignBit) + static_cast<Word>(choice >> 28) % 5 - 2;
  }
  if ((choice >> 32) % 32 == 0) {
    constexpr Word kSpecials[] = {0x00000001, 0x807FFFFF, 0x7F800000, 0xFF800000,
                                  0x7F800001, 0xFFBFFFFF, 0x7FC00000, 0xFFFFFFFF};
    std::uint64_t bits = random();
    for (std::uint64_t i = (choice >> 37) % 4; i < 4; ++i, bits >>= 16) {
      terms[(bits >> 8 & 0xFF) % terms.size()] = kSpecials[bits % std::size(kSpecials)];
    }
  }
  return terms;
}

}  // namespace sumac

#endif  // SUMAC_TESTS_MODEL_FUSED_TERMS_H_
