// SPDX-License-Identifier: Apache-2.0
// The reference Pam against its definition on real numbers, and the facts that
// docs/arithmetic.md states of it. All pairs of bf16 words are in pam_long_test.cc.
#include "model/pam.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "model/mul.h"
#include "model/narrow.h"
#include "tests/model/corner_pairs.h"
#include "tests/model/pam_definition.h"
#include "tests/model/word_pairs.h"

namespace sumac::testing {
namespace {

class PamTest : public ::testing::TestWithParam<Word> {
 protected:
  static Word Subject(Word a, Word b) { return Pam(a, b, GetParam()); }
  static Word Definition(Word a, Word b) { return PamByDefinition(a, b, GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(Comps, PamTest,
                         ::testing::Values(kCompMogami, 1, kCompPamAlpha, kCompLMul, 0x3FFFFF,
                                           0x400000, kCompLimit - 1),
                         [](const ::testing::TestParamInfo<Word>& comp) {
                           return std::to_string(comp.param);
                         });

// Every sign, exponent and upper three mantissa bits of both operands: 2^24 pairs.
TEST_P(PamTest, AllPairsOfE8M3) {
  std::vector<Word> words;
  for (Word upper = 0; upper < 1 << 12; ++upper) words.push_back(upper << 20);
  ExpectEqualOnAllPairs(words, Subject, Definition);
}

// Every pair of 8-bit mantissas, upper or lower bits, at exponents whose sums lie in the middle and
// at both ends, with either sign.
TEST_P(PamTest, AllPairsOfEightMantissaBits) {
  for (const Word shift : {15u, 0u}) {
    for (const Pair upper : {Pair{127, 127}, Pair{127, 256 + 130}, Pair{256 + 1, 125}, Pair{1, 126},
                             Pair{256 + 1, 256 + 127}, Pair{254, 127}, Pair{254, 256 + 126},
                             Pair{253, 126}, Pair{0, 254}, Pair{255, 1}, Pair{255, 0}}) {
      const auto pair = [&](std::int64_t i) {
        const auto index = static_cast<Word>(i);
        return Pair{.a = upper.a << 23 | (index & 255) << shift,
                    .b = upper.b << 23 | (index >> 8) << shift};
      };
      ExpectEqualOnPairs(1 << 16, pair, Subject, Definition);
    }
  }
}

TEST_P(PamTest, CornersAndRandomPairs) {
  ExpectEqualOnAllPairs(SpecialWords(), Subject, Definition);
  const auto any_bits = [](SplitMix64& random) {
    const std::uint64_t bits = random();
    return Pair{.a = static_cast<Word>(bits), .b = static_cast<Word>(bits >> 32)};
  };
  ExpectEqualOnRandomPairs(2'000'000, GetParam(), any_bits, Subject, Definition);
  // Magnitudes that sum to within two of where the result underflows or overflows.
  const auto at_the_ends = [](SplitMix64& random) {
    const std::uint64_t bits = random();
    const bool overflow = (bits & 1) != 0;
    const Word end = overflow ? kInfinity : kMinNormal;
    const auto least = std::int64_t{overflow ? kOne : kMinNormal};
    const auto greatest = std::int64_t{overflow ? kInfinity - 1 : kOne};
    const Word a =
        static_cast<Word>(least + static_cast<std::int64_t>(bits >> 8) % (greatest - least + 1));
    const Word b = end + kOne - GetParam() - a + static_cast<Word>(bits >> 2) % 4 - 2;
    return Pair{.a = a | (static_cast<Word>(bits >> 4) << 31), .b = b};
  };
  ExpectEqualOnRandomPairs(2'000'000, GetParam(), at_the_ends, Subject, Definition);
}

TEST_P(PamTest, Corners) {
  for (const int mantissa_bits : {23, 16, 10, 7, 3}) {
    SCOPED_TRACE("mantissa bits " + std::to_string(mantissa_bits));
    const std::vector<WordPair> pairs = AllPairs(PamCorners(GetParam(), mantissa_bits));
    EXPECT_GT(pairs.size(), 100'000u);
    const auto pair = [&](std::int64_t i) {
      const WordPair& words = pairs[static_cast<std::size_t>(i)];
      return Pair{.a = words.a, .b = words.b};
    };
    ExpectEqualOnPairs(std::ssize(pairs), pair, Subject, Definition);
  }
}

// What makes a boundary of the sum's range a boundary: pairs on either side of it.
TEST_P(PamTest, CornersLieOnBothSides) {
  for (const int mantissa_bits : {23, 7}) {
    const Word unit = Word{1} << (kMantissaBits - mantissa_bits);
    const std::vector<CornerClass> classes = PamCorners(GetParam(), mantissa_bits);
    for (const auto& [name, end] : {std::pair{"sums about the least normal number", kMinNormal},
                                    std::pair{"sums about infinity", kInfinity}}) {
      const auto found = std::ranges::find(classes, name, &CornerClass::name);
      ASSERT_NE(found, classes.end());
      std::int64_t below = 0;  // by less than a unit
      std::int64_t above = 0;
      for (const WordPair& pair : found->pairs) {
        const std::int64_t sum = std::int64_t{Magnitude(pair.a)} + Magnitude(pair.b) - kOne +
                                 GetParam() - std::int64_t{end};
        below += sum < 0 && sum >= -std::int64_t{unit} ? 1 : 0;
        above += sum >= 0 && sum < std::int64_t{unit} ? 1 : 0;
      }
      EXPECT_GT(below, 1000);
      EXPECT_GT(above, 1000);
    }
  }
}

TEST_P(PamTest, IsCommutative) {
  ExpectEqualOnAllPairs(SpecialWords(), Subject, [](Word a, Word b) { return Subject(b, a); });
}

// The pairs of words of a format E8Mn give words of the format where comp is a multiple of its
// unit; else the low bits of a normal product are comp's own.
TEST_P(PamTest, KeepsNarrowFormats) {
  SplitMix64 random(GetParam());
  for (int i = 0; i < 1'000'000; ++i) {
    const std::uint64_t bits = random();
    const int mantissa_bits = kMinMantissaBits + i % (kMantissaBits - kMinMantissaBits + 1);
    const Word unit = Word{1} << (kMantissaBits - mantissa_bits);
    const Word a = Narrow(static_cast<Word>(bits), mantissa_bits);
    const Word b = Narrow(static_cast<Word>(bits >> 32), mantissa_bits);
    const Word product = Subject(a, b);
    const bool normal = !IsZero(product) && Magnitude(product) < kInfinity;
    ASSERT_EQ(product % unit, normal ? GetParam() % unit : 0) << a << " " << b;
  }
}

TEST(Pam, TablesOfTheContract) {
  for (const Word x : SpecialWords()) {
    EXPECT_EQ(Pam(0x7FC00000, x), kNaN);
    EXPECT_EQ(Pam(x, 0xFF800001), kNaN);
    EXPECT_EQ(Pam(0xFF800000, x), IsNaN(x) || IsZero(x) ? kNaN : kInfinity | (~x & kSignBit));
    if (Magnitude(x) < kInfinity) {
      EXPECT_EQ(Pam(x, 0x80000000), 0u);
      EXPECT_EQ(Pam(0x807FFFFF, x), 0u);
    }
  }
  EXPECT_EQ(Pam(0x3FC00000, 0x3FC00000), 0x40000000u) << "1.5 x 1.5 is 2";
  EXPECT_EQ(Pam(0x3F800000, 0xBF800000, kCompPamAlpha), 0xBF8710CBu);
}

bool Finite(Word w) { return Magnitude(w) < kInfinity; }

// Without compensation: IEEE's signs, zeros but for their sign, infinities, NaNs, and products with
// a power of two.
TEST(Pam, IsIeeeOnPowersOfTwoAndSpecials) {
  const std::vector<Word> words = CornerWords();
  const auto ieee = [](Word a, Word b) {
    const Word product = Mul(a, b);
    return IsZero(product) ? 0 : product;
  };
  const auto compared = [](Word a, Word b) {
    const bool power = (a & (kMinNormal - 1)) == 0 || (b & (kMinNormal - 1)) == 0;
    return power || !Finite(a) || !Finite(b) || IsZero(a) || IsZero(b);
  };
  std::int64_t count = 0;
  for (const Word a : words) {
    for (const Word b : words) {
      if (!compared(a, b)) continue;
      ++count;
      ASSERT_EQ(Pam(a, b), ieee(a, b)) << std::hex << a << " " << b;
    }
  }
  EXPECT_GT(count, 1'000'000);
}

// A finite and nonzero result is low by a relative error in [0, 1/9], worst at 1.5 x 1.5; about
// 3.85 % in the mean over uniform mantissas.
TEST(Pam, ErrorIsWithinANinth) {
  constexpr Word kSteps = 1024;  // midpoints of the mantissa's upper ten bits
  double sum = 0;
  double worst = 0;
  for (Word i = 0; i < kSteps; ++i) {
    for (Word j = 0; j < kSteps; ++j) {
      const Word a = kOne + (2 * i + 1) * (kMinNormal / kSteps / 2);
      const Word b = kOne + (2 * j + 1) * (kMinNormal / kSteps / 2);
      const double exact = double{ToFloat(a)} * double{ToFloat(b)};
      const double error = 1 - double{ToFloat(Pam(a, b))} / exact;
      ASSERT_GE(error, 0) << std::hex << a << " " << b;
      sum += error;
      worst = std::max(worst, error);
    }
  }
  EXPECT_NEAR(sum / (kSteps * kSteps), 0.0385, 0.00005);
  const double ninth = 1 - double{ToFloat(Pam(0x3FC00000, 0x3FC00000))} / 2.25;
  EXPECT_EQ(ninth, 1 - 2 / 2.25);
  EXPECT_LT(worst, ninth);
  EXPECT_GT(worst, ninth - 0.001);

  // At any exponents.
  SplitMix64 random(5);
  for (int i = 0; i < 1'000'000; ++i) {
    const std::uint64_t bits = random();
    const Word a = static_cast<Word>(bits);
    const Word b = static_cast<Word>(bits >> 32);
    const Word product = Pam(a, b);
    if (!Finite(product) || IsZero(product)) continue;
    const double exact = double{ToFloat(a)} * double{ToFloat(b)};
    const double error = 1 - double{ToFloat(product)} / exact;
    ASSERT_TRUE(error >= 0 && error <= ninth) << std::hex << a << " " << b;
  }
}

}  // namespace
}  // namespace sumac::testing
