// SPDX-License-Identifier: Apache-2.0
// The reference Fused against a computation in binary64, and against Add where it has to be it.
#include "model/fused.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "model/add.h"
#include "model/float_mode.h"
#include "tests/model/corner_pairs.h"
#include "tests/model/fused_terms.h"
#include "tests/model/word_pairs.h"

namespace sumac::testing {
namespace {

// The definition in binary64: every term times a power of two is exact there, and so is their sum;
// the host rounds it to binary32 once. The caller holds a ScopedFloatMode.
Word HostFused(const std::vector<Word>& terms) {
  bool nan = false;
  bool plus = false;
  bool minus = false;
  int largest = -1;  // exponent field
  for (const Word term : terms) {
    nan |= std::isnan(ToFloat(term));
    plus |= ToFloat(term) == HUGE_VALF;
    minus |= ToFloat(term) == -HUGE_VALF;
    if ((term & 0x7F800000u) != 0) largest = std::max<int>(largest, term >> 23 & 255);
  }
  if (nan || (plus && minus)) return kNaN;
  if (plus || minus) return plus ? 0x7F800000u : 0xFF800000u;
  double sum = 0;
  for (const Word term : terms) {
    if ((term & 0x7F800000u) == 0) continue;
    const double scaled = std::ldexp(static_cast<double>(ToFloat(term)), 153 - largest);
    double whole = std::trunc(scaled);
    if (whole != 0 && whole != scaled && std::fmod(whole, 2.0) == 0) whole += scaled < 0 ? -1 : 1;
    sum += whole;
  }
  const Word word = ToWord(static_cast<float>(std::ldexp(sum, largest - 153)));
  return (word & kMagnitudeMask) == 0 ? 0 : word;
}

Word FusedOf(const std::vector<Word>& terms) {
  return Fused(terms.front(), std::span(terms).subspan(1));
}

TEST(Fused, IsTheDefinitionInBinary64) {
  const ScopedFloatMode mode;
  std::mt19937_64 random(11);
  for (const int group : {1, 2, 3, 4, 8, 16}) {
    for (int i = 0; i < 400'000; ++i) {
      const std::vector<Word> terms = DrawTerms(random, group);
      const Word expected = HostFused(terms);
      ASSERT_EQ(FusedOf(terms), expected) << "group " << group << ", case " << i;
    }
  }
}

// Every distance between exponents, for three terms, of mantissas at the ends and around ties.
TEST(Fused, EveryDistance) {
  const ScopedFloatMode mode;
  const Word mantissas[] = {0, 1, 2, 0x400000, 0x3FFFFF, 0x7FFFFE, 0x7FFFFF};
  for (Word first = 0; first <= 32; ++first) {
    for (Word second = 0; second <= 32; ++second) {
      for (const Word a : mantissas) {
        for (const Word b : mantissas) {
          for (const Word c : mantissas) {
            for (Word signs = 0; signs < 4; ++signs) {
              const std::vector<Word> terms = {127u << 23 | a,
                                               (127 - first) << 23 | b | signs << 31,
                                               (127 - second) << 23 | c | signs >> 1 << 31};
              ASSERT_EQ(FusedOf(terms), HostFused(terms))
                  << std::hex << terms[0] << " " << terms[1] << " " << terms[2];
            }
          }
        }
      }
    }
  }
}

// With one product that is not zero it is add, but that its zeros are +0.
TEST(Fused, OfOneProductIsAdd) {
  const auto add = [](Word a, Word b) { return Add(Add(a, b), 0); };
  const auto fused = [](Word a, Word b) {
    return Fused(a, std::array<Word, 4>{0x80000000u, 0, b, 0});
  };
  const std::vector<WordPair> pairs = AllPairs(AddCorners());
  const auto pair = [&](std::int64_t i) {
    const WordPair& words = pairs[static_cast<std::size_t>(i)];
    return Pair{.a = words.a, .b = words.b};
  };
  ExpectEqualOnPairs(std::ssize(pairs), pair, fused, add);
  ExpectEqualOnAllPairs(SpecialWords(), fused, add);
}

TEST(Fused, OrderDoesNotMatter) {
  std::mt19937_64 random(12);
  for (int i = 0; i < 20'000; ++i) {
    std::vector<Word> terms = DrawTerms(random, 4);
    const Word sum = FusedOf(terms);
    std::ranges::sort(terms);
    do {
      ASSERT_EQ(FusedOf(terms), sum);
    } while (std::ranges::next_permutation(terms).found && i % 100 == 0);
  }
}

TEST(Fused, WordsOfTheContract) {
  const auto fused = [](Word psum, std::array<Word, 4> products) { return Fused(psum, products); };
  EXPECT_EQ(fused(0x3F800000, {0x3F800000, 0x40000000, 0x40800000, 0}), 0x41000000u) << "1+1+2+4";
  EXPECT_EQ(fused(0x80000000, {0x80000000, 0x80000000, 0x80000000, 0x80000000}), 0u);
  EXPECT_EQ(fused(0x4C000000, {0xCC000000, 0x3F800000, 0, 0}), 0x3F800000u)
      << "2^25 - 2^25 + 1: 1 lies within the window";
  EXPECT_EQ(fused(0x4C800000, {0xCC800000, 0x3FC00000, 0, 0}), 0x3F800000u)
      << "2^26 - 2^26 + 1.5: of 1.5 the window has 1";
  EXPECT_EQ(fused(0x4D000000, {0xCD000000, 0x3FC00000, 0, 0}), 0u) << "and here nothing";
  EXPECT_EQ(fused(0x4C800000, {0xCC800000, 0x40200000, 0, 0}), 0x40400000u) << "2.5 is 3, odd";
  EXPECT_EQ(fused(0x3F800000, {0x33800000, 0x32800000, 0, 0}), 0x3F800001u)
      << "half an ulp, and more";
  EXPECT_EQ(fused(0x3F800000, {0x33800000, 0x327FFFFF, 0, 0}), 0x3F800000u)
      << "half an ulp, and what the window does not have: a tie";
  EXPECT_EQ(fused(0x7F7FFFFF, {0x7F7FFFFF, 0xFF7FFFFF, 0, 0}), 0x7F7FFFFFu)
      << "no overflow on the way";
  EXPECT_EQ(fused(0x7F7FFFFF, {0x7F000000, 0, 0, 0}), 0x7F800000u);
  EXPECT_EQ(fused(0x00800001, {0x80800000, 0, 0, 0}), 0u) << "a subnormal sum is flushed";
  EXPECT_EQ(fused(0x7F800000, {0xFF800000, 0, 0, 0}), kNaN);
  EXPECT_EQ(fused(0xFF800000, {0xFF800000, 0x7F7FFFFF, 0, 0}), 0xFF800000u);
  EXPECT_EQ(fused(0xFF812345, {0x7F800000, 0, 0, 0}), kNaN);
}

}  // namespace
}  // namespace sumac::testing
