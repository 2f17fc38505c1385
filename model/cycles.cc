// SPDX-License-Identifier: Apache-2.0
#include "model/cycles.h"

#include <algorithm>

namespace sumac {
namespace {

// Cycles from an activation row that writes a bank row to the first that may touch it again.
std::int64_t ContinueDistance(const ArrayShape& array) {
  return std::int64_t{array.rows} * array.adder_depth + 2;
}

// Least cycles between the first activation rows of two tiles: the next tile's weights must not
// overtake the swap of this one's, and then take a cycle a row.
std::int64_t WeightDistance(const ArrayShape& array) {
  const std::int64_t rows = array.rows;
  return rows + std::max<std::int64_t>(1, (rows - 1) * (array.adder_depth - 1));
}

// The rows of a chunk of C and the columns of a unit: chunks of equal size, as few as the banks
// allow; column tiles enough for a k-tile to follow its predecessor without a bubble.
struct UnitSize {
  std::int64_t rows;
  std::int64_t columns;
};

UnitSize SizeOfUnits(const ArrayShape& array, std::int64_t m) {
  const std::int64_t rows = DivideUp(m, DivideUp(m, array.psum_depth));
  const std::int64_t tiles =
      std::min(DivideUp(ContinueDistance(array), rows), array.psum_depth / rows);
  return {rows, tiles * array.columns};
}

}  // namespace

std::vector<WorkUnit> CutIntoUnits(const ArrayShape& array, std::int64_t m, std::int64_t n) {
  std::vector<WorkUnit> units;
  if (m == 0 || n == 0) return units;
  const UnitSize size = SizeOfUnits(array, m);
  for (std::int64_t row = 0; row < m; row += size.rows) {
    for (std::int64_t column = 0; column < n; column += size.columns) {
      units.push_back(
          {row, std::min(size.rows, m - row), column, std::min(size.columns, n - column)});
    }
  }
  return units;
}

std::int64_t UnitCycles(const ArrayShape& array, std::int64_t rows, std::int64_t columns,
                        std::int64_t k) {
  const std::int64_t k_tiles = std::max<std::int64_t>(1, DivideUp(k, array.rows));
  const std::int64_t n_tiles = DivideUp(columns, array.columns);
  const std::int64_t tile = std::max(rows, WeightDistance(array));
  // The first activation row waits for the first tile's weights, one cycle a row. From then on:
  const std::int64_t to_last_tile =
      (k_tiles - 1) * std::max(n_tiles * tile, ContinueDistance(array)) + (n_tiles - 1) * tile;
  // The last tile's rows enter; the last of them is a result 3 + R * L + C cycles after its own,
  // and the array is idle after that.
  const std::int64_t latency =
      3 + std::int64_t{array.rows} * array.adder_depth + std::int64_t{array.columns};
  return array.rows + to_last_tile + rows + latency;
}

std::int64_t JobCycles(const ArrayShape& array, std::int64_t m, std::int64_t n, std::int64_t k) {
  if (m == 0 || n == 0) return 0;
  const UnitSize size = SizeOfUnits(array, m);
  // At most four kinds of units: whole ones, and what is left over at the bottom and the right.
  std::int64_t cycles = 0;
  const auto add_row_of_units = [&](std::int64_t count, std::int64_t rows) {
    if (rows == 0) return;
    cycles += count * (n / size.columns) * UnitCycles(array, rows, size.columns, k);
    if (n % size.columns != 0) cycles += count * UnitCycles(array, rows, n % size.columns, k);
  };
  add_row_of_units(m / size.rows, size.rows);
  add_row_of_units(1, m % size.rows);
  return cycles;
}

double Utilization(const ArrayShape& array, std::int64_t macs, std::int64_t cycles) {
  if (array.Elements() == 0 || cycles == 0) return 0;
  return static_cast<double>(macs) / static_cast<double>(array.Elements()) /
         static_cast<double>(cycles);
}

}  // namespace sumac
