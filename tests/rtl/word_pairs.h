// SPDX-License-Identifier: Apache-2.0
// Pairs of operand words for the tests of the arithmetic units: corners by corners, then random
// ones aimed at the places where such units go wrong.
#ifndef SUMAC_TESTS_RTL_WORD_PAIRS_H_
#define SUMAC_TESTS_RTL_WORD_PAIRS_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "model/narrow.h"
#include "model/word.h"
#include "tests/fewer.h"
#include "tests/model/corner_pairs.h"

namespace sumac {

// Zeros, subnormals, both ends of the normal numbers, neighbours of powers of two, infinities and
// NaNs of every kind; each with both signs.
inline std::vector<Word> CornerWords() {
  std::vector<Word> words;
  for (const Word magnitude :
       {0x00000000u, 0x00000001u, 0x00400000u, 0x007FFFFFu, 0x00800000u, 0x00800001u,
        0x00FFFFFFu, 0x01000000u, 0x0C000000u, 0x1FFFFFFFu, 0x20000000u, 0x33800000u,
        0x34000000u, 0x34000001u, 0x3F000000u, 0x3F7FFFFEu, 0x3F7FFFFFu, 0x3F800000u,
        0x3F800001u, 0x3FC00000u, 0x3FFFFFFFu, 0x40000000u, 0x40400000u, 0x4B000000u,
        0x4B7FFFFFu, 0x4B800000u, 0x5F800000u, 0x7E800000u, 0x7EFFFFFFu, 0x7F000000u,
        0x7F7FFFFEu, 0x7F7FFFFFu, 0x7F800000u, 0x7F800001u, 0x7FC00000u, 0x7FFFFFFFu}) {
    words.push_back(magnitude);
    words.push_back(magnitude | kSignBit);
  }
  return words;
}

inline constexpr int kRandomPairs = Fewer(1'000'000);
inline constexpr std::uint64_t kPairSeed = 20260718;

// Calls `use` for all pairs of corners, then for kRandomPairs pairs in equal parts: any two words;
// equal magnitudes but for a few units and signs (cancellation); exponents at most 30 apart
// (alignment); products near the least normal number and near infinity.
inline void ForEachPair(std::uint64_t seed, const std::function<void(Word, Word)>& use) {
  const std::vector<Word> corners = CornerWords();
  for (const Word a : corners) {
    for (const Word b : corners) use(a, b);
  }
  std::mt19937_64 random(seed);
  const auto around = [&](int spread) {
    return static_cast<Word>(static_cast<int>(random() % (2u * spread + 1)) - spread);
  };
  for (int i = 0; i < kRandomPairs; ++i) {
    const Word a = static_cast<Word>(random());
    const Word sign = static_cast<Word>(random()) & kSignBit;
    Word b = static_cast<Word>(random());
    switch (i % 5) {
      case 0:
        break;
      case 1:
        b = ((Magnitude(a) + around(i % 10 == 1 ? 4 : 1 << 24)) & kMagnitudeMask) | sign;
        break;
      case 2:
        b = ((Magnitude(a) + (around(30) << kMantissaBits)) & kMagnitudeMask) ^ (b & 0x807FFFFFu);
        break;
      case 3:
        b = ((kOne + kMinNormal - Magnitude(a) + around(1 << 22)) & kMagnitudeMask) | sign;
        break;
      default:
        b = ((kOne + kInfinity - Magnitude(a) + around(1 << 22)) & kMagnitudeMask) | sign;
    }
    use(a, b);
  }
}

// The mantissa bits of sumac_units' four operand formats, in the order of its outputs.
inline constexpr int kUnitFormats[] = {23, 10, 7, 3};

// One product unit on the corners for comp and on ForEachPair's words in format
// kUnitFormats[format]: evaluate(a, b) gives the unit's word, expected(a, b) the reference's.
// Reports the first five differences.
template <typename Evaluate, typename Expected>
void ExpectProducts(const std::string& name, int format, Word comp, Evaluate evaluate,
                    Expected expected) {
  const int man_bits = kUnitFormats[format];
  SCOPED_TRACE(testing::Message() << name << ", seed " << kPairSeed << ", mantissa bits "
                                  << man_bits);
  int differing = 0;
  const auto check = [&](Word a, Word b) {
    a = Narrow(a, man_bits);
    b = Narrow(b, man_bits);
    const Word got = evaluate(a, b);
    if (got != expected(a, b) && ++differing <= 5) {
      ADD_FAILURE() << std::hex << name << "(" << a << ", " << b << ") is " << got << ", expected "
                    << expected(a, b);
    }
  };
  for (const WordPair& pair : AllPairs(PamCorners(comp, man_bits))) check(pair.a, pair.b);
  ForEachPair(kPairSeed, check);
  EXPECT_EQ(differing, 0);
}

}  // namespace sumac

#endif  // SUMAC_TESTS_RTL_WORD_PAIRS_H_
