// SPDX-License-Identifier: Apache-2.0
// The reference Narrow, every mantissa width, against rounding in binary64.
#include "model/narrow.h"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/model/word_pairs.h"

namespace sumac::testing {
namespace {

// The value in units of the format's last place, rounded to an integer by the host (nearest even).
Word NarrowByDefinition(Word w, int mantissa_bits) {
  const int exponent = static_cast<int>(w >> 23 & 0xFF);
  const Word fraction = w & 0x7FFFFF;
  const Word sign = w & 0x80000000;
  if (exponent == 255) return fraction == 0 ? w : 0x7FC00000;
  if (exponent == 0) return sign;
  const double significand = 1 + static_cast<double>(fraction) * 0x1p-23;
  const double units = std::nearbyint(std::ldexp(significand, mantissa_bits));
  const double magnitude = std::ldexp(units, exponent - 127 - mantissa_bits);
  if (magnitude >= 0x1p128) return sign | 0x7F800000;
  return sign | ToWord(static_cast<float>(magnitude));
}

class NarrowTest : public ::testing::TestWithParam<int> {
 protected:
  void ExpectRight(Word w) const {
    ASSERT_EQ(Narrow(w, GetParam()), NarrowByDefinition(w, GetParam())) << std::hex << w;
  }
};

INSTANTIATE_TEST_SUITE_P(Widths, NarrowTest, ::testing::Range(kMinMantissaBits, kMantissaBits + 1));

// Every sign and exponent; kept bits even, odd and all ones; dropped bits at, below and above a
// tie.
TEST_P(NarrowTest, TiesAndCarriesAtEveryExponent) {
  const Word unit = Word{1} << (kMantissaBits - GetParam());
  const Word ones = kMinNormal - unit;
  for (Word upper = 0; upper < 512; ++upper) {
    for (const Word kept : {0u, unit, 2 * unit, 3 * unit, ones - unit, ones}) {
      for (const Word rest : {0u, 1u, unit / 2 - 1, unit / 2, unit / 2 + 1, unit - 1}) {
        ASSERT_NO_FATAL_FAILURE(ExpectRight(upper << kMantissaBits | kept | (rest & (unit - 1))));
      }
    }
  }
}

TEST_P(NarrowTest, RandomWords) {
  SplitMix64 random(static_cast<std::uint64_t>(GetParam()));
  for (int i = 0; i < 500'000 && !HasFatalFailure(); ++i) ExpectRight(static_cast<Word>(random()));
}

TEST_P(NarrowTest, WordsOfTheFormatStay) {
  const Word unit = Word{1} << (kMantissaBits - GetParam());
  SplitMix64 random(static_cast<std::uint64_t>(GetParam()));
  for (int i = 0; i < 100'000; ++i) {
    const Word w = static_cast<Word>(random()) & ~(unit - 1);
    if (Magnitude(w) >= kInfinity || IsZero(w)) continue;
    ASSERT_EQ(Narrow(w, GetParam()), w);
    ASSERT_EQ(Narrow(w + unit / 3, GetParam()), w) << "less than half a unit more";
  }
}

TEST_P(NarrowTest, WordsOfTheContract) {
  EXPECT_EQ(Narrow(0x80000001, GetParam()), 0x80000000u);
  EXPECT_EQ(Narrow(0x007FFFFF, GetParam()), 0u);
  EXPECT_EQ(Narrow(0xFF800001, GetParam()), kNaN);
  EXPECT_EQ(Narrow(0xFF800000, GetParam()), 0xFF800000u);
  EXPECT_EQ(Narrow(0xFF7FFFFF, GetParam()), GetParam() == 23 ? 0xFF7FFFFFu : 0xFF800000u);
}

// bf16 as everyone writes it.
TEST(Narrow, Bf16) {
  SplitMix64 random(16);
  for (int i = 0; i < 1'000'000; ++i) {
    const Word w = static_cast<Word>(random());
    if (IsNaN(w) || IsZero(w)) continue;
    ASSERT_EQ(Narrow(w, 7), (w + 0x7FFF + (w >> 16 & 1)) & 0xFFFF0000u) << std::hex << w;
  }
}

}  // namespace
}  // namespace sumac::testing
