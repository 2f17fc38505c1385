// SPDX-License-Identifier: Apache-2.0
// Random numbers as a function of what they are for, so that no order of use and no number of
// threads can change them: Philox4x32-10 (J. Salmon et al., "Parallel random numbers: as easy as
// 1, 2, 3", 2011).
#ifndef SUMAC_SW_NN_RANDOM_H_
#define SUMAC_SW_NN_RANDOM_H_

#include <array>
#include <cstdint>

namespace sumac {

using RandomWords = std::array<std::uint32_t, 4>;

// Ten rounds of Philox4x32 of a counter under a key.
RandomWords Philox(RandomWords counter, std::array<std::uint32_t, 2> key);

// What random numbers are drawn for: each has counters of its own.
enum class RandomStream : std::uint32_t {
  kInitialise = 0,
  kShuffle = 1,
  kAugment = 2,
  kDiagnose = 3,
  kUpset = 4
};

// The words of (seed, stream, major, index): major is a parameter's number or an epoch, index an
// element or an image. Key: the seed's low and high words; counter: index low and high, major,
// stream.
RandomWords RandomFor(std::uint64_t seed, RandomStream stream, std::uint32_t major,
                      std::uint64_t index);

// A standard normal number by Box and Muller's method, sqrt(-2 ln u1) cos(2 pi u2), where u1 in
// (0, 1] and u2 in [0, 1) have 53 bits each. Under a ScopedFloatMode.
double Normal(const RandomWords& words);

// A number in [0, bound): the upper half of word * bound.
inline std::uint32_t Below(std::uint32_t word, std::uint32_t bound) {
  return static_cast<std::uint32_t>((std::uint64_t{word} * bound) >> 32);
}

}  // namespace sumac

#endif  // SUMAC_SW_NN_RANDOM_H_
