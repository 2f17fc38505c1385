// SPDX-License-Identifier: Apache-2.0
// The reference Add against the host's floating-point unit under DAZ and FTZ.
#include "model/add.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <set>
#include <tuple>
#include <utility>

#include "tests/model/corner_pairs.h"
#include "tests/model/word_pairs.h"

namespace sumac::testing {
namespace {

// The caller holds a ScopedFloatMode.
Word HostAdd(Word a, Word b) {
  const Word sum = ToWord(ToFloat(a) + ToFloat(b));
  return IsNaN(sum) ? kNaN : sum;
}

// A word with `exponent` modulo 256, and a mantissa with few ones or few zeros for half of them,
// which makes ties and long carries.
Word WithExponent(SplitMix64& random, Word exponent) {
  const std::uint64_t bits = random();
  Word mantissa = static_cast<Word>(bits) & (kMinNormal - 1);
  if ((bits >> 32 & 1) != 0) mantissa = Word{1} << (bits >> 40) % 24;
  if ((bits >> 33 & 1) != 0) mantissa = ~(mantissa - 1);
  const Word sign = static_cast<Word>(bits >> 34) << 31;
  return sign | (exponent & 255) << kMantissaBits | (mantissa & (kMinNormal - 1));
}

Pair AnyBits(SplitMix64& random) {
  const std::uint64_t bits = random();
  return {.a = static_cast<Word>(bits), .b = static_cast<Word>(bits >> 32)};
}

// Opposite signs, equal or neighbouring exponents; every second pair differs in its low bits only.
Pair Cancellation(SplitMix64& random) {
  const std::uint64_t choice = random();
  const auto exponent = static_cast<Word>(choice % 256);
  const Word a = WithExponent(random, exponent);
  if ((choice >> 8 & 1) != 0) {
    return {.a = a, .b = (a ^ kSignBit) + static_cast<Word>(choice >> 16) % 17 - 8};
  }
  const Word b = WithExponent(random, exponent + static_cast<Word>(choice >> 16) % 3 - 1);
  return {.a = a, .b = (b & kMagnitudeMask) | (~a & kSignBit)};
}

// Exponents at most 40 apart: rounding, ties and sticky bits at every distance.
Pair Neighbours(SplitMix64& random) {
  const std::uint64_t choice = random();
  const auto exponent = static_cast<Word>(choice % 256);
  const Word distance = static_cast<Word>(choice >> 8) % 81 - 40;
  return {.a = WithExponent(random, exponent), .b = WithExponent(random, exponent + distance)};
}

// The lowest and the highest exponents: subnormals, flushed sums, overflow, infinities, NaNs.
Pair Ends(SplitMix64& random) {
  const std::uint64_t choice = random();
  const Word base = (choice >> 16 & 1) != 0 ? 255 - 27 : 0;
  const Word a = static_cast<Word>(choice) % 28;
  const Word b = static_cast<Word>(choice >> 8) % 28;
  return {.a = WithExponent(random, base + a), .b = WithExponent(random, base + b)};
}

// What tells the sums of two normal numbers apart: their exponents' distance, whether magnitudes
// are subtracted, which comes first, how many leading bits the sum lost (-1: it carried), whether
// it is odd, and what is below its last bit: nothing, less than half, half, more.
using SumClass = std::tuple<int, bool, bool, int, bool, int>;

SumClass ClassOf(Word a, Word b) {
  const bool subtracts = ((a ^ b) & kSignBit) != 0;
  const bool swapped = Magnitude(b) > Magnitude(a);
  if (swapped) std::swap(a, b);
  const auto exponent = [](Word w) { return static_cast<int>(Magnitude(w) >> kMantissaBits); };
  const auto significand = [](Word w) { return std::int64_t{(w & (kMinNormal - 1)) | kMinNormal}; };
  // With kBelow bits below the larger one's last; a number further below only tells that it is
  // there.
  const int distance = exponent(a) - exponent(b);
  constexpr int kBelow = 36;
  const std::int64_t small = distance < kBelow ? significand(b) << (kBelow - distance) : 1;
  const std::int64_t sum = (significand(a) << kBelow) + (subtracts ? -small : small);
  const int capped = std::min(distance, 28);
  if (sum == 0) return {capped, subtracts, swapped, 24, false, 0};
  const int leading = 63 - std::countl_zero(static_cast<std::uint64_t>(sum));
  const int lost = kBelow + kMantissaBits - leading;
  const int last = leading - kMantissaBits;  // the place of the sum's last bit
  const std::int64_t rest = sum & ((std::int64_t{1} << last) - 1);
  const std::int64_t half = std::int64_t{1} << last >> 1;
  return {capped,
          subtracts,
          swapped,
          lost,
          (sum >> last & 1) != 0,
          rest == 0      ? 0
          : rest < half  ? 1
          : rest == half ? 2
                         : 3};
}

bool Normal(Word w) { return !IsZero(w) && Magnitude(w) < kInfinity; }

TEST(Add, Corners) {
  const std::vector<WordPair> pairs = AllPairs(AddCorners());
  EXPECT_GT(pairs.size(), 500'000u);
  const auto pair = [&](std::int64_t i) {
    const WordPair& words = pairs[static_cast<std::size_t>(i)];
    return Pair{.a = words.a, .b = words.b};
  };
  ExpectEqualOnPairs(std::ssize(pairs), pair, Add, HostAdd);
}

// The corners reach every class of sums that random pairs reach.
TEST(Add, CornersAreOfEveryClass) {
  std::set<SumClass> reached;
  for (const CornerClass& corner_class : AddCorners()) {
    for (const WordPair& pair : corner_class.pairs) {
      if (Normal(pair.a) && Normal(pair.b)) reached.insert(ClassOf(pair.a, pair.b));
    }
  }
  SplitMix64 random(5);
  std::set<SumClass> missing;
  for (int i = 0; i < 3'000'000; ++i) {
    const Pair pair = i % 2 == 0 ? Neighbours(random) : Cancellation(random);
    if (!Normal(pair.a) || !Normal(pair.b)) continue;
    const SumClass sum_class = ClassOf(pair.a, pair.b);
    if (!reached.contains(sum_class) && missing.insert(sum_class).second) {
      ADD_FAILURE() << std::hex << pair.a << " and " << pair.b << " are of no corner's class";
    }
    if (missing.size() == 5) break;
  }
  EXPECT_GT(reached.size(), 1000u);
}

TEST(Add, SpecialPairs) { ExpectEqualOnAllPairs(SpecialWords(), Add, HostAdd); }

TEST(Add, EveryPairOfExponents) { ExpectEqualOnAllPairs(CornerWords(), Add, HostAdd); }

// With the pairs above 10^8 in all.
TEST(Add, RandomPairs) {
  ExpectEqualOnRandomPairs(25'000'000, 1, AnyBits, Add, HostAdd);
  ExpectEqualOnRandomPairs(35'000'000, 2, Cancellation, Add, HostAdd);
  ExpectEqualOnRandomPairs(20'000'000, 3, Neighbours, Add, HostAdd);
  ExpectEqualOnRandomPairs(10'000'000, 4, Ends, Add, HostAdd);
}

TEST(Add, WordsOfTheContract) {
  EXPECT_EQ(Add(0x80000000, 0x80000000), 0x80000000u);
  EXPECT_EQ(Add(0x80000000, 0x00000000), 0u);
  EXPECT_EQ(Add(0x807FFFFF, 0x80000001), 0x80000000u) << "subnormals are zeros of their sign";
  EXPECT_EQ(Add(0x00800001, 0x80800000), 0u) << "a subnormal sum is flushed";
  EXPECT_EQ(Add(0x00800000, 0x80800001), 0x80000000u) << "with its sign";
  EXPECT_EQ(Add(0xFFC12345, 0x3F800000), kNaN);
  EXPECT_EQ(Add(0x7F800000, 0xFF800000), kNaN);
  EXPECT_EQ(Add(0x3F800000, 0x33800000), 0x3F800000u) << "a tie goes to even";
  EXPECT_EQ(Add(0x3F800001, 0x33800000), 0x3F800002u) << "a tie goes to even";
  EXPECT_EQ(Add(0x7F7FFFFF, 0x73000000), 0x7F800000u) << "half an ulp above the greatest";
}

}  // namespace
}  // namespace sumac::testing
