// SPDX-License-Identifier: Apache-2.0
// padiv, pasqrt, paexp2 and palog2: the references against their definitions in exact binary64
// arithmetic, against the tables of docs/arithmetic.md, and the vectorised loops against them.
#include "model/piecewise_affine.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "model/elementwise.h"
#include "tests/model/piecewise_affine_definition.h"

namespace sumac::testing {
namespace {

constexpr Word kMinus = kSignBit;

TEST(Padiv, FollowsItsTable) {
  const Word two = 0x40000000;
  const Word three = 0x40400000;
  const Word half = 0x3F000000;
  const Word nan = 0x7F800001;
  EXPECT_EQ(Padiv(nan, two), kNaN);
  EXPECT_EQ(Padiv(0, nan | kMinus), kNaN);
  EXPECT_EQ(Padiv(kInfinity, kInfinity | kMinus), kNaN);
  EXPECT_EQ(Padiv(1, kMinus), kNaN) << "a subnormal is a zero";
  EXPECT_EQ(Padiv(kInfinity | kMinus, two), kInfinity | kMinus);
  EXPECT_EQ(Padiv(kInfinity | kMinus, kMinus), kInfinity);
  EXPECT_EQ(Padiv(two, kMinus), kInfinity | kMinus);
  EXPECT_EQ(Padiv(two | kMinus, kInfinity), 0u);
  EXPECT_EQ(Padiv(kMinus, two), 0u);
  EXPECT_EQ(Padiv(two, half | kMinus), 0x40800000u | kMinus);
  EXPECT_EQ(Padiv(kOne, three), 0x3EC00000u) << "1 / 3 = 0.375, the greatest error";
  EXPECT_EQ(Padiv(kMinNormal, kOne + 1), 0u);
  EXPECT_EQ(Padiv(kMinNormal + 1, kOne + 1), kMinNormal);
  EXPECT_EQ(Padiv(kInfinity - 1, kOne - 1), kInfinity);
  EXPECT_EQ(Padiv(kInfinity - 1, kOne), kInfinity - 1);
}

TEST(Pasqrt, FollowsItsTable) {
  for (const Word zero : {Word{0}, kMinus, kMinNormal - 1, (kMinNormal - 1) | kMinus}) {
    EXPECT_EQ(Pasqrt(zero), 0u);
  }
  EXPECT_EQ(Pasqrt(kInfinity), kInfinity);
  for (const Word word : {kInfinity + 1, kInfinity | kMinus, kOne | kMinus, kMinNormal | kMinus}) {
    EXPECT_EQ(Pasqrt(word), kNaN);
  }
  EXPECT_EQ(Pasqrt(0x40800000), 0x40000000u);
  EXPECT_EQ(Pasqrt(0x40000000), 0x3FC00000u) << "sqrt 2 = 1.5, the greatest error";
  EXPECT_EQ(Pasqrt(kOne + 3), kOne + 1) << "the odd bit is dropped";
}

TEST(Paexp2, FollowsItsTable) {
  EXPECT_EQ(Paexp2(kNaN | 1), kNaN);
  EXPECT_EQ(Paexp2(kInfinity), kInfinity);
  EXPECT_EQ(Paexp2(kInfinity | kMinus), 0u);
  for (const Word zero : {Word{0}, kMinus, kMinNormal - 1}) EXPECT_EQ(Paexp2(zero), kOne);
  EXPECT_EQ(Paexp2(0x43000000), kInfinity) << "128";
  EXPECT_EQ(Paexp2(0x42FFFFFF), 0x7F7FFFC0u) << "the number before";
  EXPECT_EQ(Paexp2(0xC2FC0000), kMinNormal) << "-126";
  EXPECT_EQ(Paexp2(0xC2FC0001), 0u) << "the number before";
  EXPECT_EQ(Paexp2(0x3F000000), 0x3FC00000u) << "2^0.5 = 1.5";
  EXPECT_EQ(Paexp2(0xBF000000), 0x3F400000u) << "2^-0.5 = 0.75";
  EXPECT_EQ(Paexp2(0x33FFFFFF), kOne) << "less than one unit";
  EXPECT_EQ(Paexp2(0x34000000), kOne + 1) << "2^-23";
  EXPECT_EQ(Paexp2(0xB4400000), kOne - 1) << "-1.5 units";
}

TEST(Palog2, FollowsItsTable) {
  EXPECT_EQ(Palog2(kNaN | 1), kNaN);
  EXPECT_EQ(Palog2(kOne | kMinus), kNaN);
  EXPECT_EQ(Palog2(kInfinity | kMinus), kNaN);
  for (const Word zero : {Word{0}, kMinus, kMinNormal - 1}) {
    EXPECT_EQ(Palog2(zero), kInfinity | kMinus);
  }
  EXPECT_EQ(Palog2(kInfinity), kInfinity);
  EXPECT_EQ(Palog2(kOne), 0u);
  EXPECT_EQ(Palog2(0x41000000), 0x40400000u) << "8";
  EXPECT_EQ(Palog2(0x3FC00000), 0x3F000000u) << "1.5";
  EXPECT_EQ(Palog2(kOne - 1), 0xB4000000u) << "-2^-23";
  EXPECT_EQ(Palog2(kMinNormal), 0xC2FC0000u) << "-126";
}

// The natural ones go by way of base 2.
TEST(Paexp, AndPalogAreOfBaseE) {
  EXPECT_EQ(kLog2E, ToWord(1.44269504088896340736f));
  EXPECT_EQ(kLn2, ToWord(0.69314718055994530942f));
  EXPECT_EQ(Paexp(0), kOne);
  EXPECT_EQ(Palog(kOne), 0u);
  for (float x = -20; x < 20; x += 0.37f) {
    // An error of a ninth in the exponent.
    EXPECT_NEAR(std::log(ToFloat(Paexp(ToWord(x)))), x, 0.12 * std::fabs(x) + 0.07);
    EXPECT_NEAR(ToFloat(Palog(ToWord(std::exp(x)))), x, 0.12 * std::fabs(x) + 0.06);
  }
}

TEST(Padiv, UndoesPam) {
  SplitMix64 random(3);
  for (int i = 0; i < 1'000'000; ++i) {
    const std::uint64_t bits = random();
    const auto a = static_cast<Word>(bits);
    const auto b = static_cast<Word>(bits >> 32);
    const Word product = Pam(a, b);
    if (IsNaN(product) || IsInfinite(product) || IsZero(product)) continue;
    ASSERT_EQ(Padiv(product, b), a) << std::hex << a << " " << b;
  }
}

TEST(Padiv, IsItsDefinition) {
  ExpectEqualOnAllPairs(CornerWords(), Padiv, PadivByDefinition);
  const auto draw = [](SplitMix64& random) {
    const std::uint64_t bits = random();
    return Pair{static_cast<Word>(bits), static_cast<Word>(bits >> 32)};
  };
  ExpectEqualOnRandomPairs(10'000'000, 5, draw, Padiv, PadivByDefinition);
}

// Every 251st of all words, and all about each power of two: of each function the reference and
// the vectorised loop.
TEST(UnaryFunctions, AreTheirDefinitions) {
  for (const UnaryFunction& function : UnaryFunctions()) {
    SCOPED_TRACE(function.name);
    ExpectUnary(function, (std::int64_t{1} << 32) / 251, 251, 0);
    ExpectUnary(function, 512 * 4096, 1, 2048);
  }
}

TEST(DivideWords, IsTheReference) {
  const auto [a, b] = ManyPairs();
  std::vector<Word> out(a.size());
  DivideWords(a, b, out);
  for (std::size_t i = 0; i < out.size(); ++i) {
    ASSERT_EQ(out[i], Padiv(a[i], b[i])) << std::hex << a[i] << " " << b[i];
  }
}

}  // namespace
}  // namespace sumac::testing
