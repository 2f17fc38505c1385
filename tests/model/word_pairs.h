// SPDX-License-Identifier: Apache-2.0
// Pairs of words for the tests of the binary operations: corners, and seeded random draws, checked
// on all threads.
#ifndef SUMAC_TESTS_MODEL_WORD_PAIRS_H_
#define SUMAC_TESTS_MODEL_WORD_PAIRS_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "model/float_mode.h"
#include "model/word.h"

namespace sumac::testing {

// SplitMix64 (G. Steele et al., 2014): small and fast enough for 10^8 pairs.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}
  std::uint64_t operator()() {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15u;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

struct Pair {
  Word a = 0;
  Word b = 0;
};

// Every sign and exponent with mantissas at both ends, in the middle, and one off each: every class
// of word, and every distance of exponents.
inline std::vector<Word> CornerWords() {
  std::vector<Word> words;
  for (Word upper = 0; upper < 512; ++upper) {
    for (const Word mantissa : {0u, 1u, 0x3FFFFFu, 0x400000u, 0x400001u, 0x7FFFFEu, 0x7FFFFFu}) {
      words.push_back(upper << kMantissaBits | mantissa);
    }
  }
  return words;
}

// The few words at which something changes, of both signs.
inline std::vector<Word> SpecialWords() {
  std::vector<Word> words;
  for (const Word magnitude :
       {0u,          1u,          0x007FFFFFu, 0x00800000u, 0x00800001u, 0x00FFFFFFu,
        0x01000000u, 0x1FC00000u, 0x33800000u, 0x3F000000u, 0x3F7FFFFFu, 0x3F800000u,
        0x3F800001u, 0x3FC00000u, 0x40000000u, 0x5F800000u, 0x7F000000u, 0x7F7FFFFFu,
        0x7F800000u, 0x7F800001u, 0x7FC00000u, 0x7FFFFFFFu}) {
    words.push_back(magnitude);
    words.push_back(magnitude | kSignBit);
  }
  return words;
}

// All pairs of special words, then random ones: a count that no vector width divides.
struct ManyPairs {
  std::vector<Word> a;
  std::vector<Word> b;

  ManyPairs() {
    for (const Word x : SpecialWords()) {
      for (const Word y : SpecialWords()) {
        a.push_back(x);
        b.push_back(y);
      }
    }
    SplitMix64 random(9);
    for (int i = 0; i < 1'000'003; ++i) {
      const std::uint64_t bits = random();
      a.push_back(static_cast<Word>(bits));
      b.push_back(static_cast<Word>(bits >> 32));
    }
  }
};

// Expects got(a, b) == expected(a, b) for pair(i), i < count, where pair(i) may be called on any
// thread. `expected` runs under ScopedFloatMode. Reports the first difference by i, and how many.
template <class MakePair, class Got, class Expected>
void ExpectEqualOnPairs(std::int64_t count, MakePair pair, Got got, Expected expected) {
  std::int64_t differing = 0;
  std::int64_t first = count;
#pragma omp parallel reduction(+ : differing) reduction(min : first)
  {
    const ScopedFloatMode mode;
#pragma omp for schedule(static)
    for (std::int64_t i = 0; i < count; ++i) {
      const Pair p = pair(i);
      if (got(p.a, p.b) == expected(p.a, p.b)) continue;
      if (differing++ == 0) first = i;
    }
  }
  if (differing == 0) return;
  const ScopedFloatMode mode;
  const Pair p = pair(first);
  char text[160];
  std::snprintf(text, sizeof text, "pair %lld: 0x%08X and 0x%08X gave 0x%08X, expected 0x%08X",
                static_cast<long long>(first), p.a, p.b, got(p.a, p.b), expected(p.a, p.b));
  ADD_FAILURE() << text << "; " << differing << " of " << count << " pairs differ";
}

// The same for every pair of the words.
template <class Got, class Expected>
void ExpectEqualOnAllPairs(const std::vector<Word>& words, Got got, Expected expected) {
  const std::size_t size = words.size();
  const auto pair = [&](std::int64_t i) {
    const auto index = static_cast<std::size_t>(i);
    return Pair{.a = words[index / size], .b = words[index % size]};
  };
  ExpectEqualOnPairs(static_cast<std::int64_t>(size * size), pair, got, expected);
}

// The same for `count` random pairs: draw(random) gives a pair, `random` being one generator a pair
// made of the seed and its index.
template <class Draw, class Got, class Expected>
void ExpectEqualOnRandomPairs(std::int64_t count, std::uint64_t seed, Draw draw, Got got,
                              Expected expected) {
  SCOPED_TRACE("seed " + std::to_string(seed));
  const auto pair = [&](std::int64_t i) {
    SplitMix64 random(seed + 0xD1B54A32D192ED03u * static_cast<std::uint64_t>(i));
    return draw(random);
  };
  ExpectEqualOnPairs(count, pair, got, expected);
}

}  // namespace sumac::testing

#endif  // SUMAC_TESTS_MODEL_WORD_PAIRS_H_
