// SPDX-License-Identifier: Apache-2.0
// The cycle model by itself; tests/sim compares it with the RTL.
#include "model/cycles.h"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace sumac {
namespace {

constexpr std::uint64_t kSeed = 33;

// The drawing in docs/rtl.md, "Timing": weights from cycle -2 on, the last result in cycle 14.
TEST(Cycles, OfTheDrawnExample) {
  const ArrayShape array{.rows = 2, .columns = 2, .adder_depth = 1, .psum_depth = 16};
  EXPECT_EQ(UnitCycles(array, 4, 2, 4), 2 + 14 + 1);
}

// docs/rtl.md, "Timing": at 16 x 16 with L = 2 a tile takes M + 51 cycles from its first activation
// to its last result; k-tiles follow without a bubble from M = 34 on, N-tiles from M = 31 on.
TEST(Cycles, OfA16x16Array) {
  const ArrayShape array{.rows = 16, .columns = 16, .adder_depth = 2, .psum_depth = 256};
  EXPECT_EQ(UnitCycles(array, 100, 16, 16), 16 + 100 + 51);
  for (const std::int64_t m : {34, 35, 256}) {
    EXPECT_EQ(UnitCycles(array, m, 16, 5 * 16) - UnitCycles(array, m, 16, 16), 4 * m);
  }
  EXPECT_EQ(UnitCycles(array, 33, 16, 5 * 16) - UnitCycles(array, 33, 16, 16), 4 * 34);
  EXPECT_EQ(UnitCycles(array, 31, 32, 5 * 16) - UnitCycles(array, 31, 32, 16), 4 * 2 * 31);
  EXPECT_EQ(UnitCycles(array, 30, 32, 5 * 16) - UnitCycles(array, 30, 32, 16), 4 * 2 * 31);
  EXPECT_EQ(UnitCycles(array, 5, 16, 0), UnitCycles(array, 5, 1, 1)) << "no products: one tile";
}

TEST(Cycles, UnitsCoverEachElementOnceAndAddUpToTheJob) {
  std::mt19937_64 random(kSeed);
  const auto draw = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  for (int trial = 0; trial < 500; ++trial) {
    SCOPED_TRACE(testing::Message() << "seed " << kSeed << ", trial " << trial);
    const ArrayShape array{.rows = static_cast<int>(draw(1, 9)),
                           .columns = static_cast<int>(draw(1, 9)),
                           .adder_depth = static_cast<int>(draw(1, 4)),
                           .psum_depth = std::int64_t{2} << draw(0, 5)};
    const std::int64_t m = draw(0, 200);
    const std::int64_t n = draw(0, 60);
    const std::int64_t k = draw(0, 40);
    std::vector<int> covered(static_cast<std::size_t>(m * n));
    std::int64_t cycles = 0;
    for (const WorkUnit& unit : CutIntoUnits(array, m, n)) {
      ASSERT_GE(unit.rows, 1);
      ASSERT_LE(unit.rows * DivideUp(unit.columns, array.columns), array.psum_depth);
      cycles += UnitCycles(array, unit.rows, unit.columns, k);
      for (std::int64_t i = 0; i < unit.rows; ++i) {
        for (std::int64_t j = 0; j < unit.columns; ++j) {
          ++covered.at(static_cast<std::size_t>((unit.first_row + i) * n + unit.first_column + j));
        }
      }
    }
    EXPECT_EQ(covered, std::vector<int>(covered.size(), 1));
    EXPECT_EQ(JobCycles(array, m, n, k), cycles);
  }
}

}  // namespace
}  // namespace sumac
