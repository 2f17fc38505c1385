// SPDX-License-Identifier: Apache-2.0
#include "sw/nn/random.h"

#include <cmath>

#include "sw/nn/math.h"

namespace sumac {
namespace {

std::uint64_t Pair(std::uint32_t high, std::uint32_t low) {
  return std::uint64_t{high} << 32 | low;
}

}  // namespace

RandomWords Philox(RandomWords counter, std::array<std::uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t a = std::uint64_t{0xD2511F53u} * counter[0];
    const std::uint64_t b = std::uint64_t{0xCD9E8D57u} * counter[2];
    counter = {
        static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ key[0], static_cast<std::uint32_t>(b),
        static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ key[1], static_cast<std::uint32_t>(a)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

RandomWords RandomFor(std::uint64_t seed, RandomStream stream, std::uint32_t major,
                      std::uint64_t index) {
  return Philox({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32), major,
                 static_cast<std::uint32_t>(stream)},
                {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
}

double Normal(const RandomWords& words) {
  const double u1 = static_cast<double>((Pair(words[1], words[0]) >> 11) + 1) * 0x1p-53;
  const double u2 = static_cast<double>(Pair(words[3], words[2]) >> 11) * 0x1p-53;
  return std::sqrt(-2.0 * Log(u1)) * CosPi(2.0 * u2);
}

}  // namespace sumac
