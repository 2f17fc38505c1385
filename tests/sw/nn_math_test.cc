// SPDX-License-Identifier: Apache-2.0
// The project's own exp, log and cos against long double, and Philox against its published vectors.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <random>

#include "model/float_mode.h"
#include "sw/nn/math.h"
#include "sw/nn/random.h"

namespace sumac {
namespace {

constexpr int kSamples = 400'000;
constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

// How far `got` is from `exact`, in units of the last place of `exact` as binary64.
long double Ulps(double got, long double exact) {
  int exponent = 0;
  std::frexp(static_cast<double>(exact), &exponent);
  return std::fabs(static_cast<long double>(got) - exact) / std::ldexp(1.0L, exponent - 53);
}

TEST(Math, ExpIsWithinItsBound) {
  const ScopedFloatMode mode;
  std::mt19937_64 random(11);
  long double worst = 0;
  for (const double range : {1e-9, 0.4, 1.0, 30.0, 708.0}) {
    std::uniform_real_distribution<double> draw(-range, range);
    for (int i = 0; i < kSamples / 5; ++i) {
      const double x = draw(random);
      worst = std::max(worst, Ulps(Exp(x), std::exp(static_cast<long double>(x))));
    }
  }
  EXPECT_LT(worst, 1.5L);
  RecordProperty("worst_ulps", std::to_string(static_cast<double>(worst)));
}

TEST(Math, ExpAtItsEnds) {
  const ScopedFloatMode mode;
  EXPECT_EQ(Exp(0.0), 1.0);
  EXPECT_EQ(Exp(-0.0), 1.0);
  EXPECT_EQ(Exp(710.0), kInfinite);
  EXPECT_EQ(Exp(kInfinite), kInfinite);
  EXPECT_EQ(Exp(-709.0), 0.0);
  EXPECT_EQ(Exp(-kInfinite), 0.0);
  EXPECT_TRUE(std::isnan(Exp(kNotANumber)));
  EXPECT_LT(Ulps(Exp(709.7), std::exp(709.7L)), 2e5L);  // 709.7 is not the binary64 of 709.7
  EXPECT_LT(Exp(709.7), kInfinite);
  EXPECT_GT(Exp(-708.3), 0.0);
}

TEST(Math, LogIsWithinItsBound) {
  const ScopedFloatMode mode;
  std::mt19937_64 random(12);
  long double worst = 0;
  const auto check = [&worst](double x) {
    worst = std::max(worst, Ulps(Log(x), std::log(static_cast<long double>(x))));
  };
  std::uniform_real_distribution<double> exponent(-1022, 1023);
  std::uniform_real_distribution<double> near_one(0.5, 2);
  std::uniform_real_distribution<double> nearer(-1e-6, 1e-6);
  for (int i = 0; i < kSamples / 4; ++i) {
    check(std::exp2(exponent(random)));
    check(near_one(random));
    check(1 + nearer(random));
    check(1 + near_one(random) * 9);  // sums of ten exponentials, as the loss has them
  }
  EXPECT_LT(worst, 1.5L);
  RecordProperty("worst_ulps", std::to_string(static_cast<double>(worst)));
}

TEST(Math, LogAtItsEnds) {
  const ScopedFloatMode mode;
  EXPECT_EQ(Log(1.0), 0.0);
  EXPECT_EQ(Log(0.0), -kInfinite);
  EXPECT_EQ(Log(-0.0), -kInfinite);
  EXPECT_EQ(Log(kInfinite), kInfinite);
  EXPECT_TRUE(std::isnan(Log(-1.0)));
  EXPECT_TRUE(std::isnan(Log(-kInfinite)));
  EXPECT_TRUE(std::isnan(Log(kNotANumber)));
  EXPECT_EQ(Log(0x1p-1022), -0x1.6232bdd7abcd2p+9);
  EXPECT_EQ(Log(2.0), std::numbers::ln2);
}

TEST(Math, CosPiIsWithinItsBound) {
  const ScopedFloatMode mode;
  std::mt19937_64 random(13);
  long double worst = 0;
  for (const double range : {0.3, 2.0, 1000.0, 1e15}) {
    std::uniform_real_distribution<double> draw(-range, range);
    for (int i = 0; i < kSamples / 4; ++i) {
      const double x = draw(random);
      const long double turn = std::fmod(static_cast<long double>(x), 2.0L);
      const long double exact = std::cos(std::numbers::pi_v<long double> * turn);
      worst = std::max(worst, std::fabs(static_cast<long double>(CosPi(x)) - exact));
    }
  }
  EXPECT_LT(worst, 0x1p-52L);
  RecordProperty("worst", std::to_string(static_cast<double>(worst / 0x1p-52L)) + " * 2^-52");
}

TEST(Math, CosPiIsExactAtHalves) {
  const ScopedFloatMode mode;
  constexpr double kExpected[] = {1, 0, -1, 0};
  for (int i = -40; i <= 40; ++i) {
    EXPECT_EQ(CosPi(0.5 * i), kExpected[(i + 40) % 4]) << i;
    EXPECT_EQ(CosPi(0.5 * i + 0x1p40), kExpected[(i + 40) % 4]) << i;
  }
  EXPECT_EQ(CosPi(0x1p60), 1.0);
  EXPECT_TRUE(std::isnan(CosPi(kInfinite)));
  EXPECT_TRUE(std::isnan(CosPi(kNotANumber)));
}

// The words of 10,000 results, as a program in another language computed them from
// docs/arithmetic.md alone: FNV-1a over the bit patterns.
TEST(Math, GivesTheDocumentedWords) {
  const ScopedFloatMode mode;
  constexpr std::uint64_t kBasis = 0xcbf29ce484222325;
  std::uint64_t hashes[] = {kBasis, kBasis, kBasis};
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const RandomWords words = RandomFor(17, RandomStream::kInitialise, 0, i);
    const double x = (words[0] / 4294967296.0 - 0.5) * 60;
    const double y = (words[1] + 1.0) / 4294967296.0 * 10;
    const double results[] = {Exp(x), Log(y), CosPi(x)};
    for (std::size_t j = 0; j < 3; ++j) {
      hashes[j] = (hashes[j] ^ std::bit_cast<std::uint64_t>(results[j])) * 0x100000001b3;
    }
  }
  EXPECT_EQ(hashes[0], 0xb026624803867a98);
  EXPECT_EQ(hashes[1], 0x83a48d4c39a84164);
  EXPECT_EQ(hashes[2], 0x9f921d12cfa75bce);
}

// The known answers that J. Salmon et al. publish with their library (philox4x32, 10 rounds).
TEST(Random, PhiloxHasItsPublishedWords) {
  EXPECT_EQ(Philox({0, 0, 0, 0}, {0, 0}),
            (RandomWords{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  constexpr std::uint32_t kOnes = 0xFFFFFFFF;
  EXPECT_EQ(Philox({kOnes, kOnes, kOnes, kOnes}, {kOnes, kOnes}),
            (RandomWords{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (RandomWords{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, CountersAreLaidOutAsDocumented) {
  EXPECT_EQ(RandomFor(0x0123456789ABCDEF, RandomStream::kAugment, 0x55, 0xFEDCBA9876543210),
            Philox({0x76543210, 0xFEDCBA98, 0x55, 2}, {0x89ABCDEF, 0x01234567}));
  EXPECT_EQ(RandomFor(7, RandomStream::kInitialise, 1, 2), Philox({2, 0, 1, 0}, {7, 0}));
  EXPECT_EQ(RandomFor(7, RandomStream::kShuffle, 1, 2), Philox({2, 0, 1, 1}, {7, 0}));
}

TEST(Random, NormalIsBoxMullersOfItsWords) {
  const ScopedFloatMode mode;
  EXPECT_EQ(Normal({0xFFFFFFFF, 0xFFFFFFFF, 0, 0}), 0.0);  // u1 = 1
  EXPECT_EQ(Normal({0, 0, 0, 0}), std::sqrt(-2 * Log(0x1p-53)));
  EXPECT_EQ(Normal({0xFFFFFFFF, 0x7FFFFFFF, 0, 0x80000000}), -std::sqrt(-2 * Log(0.5)));
  EXPECT_EQ(Normal({0xFFFFFFFF, 0x7FFFFFFF, 0, 0x40000000}), 0.0);  // a quarter turn
  double sum = 0;
  double squares = 0;
  double fourths = 0;
  int inside = 0;
  for (int i = 0; i < kSamples; ++i) {
    const double x = Normal(RandomFor(3, RandomStream::kInitialise, 0, static_cast<unsigned>(i)));
    sum += x;
    squares += x * x;
    fourths += x * x * x * x;
    inside += std::fabs(x) < 1 ? 1 : 0;
  }
  // Five standard errors of each.
  const double error = 5 / std::sqrt(kSamples);
  EXPECT_NEAR(sum / kSamples, 0, error);
  EXPECT_NEAR(squares / kSamples, 1, error * std::sqrt(2.0));
  EXPECT_NEAR(fourths / kSamples, 3, error * std::sqrt(96.0));
  EXPECT_NEAR(static_cast<double>(inside) / kSamples, 0.682689, error * 0.4654);
}

TEST(Random, BelowIsTheUpperHalfOfTheProduct) {
  EXPECT_EQ(Below(0, 9), 0u);
  EXPECT_EQ(Below(0xFFFFFFFF, 9), 8u);
  EXPECT_EQ(Below(0x80000000, 9), 4u);
  EXPECT_EQ(Below(0x1C71C71C, 9), 0u);  // just under 2^32 / 9
  EXPECT_EQ(Below(0x1C71C71D, 9), 1u);
}

}  // namespace
}  // namespace sumac
