// SPDX-License-Identifier: Apache-2.0
#include "sw/nn/batch.h"

#include <algorithm>

namespace sumac {
namespace {

// sum = parts[0] + parts[1] + ... in this order. The first may be the sum itself.
void AddInOrder(std::span<const std::span<const float>> parts, std::span<float> sum) {
  if (parts[0].data() != sum.data()) std::copy(parts[0].begin(), parts[0].end(), sum.begin());
  for (std::size_t part = 1; part < parts.size(); ++part) {
    const float* words = parts[part].data();
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += words[i];
  }
}

}  // namespace

void Batch::SumShards(std::span<const std::span<const float>> partial, std::span<float> sum) const {
  if (ranks() == 1) return AddInOrder(partial, sum);
  const auto size = static_cast<std::size_t>(ranks());
  const auto begin = [&](std::size_t of_rank) { return of_rank * sum.size() / size; };
  const auto length = [&](std::size_t of_rank) { return begin(of_rank + 1) - begin(of_rank); };
  const std::size_t mine = length(static_cast<std::size_t>(rank()));

  // Each rank's segment of this rank's shards, to that rank.
  std::vector<std::vector<float>> to(size);
  std::vector<std::span<const std::byte>> out;
  for (std::size_t r = 0; r < size; ++r) {
    for (const std::span<const float> words : partial) {
      const std::span<const float> segment = words.subspan(begin(r), length(r));
      to[r].insert(to[r].end(), segment.begin(), segment.end());
    }
    out.push_back(std::as_bytes(std::span<const float>(to[r])));
  }
  std::vector<float> parts(mine * static_cast<std::size_t>(shards_));
  std::vector<std::span<std::byte>> in;
  const std::size_t from_one = mine * partial.size();
  for (std::size_t r = 0; r < size; ++r) {
    in.push_back(std::as_writable_bytes(std::span(parts).subspan(r * from_one, from_one)));
  }
  ranks_->Exchange(out, in);

  std::vector<std::span<const float>> shards;
  for (std::size_t shard = 0; shard < static_cast<std::size_t>(shards_); ++shard) {
    shards.push_back(std::span<const float>(parts).subspan(shard * mine, mine));
  }
  std::vector<float> segment(mine);
  AddInOrder(shards, segment);

  std::fill(out.begin(), out.end(), std::as_bytes(std::span<const float>(segment)));
  for (std::size_t r = 0; r < size; ++r) {
    in[r] = std::as_writable_bytes(sum.subspan(begin(r), length(r)));
  }
  ranks_->Exchange(out, in);
}

}  // namespace sumac
