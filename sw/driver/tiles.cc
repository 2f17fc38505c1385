// SPDX-License-Identifier: Apache-2.0
#include "sw/driver/tiles.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "sw/driver/predict.h"
#include "sw/driver/registers.h"

namespace sumac {
namespace {

// The row and column that lie `distance` words after a matrix's first element.
std::pair<std::int64_t, std::int64_t> PlaceIn(const DescriptorWork::Matrix& matrix,
                                              std::int64_t distance) {
  const bool by_rows = std::abs(matrix.row_stride) >= std::abs(matrix.column_stride);
  const std::int64_t larger = by_rows ? matrix.row_stride : matrix.column_stride;
  const std::int64_t smaller = by_rows ? matrix.column_stride : matrix.row_stride;
  const std::int64_t first = larger == 0 ? 0 : distance / larger;
  const std::int64_t rest = distance - first * larger;
  const std::int64_t second = smaller == 0 ? 0 : rest / smaller;
  return by_rows ? std::pair(first, second) : std::pair(second, first);
}

}  // namespace

std::vector<Tile> MakeTiles(const AcceleratorShape& shape, const Job& job) {
  std::vector<Tile> tiles;
  std::int64_t descriptor = 0;
  std::int64_t k_done = 0;
  for (const Descriptor& words : MakePlan(shape, job, [](const Buffer&) { return 0; })) {
    const DescriptorWork work = WorkOf(words);
    if (work.source != DescriptorWork::Source::kBanks) k_done = 0;
    const auto [row0, column0] = PlaceIn(work.c, work.c.address - job.c.offset);
    for (std::int64_t k = 0; k < work.k; k += shape.rows) {
      for (std::int64_t n = 0; n < work.n; n += shape.columns) {
        Tile& tile = tiles.emplace_back();
        tile.m0 = row0;
        tile.m = tile.rows = work.m;
        tile.n0 = column0 + n;
        tile.n = std::min<std::int64_t>(shape.columns, work.n - n);
        tile.k0 = k_done + k;
        tile.k = std::min<std::int64_t>(shape.rows, work.k - k);
        tile.descriptor = descriptor;
        tile.exchanged = work.c.row_stride != job.c.row_stride;
        tile.result = work.result && k + shape.rows >= work.k;
        if (tile.exchanged) {
          std::swap(tile.m0, tile.n0);
          std::swap(tile.m, tile.n);
        }
      }
    }
    k_done += work.k;
    ++descriptor;
  }
  return tiles;
}

}  // namespace sumac
