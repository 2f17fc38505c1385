// SPDX-License-Identifier: Apache-2.0
// sumac_walk against the view's own definition (model/view.h): matrices, transposes, the three
// views of a convolution, and random digits; every tile order that the array asks for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <type_traits>
#include <vector>

#include "model/error.h"
#include "rtl_walk.h"
#include "sw/driver/walk_view.h"
#include "sw/nn/conv.h"
#include "tests/clock.h"
#include "tests/rtl/walk_ports.h"

namespace sumac {
namespace {

constexpr int kAddressBits = 30 + kWalkFractionBits;
constexpr std::int64_t kLanes = 16;

class Walk {
 public:
  explicit Walk(double stalls) : stalled_(stalls) {
    walk_.rst_ni = 0;
    Clock(walk_);
    walk_.rst_ni = 1;
  }

  void Start(const View& view, Order order) {
    SetView(walk_, kAddressBits, MakeWalkView(view), order);
    walk_.start_i = 1;
    Clock(walk_);
    walk_.start_i = 0;
  }

  struct Run {
    std::int64_t address, lane, length;
    bool exists, step_last, tile_last;
  };

  // The tiles' runs, tile by tile. The commands come as fast as they are taken, or stall too;
  // without stalls there is a run in every cycle after the first.
  std::vector<std::vector<Run>> Tiles(const std::vector<Tile>& tiles) {
    std::vector<std::vector<Run>> runs(1);
    std::size_t commands = 0;  // taken
    bool started = false;
    walk_.cmd_valid_i = 0;
    for (int idle = 0; runs.size() <= tiles.size(); ++idle) {
      if (idle == 1000) {
        ADD_FAILURE() << "no run in 1,000 cycles";
        break;
      }
      if (commands < tiles.size() && (walk_.cmd_valid_i || !stalled_(random_))) {
        OfferTile(walk_, tiles[commands]);
      }
      walk_.run_ready_i = !stalled_(random_);
      walk_.eval();
      if (stalled_.p() == 0) {
        EXPECT_EQ(walk_.run_valid_o, started) << "a bubble";
      }
      if (walk_.run_valid_o && walk_.run_ready_i) {
        runs.back().push_back({walk_.run_addr_o, walk_.run_lane_o, walk_.run_len_o,
                               walk_.run_exists_o != 0, walk_.run_step_last_o != 0,
                               walk_.run_tile_last_o != 0});
        if (walk_.run_tile_last_o) runs.emplace_back();
        idle = 0;
      }
      const bool taken = walk_.cmd_valid_i && walk_.cmd_ready_o;
      Clock(walk_);
      started = true;
      if (taken) {
        ++commands;
        walk_.cmd_valid_i = 0;
      }
    }
    walk_.run_ready_i = 0;
    runs.resize(tiles.size());
    return runs;
  }

 private:
  VerilatedContext context_;
  rtl_walk walk_{&context_};
  std::mt19937_64 random_{5};
  std::bernoulli_distribution stalled_;
};

// Returns the number of runs.
std::int64_t ExpectTiles(Walk& walk, const View& view, Order order,
                         const std::vector<Tile>& tiles) {
  const ViewIndex index(view);
  walk.Start(view, order);
  std::int64_t count = 0;
  const std::vector<std::vector<Walk::Run>> all = walk.Tiles(tiles);
  for (std::size_t t = 0; t < tiles.size(); ++t) {
    const Tile& tile = tiles[t];
    const std::vector<Walk::Run>& runs = all[t];
    count += std::ssize(runs);
    std::int64_t step = 0;
    std::int64_t lane = 0;
    for (const Walk::Run& run : runs) {
      EXPECT_EQ(run.lane, lane);
      if (run.length < 1 || lane + run.length > tile.lanes) {
        ADD_FAILURE() << "a run of " << run.length << " words at lane " << lane;
        return count;
      }
      for (std::int64_t i = 0; i < run.length; ++i) {
        const std::int64_t at_step = tile.step + step;
        const std::int64_t at_lane = tile.lane + lane + i;
        const bool along_k = order == Order::kLanesAlongK;
        const auto outer = index.Outer(along_k ? at_step : at_lane);
        const auto k = index.K(along_k ? at_lane : at_step);
        const std::int64_t address = run.exists ? run.address + i : -1;
        EXPECT_EQ(address, index.Address(outer, k)) << "step " << at_step << ", lane " << at_lane;
      }
      lane += run.length;
      EXPECT_EQ(run.step_last, lane == tile.lanes);
      if (run.step_last) {
        ++step;
        lane = 0;
      }
      EXPECT_EQ(run.tile_last, step == tile.steps);
      if (testing::Test::HasFailure()) return count;
    }
    EXPECT_EQ(step, tile.steps);
  }
  return count;
}

// Every order of tiles.
void ExpectView(Walk& walk, const View& view) {
  const std::int64_t outer = view.OuterSize();
  const std::int64_t k = view.KSize();
  ExpectTiles(walk, view, Order::kLanesAlongK, RowTiles(outer, k, kLanes));
  std::vector<Tile> blocks = BlockTiles(outer, k, kLanes);
  ExpectTiles(walk, view, Order::kLanesAlongOuter, blocks);
  blocks = BlockTiles(k, outer, kLanes);
  ExpectTiles(walk, view, Order::kLanesAlongK, blocks);
}

class WalkRtl : public testing::TestWithParam<double> {};

TEST_P(WalkRtl, GivesTheOperandsOfConvolutions) {
  Walk walk(GetParam());
  for (const ConvGeometry& g : std::vector<ConvGeometry>{{.height = 6,
                               .width = 5,
                               .in_channels = 16,
                               .out_channels = 32,
                               .kernel = 3,
                               .stride = 1,
                               .padding = 1},
                                                         {.height = 7,
                                                         .width = 8,
                                                         .in_channels = 3,
                                                         .out_channels = 5,
                                                         .kernel = 3,
                                                         .stride = 2,
                                                         .padding = 1},
                                                         {.height = 4,
                                                         .width = 6,
                                                         .in_channels = 24,
                                                         .out_channels = 16,
                                                         .kernel = 1,
                                                         .stride = 2,
                                                         .padding = 0},
                                                         {.height = 9,
                                                         .width = 9,
                                                         .in_channels = 1,
                                                         .out_channels = 4,
                                                         .kernel = 7,
                                                         .stride = 4,
                                                         .padding = 3}}) {
    for (const Job& job : ConvJobs(g, 2)) {
      SCOPED_TRACE(testing::Message() << "kernel " << g.kernel << ", stride " << g.stride);
      ExpectView(walk, job.a);
      ExpectView(walk, job.b);
      if (HasFailure()) return;
    }
  }
}

TEST_P(WalkRtl, GivesMatricesAndTransposes) {
  Walk walk(GetParam());
  for (const auto& [outer, k] : {std::pair<std::int64_t, std::int64_t>{1, 1}, {5, 8}, {17, 33}}) {
    ExpectView(walk, MatrixOperand(nullptr, 3, outer, k, k, 1));
    ExpectView(walk, MatrixOperand(nullptr, 0, outer, 1, k, outer + 2));
    ExpectView(walk, MatrixOperand(nullptr, 9999, outer, -2 * k, k, -2));
  }
}

TEST_P(WalkRtl, GivesRandomViews) {
  constexpr std::uint64_t kSeed = 20261124;
  std::mt19937_64 random(kSeed);
  const auto draw = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  Walk walk(GetParam());
  int absent = 0;
  for (int trial = 0; trial < 300 && !HasFailure(); ++trial) {
    SCOPED_TRACE(testing::Message() << "seed " << kSeed << ", view " << trial);
    View view;
    view.offset = draw(10000, 20000);
    for (auto* digits : {&view.outer, &view.k}) {
      for (Digit& digit : *digits) {
        digit = {draw(1, 4), draw(-40, 40), draw(0, 2), draw(-1, 2)};
      }
      if (draw(0, 1) == 1) (*digits)[2] = {.extent = draw(1, 20), .stride = 1};
      if (draw(0, 1) == 1) (*digits)[1].stride = (*digits)[2].extent * (*digits)[2].stride;
    }
    for (Bound* bound : {&view.y, &view.x}) {
      *bound = {draw(2, 20), draw(-30, 30), draw(-2, 2),
                std::int64_t{1} << std::max<std::int64_t>(0, draw(-4, 3))};
    }
    const ViewIndex index(view);
    absent += index.Address(index.Outer(0), index.K(0)) < 0;
    ExpectView(walk, view);
  }
  EXPECT_GT(absent, 30);
  EXPECT_LT(absent, 270);
}

// Extents, strides and coordinates of all their bits; of each view the first few steps and lanes.
TEST_P(WalkRtl, GivesTheBeginningsOfLargeViews) {
  constexpr std::uint64_t kSeed = 20261125;
  std::mt19937_64 random(kSeed);
  const auto draw = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  Walk walk(GetParam());
  for (int trial = 0; trial < 300 && !HasFailure(); ++trial) {
    SCOPED_TRACE(testing::Message() << "seed " << kSeed << ", view " << trial);
    View view;
    view.offset = draw(1 << 28, 1 << 29);
    for (auto* digits : {&view.outer, &view.k}) {
      for (Digit& digit : *digits) {
        const std::int64_t extent = draw(0, 1) == 1 ? draw(1, 3) : draw(4, 65'535);
        digit = {extent, draw(-(1 << 22), 1 << 22), draw(-1500, 1500), draw(-1500, 1500)};
      }
    }
    for (Bound* bound : {&view.y, &view.x}) {
      *bound = {draw(1, 20'000), draw(-10'000, 3000), draw(-1000, 1000), 1};
    }
    const std::int64_t outer = std::min<std::int64_t>(view.OuterSize(), 7);
    const std::int64_t k = std::min<std::int64_t>(view.KSize(), 7);
    ExpectTiles(walk, view, Order::kLanesAlongK, RowTiles(outer, k, kLanes));
    ExpectTiles(walk, view, Order::kLanesAlongOuter, BlockTiles(outer, k, kLanes));
  }
  for (const std::int64_t steps : {0x5555, 0xAAAA}) {
    const View column = MatrixOperand(nullptr, 0, steps, 3, 1, 1);
    ExpectTiles(walk, column, Order::kLanesAlongK, RowTiles(steps, 1, kLanes));
  }
}

INSTANTIATE_TEST_SUITE_P(Stalls, WalkRtl, testing::Values(0.0, 0.4));

TEST(WalkRtlRuns, AreAsLongAsTheOperandAllows) {
  Walk walk(0);
  // 16 channels: one run a row and k-tile, at each of the nine kernel positions.
  const ConvGeometry g{.height = 6,
                       .width = 5,
                       .in_channels = 16,
                       .out_channels = 8,
                       .kernel = 3,
                       .stride = 1,
                       .padding = 1};
  const View forward = ConvJobs(g, 1)[0].a;
  EXPECT_EQ(ExpectTiles(walk, forward, Order::kLanesAlongK, RowTiles(30, 144, kLanes)), 30 * 9);
  // A 1x1 convolution's positions are one digit: 30 rows, each of 16 + 8 channels, cut at 16.
  const ConvGeometry pointwise{.height = 6,
                               .width = 5,
                               .in_channels = 24,
                               .out_channels = 8,
                               .kernel = 1,
                               .stride = 1,
                               .padding = 0};
  const View rows = ConvJobs(pointwise, 1)[0].a;
  EXPECT_EQ(ExpectTiles(walk, rows, Order::kLanesAlongK, RowTiles(30, 24, kLanes)), 30 * 2);
  EXPECT_EQ(ExpectTiles(walk, rows, Order::kLanesAlongOuter, BlockTiles(30, 24, kLanes)), 24 * 30);
}

TEST(WalkView, RefusesDilationsThatAreNoPowerOfTwoUpTo8) {
  View view = MatrixOperand(nullptr, 0, 2, 3, 3, 1);
  view.y.dilation = 3;
  EXPECT_THROW(MakeWalkView(view), Error);
  view.y.dilation = 16;
  EXPECT_THROW(MakeWalkView(view), Error);
  view.y.dilation = 8;
  EXPECT_EQ(MakeWalkView(view).y.mask, 7);
}

}  // namespace
}  // namespace sumac
