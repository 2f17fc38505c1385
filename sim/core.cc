// SPDX-License-Identifier: Apache-2.0
#include "sim/core.h"

namespace sumac {

void Beats::Append(std::span<const Word> lanes) {
  std::uint64_t bits = 0;  // not yet stored, `count` of them
  int count = 0;
  for (const Word lane : lanes) {
    bits |= std::uint64_t{lane >> (32 - width_)} << count;
    count += width_;
    if (count >= 32) {
      words_.push_back(static_cast<std::uint32_t>(bits));
      bits >>= 32;
      count -= 32;
    }
  }
  if (count > 0) words_.push_back(static_cast<std::uint32_t>(bits));
}

Stalls::Stalls(std::uint64_t seed, std::uint64_t stream, double rate) : rate_(rate) {
  std::seed_seq words{seed & 0xFFFFFFFFu, seed >> 32, stream & 0xFFFFFFFFu, stream >> 32};
  random_.seed(words);
}

}  // namespace sumac
