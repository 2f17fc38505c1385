// SPDX-License-Identifier: Apache-2.0
// The reference Mul against the host's floating-point unit under DAZ and FTZ, whose rule on x86-64
// is the contract's, and against exact products in binary64.
#include "model/mul.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/model/word_pairs.h"

namespace sumac::testing {
namespace {

// The caller holds a ScopedFloatMode.
Word HostMul(Word a, Word b) {
  const Word product = ToWord(ToFloat(a) * ToFloat(b));
  return IsNaN(product) ? kNaN : product;
}

// Binary64 holds the product of two binary32 numbers exactly. Scaled away from the subnormals it is
// rounded once to 24 bits; what then lies below 2^-126 is flushed.
Word ExactMul(Word a, Word b) {
  const auto read = [](Word w) {
    return IsZero(w) ? std::copysign(0.0, (w & kSignBit) != 0 ? -1.0 : 1.0) : double{ToFloat(w)};
  };
  const double product = read(a) * read(b);
  if (std::isnan(product)) return kNaN;
  if (std::abs(product) >= 0.5) return ToWord(static_cast<float>(product));
  const auto rounded = static_cast<float>(product * 0x1p64 * 0x1p64);
  if (std::abs(rounded) < 4.0f) return ToWord(rounded) & kSignBit;
  return ToWord(rounded * 0x1p-64f * 0x1p-64f);
}

Pair AnyBits(SplitMix64& random) {
  const std::uint64_t bits = random();
  return {.a = static_cast<Word>(bits), .b = static_cast<Word>(bits >> 32)};
}

// Products about 2^-126: `b` starts from the quotient of a word about there and `a`.
Pair LeastNormals(SplitMix64& random) {
  const std::uint64_t bits = random();
  const Word a = (static_cast<Word>(bits) & 0x807FFFFFu) | static_cast<Word>(1 + (bits >> 32) % 120)
                                                               << kMantissaBits;
  const double quotient = 0x1p-126 / double{ToFloat(a)};
  const Word b = ToWord(static_cast<float>(quotient)) + static_cast<Word>(bits >> 48) % 5 - 2;
  return {.a = a, .b = b};
}

TEST(Mul, SpecialPairs) {
  ExpectEqualOnAllPairs(SpecialWords(), Mul, HostMul);
  ExpectEqualOnAllPairs(SpecialWords(), Mul, ExactMul);
}

TEST(Mul, EveryPairOfExponents) {
  ExpectEqualOnAllPairs(CornerWords(), Mul, HostMul);
  ExpectEqualOnAllPairs(CornerWords(), Mul, ExactMul);
}

TEST(Mul, RandomPairs) {
  ExpectEqualOnRandomPairs(10'000'000, 1, AnyBits, Mul, HostMul);
  ExpectEqualOnRandomPairs(2'000'000, 2, AnyBits, Mul, ExactMul);
}

TEST(Mul, ProductsAboutTheLeastNormal) {
  ExpectEqualOnRandomPairs(3'000'000, 3, LeastNormals, Mul, HostMul);
  ExpectEqualOnRandomPairs(3'000'000, 4, LeastNormals, Mul, ExactMul);
}

TEST(Mul, WordsOfTheContract) {
  EXPECT_EQ(Mul(0x3F7FFFFF, 0x00800000), 0u) << "2^-126 less half an ulp has 24 bits: flushed";
  EXPECT_EQ(Mul(0x3F7FFFFE, 0x00800001), 0x00800000u) << "rounds up to 2^-126 first";
  EXPECT_EQ(Mul(0x80000000, 0x3F800000), 0x80000000u) << "a zero keeps its sign";
  EXPECT_EQ(Mul(0x807FFFFF, 0xBF800000), 0u) << "a subnormal is a zero";
  EXPECT_EQ(Mul(0x7F800000, 0x007FFFFF), kNaN);
  EXPECT_EQ(Mul(0x3FC00000, 0x3FC00000), 0x40100000u);
}

}  // namespace
}  // namespace sumac::testing
