// SPDX-License-Identifier: Apache-2.0
// Stimulus and expected words of the arithmetic units, a beat a clock cycle, for every simulator
// that replays them. Expected is what the reference says, cycle by cycle.
#ifndef SUMAC_TESTS_RTL_UNIT_VECTORS_H_
#define SUMAC_TESTS_RTL_UNIT_VECTORS_H_

#include <algorithm>
#include <cstdint>
#include <deque>
#include <random>
#include <vector>

#include "model/add.h"
#include "model/narrow.h"
#include "model/pam.h"
#include "tests/model/corner_pairs.h"
#include "tests/rtl/word_pairs.h"

namespace sumac {

// Icarus is slow: some pairs of each class of corners, and of the random ones.
inline constexpr std::size_t kPerClass = 40;
inline constexpr int kOneIn = 499;  // not of the period by which ForEachPair chooses

// Beats with every register enabled at the start: after them nothing is unknown.
inline constexpr int kWarmUpBeats = 8;

// Of each class so many pairs, evenly spread, or all where they are few; then random ones of
// ForEachPair, one in `spread`.
inline std::vector<WordPair> SampledPairs(const std::vector<CornerClass>& classes,
                                          std::size_t per_class, int spread) {
  std::vector<WordPair> pairs;
  for (const CornerClass& corner_class : classes) {
    const std::size_t size = corner_class.pairs.size();
    constexpr std::size_t kFew = 600;
    const std::size_t count = size <= kFew ? size : per_class;
    for (std::size_t i = 0; i < count; ++i) pairs.push_back(corner_class.pairs[i * size / count]);
  }
  const std::size_t corners = CornerWords().size();
  std::size_t number = 0;
  ForEachPair(kPairSeed, [&](Word a, Word b) {
    if (++number > corners * corners && number % static_cast<std::size_t>(spread) == 0) {
      pairs.push_back({a, b});
    }
  });
  return pairs;
}

// ---- sumac_fadd ----

struct FaddBeat {
  bool enable = true;
  WordPair pair;
  Word sum = 0;  // after the beat's edge; not before kWarmUpBeats
};

// The pairs in order through an adder of this depth, with a stall now and then.
inline std::vector<FaddBeat> FaddBeats(const std::vector<WordPair>& pairs, int depth) {
  std::mt19937_64 random(kPairSeed);
  std::vector<FaddBeat> beats;
  std::deque<Word> pipeline(static_cast<std::size_t>(depth), 0);
  for (const WordPair& pair : pairs) {
    while (std::ssize(beats) >= kWarmUpBeats && random() % 8 == 0) {
      const WordPair other{static_cast<Word>(random()), static_cast<Word>(random())};
      beats.push_back({false, other, pipeline.back()});
    }
    pipeline.push_front(Add(pair.a, pair.b));
    pipeline.pop_back();
    beats.push_back({true, pair, pipeline.back()});
  }
  return beats;
}

// ---- sumac_pe ----

// What a loose word (rtl/sumac_settle.sv) stands for, zeros without a sign.
inline Word Settled(Word loose) {
  if (IsZero(loose)) return 0;
  if (Magnitude(loose) < kInfinity) return loose;
  return (loose & 0x00400000u) != 0 ? kNaN : loose & (kSignBit | kInfinity);
}

// An operand as the array's edges give it: special, sign, and magnitude or code; of a weight the
// magnitude less the bias, with the upper bits of comp (docs/rtl.md).
struct EdgeWord {
  bool special = false;
  bool sign = false;
  std::int64_t value = 0;
};

inline EdgeWord ActivationEdge(Word word, int mantissa_bits) {
  const bool top = Magnitude(word) >= kInfinity;
  const std::int64_t code = IsNaN(word) ? 3 : top ? 1 : 0;
  const bool special = IsZero(word) || top;
  const int low = kMantissaBits - mantissa_bits;
  return {special, (word & kSignBit) != 0, special ? code : std::int64_t{Magnitude(word) >> low}};
}

inline EdgeWord WeightEdge(Word word, Word comp, int mantissa_bits) {
  EdgeWord edge = ActivationEdge(word, mantissa_bits);
  const int low = kMantissaBits - mantissa_bits;
  if (!edge.special) edge.value += std::int64_t{comp >> low} - (std::int64_t{127} << mantissa_bits);
  return edge;
}

struct PeBeat {
  bool enable = true;
  bool swap = true;
  bool load = true;
  Word activation = 0;
  Word weight = 0;
  Word psum = 0;
  // After the beat's edge: what goes right and down, and what the sum stands for, zeros being +0.
  Word activation_out = 0;
  bool swap_out = false;
  bool load_out = false;
  Word weight_out = 0;
  Word sum = 0;
};

// What the element's products and sums are made of.
inline std::vector<WordPair> PePairs(Word comp, int mantissa_bits) {
  return SampledPairs(PamCorners(comp, mantissa_bits), 5 * kPerClass, kOneIn);
}
inline std::vector<WordPair> PeSums() { return SampledPairs(AddCorners(), kPerClass, kOneIn); }

// The processing element's timing (rtl/sumac_pe.sv) on words: each operand's pair is one of
// `pairs`, partial sums are about the size of the products.
inline std::vector<PeBeat> PeBeats(const std::vector<WordPair>& pairs,
                                   const std::vector<WordPair>& sums, Word comp, int mantissa_bits,
                                   int depth) {
  std::mt19937_64 random(kPairSeed);
  std::vector<PeBeat> beats;
  std::size_t shadow = 0, active = 0;  // the pairs whose weights they hold
  Word product = 0;
  PeBeat held;  // what the outputs hold
  std::deque<Word> pipeline(static_cast<std::size_t>(depth), 0);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    PeBeat beat = held;
    const bool warm_up = std::ssize(beats) < kWarmUpBeats;
    beat.enable = warm_up || random() % 8 != 0;
    beat.swap = warm_up || random() % 4 != 0;
    beat.load = warm_up || random() % 4 != 0;
    beat.activation = Narrow(pairs[active].a, mantissa_bits);
    beat.weight = Narrow(pairs[i].b, mantissa_bits);
    const WordPair& near = sums[i % sums.size()];
    const Word distance = Magnitude(near.b) - Magnitude(near.a);
    const Word placed = ((Magnitude(product) + distance) & kMagnitudeMask) | (near.b & kSignBit);
    beat.psum = random() % 4 == 0 ? near.a : placed;
    if (IsNaN(beat.psum)) beat.psum |= 0x00400000;  // as loose words are
    if (beat.enable) {
      pipeline.push_front(Add(beat.psum, product));
      pipeline.pop_back();
      product = Pam(beat.activation, Narrow(pairs[active].b, mantissa_bits), comp);
      if (beat.swap) active = shadow;
      if (beat.load) shadow = i;
      beat.activation_out = beat.activation;
      beat.swap_out = beat.swap;
      beat.load_out = beat.load;
      beat.weight_out = Narrow(pairs[shadow].b, mantissa_bits);
      beat.sum = IsZero(pipeline.back()) ? 0 : pipeline.back();
    }
    held = beat;
    beats.push_back(beat);
  }
  return beats;
}

}  // namespace sumac

#endif  // SUMAC_TESTS_RTL_UNIT_VECTORS_H_
