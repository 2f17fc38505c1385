// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <tuple>

#include "model/host_device.h"
#include "sw/driver/tiles.h"

namespace sumac {
namespace {

constexpr AcceleratorShape kShape{.rows = 4,
                                  .columns = 3,
                                  .adder_depth = 2,
                                  .bus_words = 2,
                                  .psum_depth = 32,
                                  .a_words = 512,
                                  .b_words = 512,
                                  .arithmetic = {Product::kPam, 0, 23}};

// A product of plain matrices whose C lies row after row, or column after column.
Job MakeProduct(std::int64_t m, std::int64_t n, std::int64_t k, bool by_columns) {
  const auto words = [](std::int64_t count) { return std::make_shared<HostBuffer>(count); };
  Job job;
  job.name = "product";
  job.m = m;
  job.n = n;
  job.k = k;
  job.a = MatrixOperand(words(m * k), 0, m, k, k, 1);
  job.b = MatrixOperand(words(n * k), 0, n, 1, k, n);
  job.c =
      by_columns ? MatrixView{words(m * n + 5), 5, 1, m} : MatrixView{words(m * n + 5), 5, n, 1};
  return job;
}

TEST(Tiles, CoverEachProductOnceAndInOrderOfK) {
  int exchanged = 0;
  for (const bool by_columns : {false, true}) {
    for (const auto& [m, n, k] : {std::tuple{7, 5, 9}, {1, 1, 1}, {50, 10, 70}, {3, 90, 200}}) {
      SCOPED_TRACE(::testing::Message() << m << " x " << n << " x " << k << " " << by_columns);
      const Job job = MakeProduct(m, n, k, by_columns);
      std::map<std::pair<std::int64_t, std::int64_t>, std::int64_t> terms;  // so far, of each sum
      std::int64_t descriptor = 0;
      for (const Tile& tile : MakeTiles(kShape, job)) {
        EXPECT_GE(tile.descriptor, descriptor);
        descriptor = tile.descriptor;
        exchanged += tile.exchanged ? 1 : 0;
        EXPECT_EQ(tile.rows, tile.exchanged ? tile.n : tile.m);
        EXPECT_LE(tile.exchanged ? tile.m : tile.n, kShape.columns);
        EXPECT_EQ(tile.result, tile.k0 + tile.k == k);
        for (std::int64_t i = tile.m0; i < tile.m0 + tile.m; ++i) {
          for (std::int64_t j = tile.n0; j < tile.n0 + tile.n; ++j) {
            EXPECT_EQ(terms[std::pair(i, j)], tile.k0) << i << " " << j;
            terms[std::pair(i, j)] += tile.k;
          }
        }
      }
      EXPECT_EQ(std::ssize(terms), m * n);
      EXPECT_EQ(terms.rbegin()->first, std::pair(std::int64_t{m - 1}, std::int64_t{n - 1}));
      for (const auto& [place, count] : terms) EXPECT_EQ(count, k) << place.first;
    }
  }
  EXPECT_GT(exchanged, 0);
}

}  // namespace
}  // namespace sumac
