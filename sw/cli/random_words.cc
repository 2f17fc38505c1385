// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/random_words.h"

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

namespace sumac {
namespace {

// The edges of the number system, each also negative.
constexpr std::array<Word, 16> kCorners = {
    0x00000000,  // zero
    0x00000001,  // the least subnormal
    0x007FFFFF,  // the largest subnormal
    0x00800000,  // the least normal
    0x00800001,  //
    0x1FFFFFFF,  // squares near the least normal
    0x20000000,  //
    0x3F7FFFFF,  // just below one
    0x3F800000,  // one
    0x3F800001,  // just above one
    0x3FC00000,  // 1.5, where pam errs most
    0x5F7FFFFF,  // squares near the largest
    0x7F7FFFFF,  // the largest
    0x7F800000,  // infinity
    0x7F800001,  // a signalling NaN
    0x7FC00000,  // the one NaN
};

}  // namespace

const char* Name(WordKind kind) {
  switch (kind) {
    case WordKind::kUnit:
      return "unit";
    case WordKind::kBits:
      return "any";
    case WordKind::kCorner:
      return "corner";
    case WordKind::kHuge:
      return "huge";
    case WordKind::kTiny:
      return "tiny";
    case WordKind::kActivation:
      return "activation";
    default:
      return "unit and few special";
  }
}

namespace {

// A word with a random sign and mantissa and a biased exponent from low to high.
Word WithExponent(CaseRandom& random, std::int64_t low, std::int64_t high) {
  const auto exponent = static_cast<Word>(random.Between(low, high));
  return (static_cast<Word>(random.Bits()) & 0x807FFFFF) | exponent << kMantissaBits;
}

Word RandomWord(CaseRandom& random, WordKind kind) {
  const auto corner = [&] {
    const auto index = static_cast<std::size_t>(random.Between(0, kCorners.size() - 1));
    return kCorners[index] ^ (static_cast<Word>(random.Bits()) & kSignBit);
  };
  switch (kind) {
    case WordKind::kUnit:
      return WithExponent(random, 120, 128);
    case WordKind::kBits:
      return static_cast<Word>(random.Bits());
    case WordKind::kCorner:
      return corner();
    case WordKind::kHuge:
      return WithExponent(random, 180, 254);
    case WordKind::kTiny:
      return WithExponent(random, 0, 70);
    case WordKind::kActivation:
      return random.OneIn(2) ? 0 : WithExponent(random, 120, 128) & kMagnitudeMask;
    default:
      return random.OneIn(50) ? corner() : WithExponent(random, 120, 128);
  }
}

}  // namespace

BufferPtr RandomBuffer(Device& device, CaseRandom& random, WordKind kind, std::int64_t words) {
  std::vector<float> values(static_cast<std::size_t>(words));
  for (float& value : values) value = ToFloat(RandomWord(random, kind));
  BufferPtr buffer = device.Allocate(words);
  device.Write(*buffer, 0, values);
  return buffer;
}

WordKind RandomKind(CaseRandom& random) {
  return static_cast<WordKind>(random.Between(0, static_cast<std::int64_t>(WordKind::kKinds) - 1));
}

CaseRandom::CaseRandom(std::uint64_t seed, std::int64_t number) {
  const auto n = static_cast<std::uint64_t>(number);
  std::seed_seq sequence{seed & 0xFFFFFFFF, seed >> 32, n & 0xFFFFFFFF, n >> 32};
  engine_.seed(sequence);
}

std::int64_t CaseRandom::Between(std::int64_t low, std::int64_t high) {
  const auto range = static_cast<std::uint64_t>(high - low) + 1;
  return low + static_cast<std::int64_t>(engine_() % range);
}

}  // namespace sumac
