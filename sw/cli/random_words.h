// SPDX-License-Identifier: Apache-2.0
// Numbers and operand words from a seed, for the random jobs of `verify`.
#ifndef SUMAC_SW_CLI_RANDOM_WORDS_H_
#define SUMAC_SW_CLI_RANDOM_WORDS_H_

#include <cstdint>
#include <random>

#include "model/device.h"

namespace sumac {

// Whole numbers from the C++ standard's 64-bit Mersenne twister, whose values the standard fixes.
class CaseRandom {
 public:
  CaseRandom(std::uint64_t seed, std::int64_t number);

  std::uint64_t Bits() { return engine_(); }
  // From low to high, both included.
  std::int64_t Between(std::int64_t low, std::int64_t high);
  bool OneIn(std::int64_t n) { return Between(1, n) == 1; }

 private:
  std::mt19937_64 engine_;
};

// How operand words are drawn.
enum class WordKind {
  kUnit,         // numbers about one
  kBits,         // any bit pattern
  kCorner,       // the edges of the number system
  kHuge,         // the upper exponents
  kTiny,         // the lower exponents, and subnormals
  kActivation,   // positive numbers about one, half of them zeros
  kFewSpecials,  // numbers about one, and a few edges
  kKinds
};
const char* Name(WordKind kind);
WordKind RandomKind(CaseRandom& random);

BufferPtr RandomBuffer(Device& device, CaseRandom& random, WordKind kind, std::int64_t words);

}  // namespace sumac

#endif  // SUMAC_SW_CLI_RANDOM_WORDS_H_
