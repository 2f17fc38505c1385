// SPDX-License-Identifier: Apache-2.0
// sumac_feed against the view's own definition (model/view.h): the operands of convolutions, out of
// a window that they lie in around its end, while other words of it are written.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "rtl_feed_16.h"
#include "rtl_feed_4.h"
#include "sim/power_up.h"
#include "tests/clock.h"
#include "tests/rtl/walk_ports.h"

namespace sumac {
namespace {

struct Feed16 {
  using Model = rtl_feed_16;
  static constexpr std::int64_t kLanes = 16;
  static constexpr std::int64_t kWriteLanes = 4;
  static constexpr std::int64_t kWords = 4096;
  static constexpr int kWidth = 32;
};
struct Feed4 {
  using Model = rtl_feed_4;
  static constexpr std::int64_t kLanes = 4;
  static constexpr std::int64_t kWriteLanes = 8;
  static constexpr std::int64_t kWords = 4096;
  static constexpr int kWidth = 12;
};

template <typename Shape>
class Feed {
 public:
  explicit Feed(double stalls) : stalled_(stalls) {
    RandomPowerUp(context_, 7);
    model_ = std::make_unique<typename Shape::Model>(&context_);
    model_->start_i = 0;
    model_->cmd_valid_i = 0;
    model_->out_ready_i = 0;
    model_->wr_count_i = 0;
    PowerUpReset(*model_);
  }

  // Puts random words at [base, base + size) of the ring, a few a cycle, and keeps them.
  void Fill(std::int64_t base, std::int64_t size) {
    base_ = base;
    size_ = size;
    words_.clear();
    for (std::int64_t i = 0; i < size; ++i) {
      words_.push_back(static_cast<std::int64_t>(random_() >> (64 - Shape::kWidth)));
    }
    for (std::int64_t done = 0; done < size;) {
      const std::int64_t count = std::min(size - done, Draw(0, Shape::kWriteLanes));
      Write(base + done, {words_.begin() + done, words_.begin() + done + count});
      Clock(*model_);
      done += count;
    }
    Write(0, {});
  }

  std::int64_t Word(std::int64_t address) const {
    return words_.at(static_cast<std::size_t>(address));
  }

  // Expects the tiles' beats of a view of the words filled in; returns the cycles from the first
  // command on offer to the last beat.
  std::int64_t ExpectBeats(const View& view, Order order, const std::vector<Tile>& tiles) {
    WalkView walk = MakeWalkView(view);
    walk.start += base_ << kWalkFractionBits;
    SetView(*model_, kAddressBits, walk, order);
    model_->start_i = 1;
    Clock(*model_);
    model_->start_i = 0;
    const ViewIndex index(view);
    std::size_t commands = 0;
    std::size_t tile = 0;
    std::int64_t step = 0;
    std::int64_t cycles = 0;
    for (int idle = 0; tile < tiles.size(); ++idle, ++cycles) {
      if (idle == 1000) {
        ADD_FAILURE() << "no beat in 1,000 cycles";
        break;
      }
      if (commands < tiles.size() && (model_->cmd_valid_i || !stalled_(random_))) {
        OfferTile(*model_, tiles[commands]);
      }
      model_->out_ready_i = !stalled_(random_);
      WriteElsewhere();
      model_->eval();
      if (model_->out_valid_o && model_->out_ready_i) {
        ExpectBeat(index, order, tiles[tile], tiles[tile].step + step);
        EXPECT_EQ(model_->out_last_o, ++step == tiles[tile].steps);
        if (testing::Test::HasFailure()) break;
        if (step == tiles[tile].steps) {
          ++tile;
          step = 0;
        }
        idle = 0;
      }
      const bool taken = model_->cmd_valid_i && model_->cmd_ready_o;
      Clock(*model_);
      if (taken) {
        ++commands;
        model_->cmd_valid_i = 0;
      }
    }
    model_->out_ready_i = 0;
    Write(0, {});
    return cycles;
  }

 private:
  static constexpr int kAddressBits = 12 + kWalkFractionBits;

  std::int64_t Draw(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }

  void ExpectBeat(const ViewIndex& index, Order order, const Tile& tile, std::int64_t step) {
    for (std::int64_t lane = 0; lane < Shape::kLanes; ++lane) {
      std::int64_t expected = 0;
      if (lane < tile.lanes) {
        const bool along_k = order == Order::kLanesAlongK;
        const auto outer = index.Outer(along_k ? step : tile.lane + lane);
        const auto k = index.K(along_k ? tile.lane + lane : step);
        const std::int64_t address = index.Address(outer, k);
        if (address >= 0) expected = Word(address);
      }
      EXPECT_EQ(GetLane(model_->out_data_o, Shape::kWidth, lane), expected)
          << "step " << step << ", lane " << lane;
    }
  }

  void Write(std::int64_t address, const std::vector<std::int64_t>& words) {
    model_->wr_count_i = static_cast<CData>(words.size());
    model_->wr_addr_i = static_cast<SData>(address % Shape::kWords);
    // Lanes past the count hold what may not be written.
    std::vector<std::int64_t> lanes = words;
    while (std::ssize(lanes) < Shape::kWriteLanes) lanes.push_back(0x5A5);
    SetLanes(model_->wr_data_i, Shape::kWidth, lanes);
  }

  // Something to an address outside the words filled in.
  void WriteElsewhere() {
    const std::int64_t count = Draw(0, Shape::kWriteLanes);
    const std::int64_t free = Shape::kWords - size_ - count;
    if (free < 0) return;
    Write(base_ + size_ + Draw(0, free),
          std::vector<std::int64_t>(static_cast<std::size_t>(count), 0x333));
  }

  VerilatedContext context_;
  std::unique_ptr<typename Shape::Model> model_;
  std::mt19937_64 random_{11};
  std::bernoulli_distribution stalled_;
  std::int64_t base_ = 0;
  std::int64_t size_ = 0;
  std::vector<std::int64_t> words_;
};

template <typename Shape>
class FeedRtl : public testing::Test {};

using Shapes = testing::Types<Feed16, Feed4>;
TYPED_TEST_SUITE(FeedRtl, Shapes);

constexpr std::int64_t kImages = 2;

const ConvGeometry kConvs[] = {{.height = 6,
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
                                .padding = 0}};

// Forward, input gradient and weight gradient, read along k and across it.
TYPED_TEST(FeedRtl, GivesTheOperandsOfConvolutions) {
  for (const double stalls : {0.0, 0.4}) {
    Feed<TypeParam> feed(stalls);
    std::int64_t base = 0;
    for (const ConvGeometry& g : kConvs) {
      const std::int64_t input = kImages * g.InputWords();
      const std::int64_t output = kImages * g.OutputWords();
      const std::vector<Job> jobs = ConvJobs(g, kImages);
      const std::int64_t sizes[] = {input, output, input};
      for (std::size_t i = 0; i < jobs.size(); ++i) {
        SCOPED_TRACE(testing::Message() << "kernel " << g.kernel << ", stride " << g.stride
                                        << ", pass " << i << ", stalls " << stalls);
        base += 1234;
        feed.Fill(base, sizes[i]);
        const View& a = jobs[i].a;
        feed.ExpectBeats(a, Order::kLanesAlongK,
                         RowTiles(a.OuterSize(), a.KSize(), TypeParam::kLanes));
        feed.ExpectBeats(a, Order::kLanesAlongOuter,
                         BlockTiles(a.OuterSize(), a.KSize(), TypeParam::kLanes));
        if (this->HasFailure()) return;
      }
    }
  }
}

TYPED_TEST(FeedRtl, GivesABeatInEveryCycle) {
  Feed<TypeParam> feed(0);
  feed.Fill(4000, 30 * 16);
  const ConvGeometry& g = kConvs[0];
  const View view = ConvJobs(g, 1)[0].a;
  const std::vector<Tile> tiles = RowTiles(30, 144, TypeParam::kLanes);
  // The command in cycle 0, its first run in 1, that beat in 4.
  EXPECT_EQ(feed.ExpectBeats(view, Order::kLanesAlongK, tiles), 4 + 30 * std::ssize(tiles));
}

}  // namespace
}  // namespace sumac
