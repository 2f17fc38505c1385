// SPDX-License-Identifier: Apache-2.0
// sumac_turner against the tiles themselves: rows or columns, either way round, short tiles,
// stalls.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "rtl_turner.h"
#include "rtl_turner_reverse.h"
#include "sim/power_up.h"
#include "tests/clock.h"
#include "tests/rtl/walk_ports.h"

namespace sumac {
namespace {

struct Forward {
  using Model = rtl_turner;
  static constexpr std::int64_t kSize = 16;
  static constexpr int kWidth = 32;
  static constexpr bool kReverse = false;
};
struct Reverse {
  using Model = rtl_turner_reverse;
  static constexpr std::int64_t kSize = 4;
  static constexpr int kWidth = 17;
  static constexpr bool kReverse = true;
};

struct TurnedTile {
  std::vector<std::vector<std::int64_t>> rows;
  bool turn = false;
  std::int64_t beats = 0;
};

// A tile's beat by the definition.
std::vector<std::int64_t> Beat(const TurnedTile& tile, std::int64_t size, bool reverse,
                               std::int64_t number) {
  const std::int64_t place = reverse ? tile.beats - 1 - number : number;
  std::vector<std::int64_t> beat;
  for (std::int64_t lane = 0; lane < size; ++lane) {
    const std::int64_t row = tile.turn ? lane : place;
    const std::int64_t column = tile.turn ? place : lane;
    const bool came = row < std::ssize(tile.rows);
    beat.push_back(came ? tile.rows[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)]
                        : 0);
  }
  return beat;
}

// Sends the tiles through; returns the cycles from the first row to the last beat.
template <typename Shape>
std::int64_t ExpectTurned(const std::vector<TurnedTile>& tiles, double stalls) {
  VerilatedContext context;
  RandomPowerUp(context, 3);
  const auto model = std::make_unique<typename Shape::Model>(&context);
  std::mt19937_64 random(5);
  std::bernoulli_distribution stalled(stalls);
  model->in_valid_i = 0;
  model->out_ready_i = 0;
  PowerUpReset(*model);
  std::size_t in = 0;
  std::size_t row = 0;
  std::size_t out = 0;
  std::int64_t beat = 0;
  std::int64_t cycles = 0;
  for (; out < tiles.size(); ++cycles) {
    if (cycles == 1'000'000) {
      ADD_FAILURE() << "stuck";
      break;
    }
    if (in < tiles.size() && !model->in_valid_i && !stalled(random)) {
      const TurnedTile& tile = tiles[in];
      model->in_valid_i = 1;
      model->in_last_i = row + 1 == tile.rows.size();
      model->in_turn_i = tile.turn;
      model->in_beats_i = static_cast<CData>(tile.beats);
      SetLanes(model->in_data_i, Shape::kWidth, tile.rows[row]);
    }
    model->out_ready_i = !stalled(random);
    model->clk_i = 0;
    model->eval();
    if (model->out_valid_o && model->out_ready_i) {
      const TurnedTile& tile = tiles[out];
      const std::vector<std::int64_t> expected = Beat(tile, Shape::kSize, Shape::kReverse, beat);
      for (std::int64_t lane = 0; lane < Shape::kSize; ++lane) {
        EXPECT_EQ(GetLane(model->out_data_o, Shape::kWidth, lane),
                  expected[static_cast<std::size_t>(lane)])
            << "tile " << out << ", beat " << beat << ", lane " << lane;
      }
      EXPECT_EQ(model->out_last_o, ++beat == tile.beats);
      if (beat == tile.beats) {
        ++out;
        beat = 0;
      }
      if (testing::Test::HasFailure()) break;
    }
    const bool taken = model->in_valid_i && model->in_ready_o;
    Clock(*model);
    if (taken) {
      model->in_valid_i = 0;
      if (++row == tiles[in].rows.size()) {
        ++in;
        row = 0;
      }
    }
  }
  return cycles;
}

template <typename Shape>
TurnedTile RandomTile(std::mt19937_64& random, std::int64_t rows, std::int64_t beats) {
  TurnedTile tile{.rows = {}, .turn = random() % 2 == 0, .beats = beats};
  for (std::int64_t r = 0; r < rows; ++r) {
    tile.rows.emplace_back();
    for (std::int64_t i = 0; i < Shape::kSize; ++i) {
      tile.rows.back().push_back(static_cast<std::int64_t>(random() >> (64 - Shape::kWidth)));
    }
  }
  return tile;
}

template <typename Shape>
class TurnerRtl : public testing::Test {};

using Shapes = testing::Types<Forward, Reverse>;
TYPED_TEST_SUITE(TurnerRtl, Shapes);

TYPED_TEST(TurnerRtl, GivesRowsAndColumns) {
  std::mt19937_64 random(20261125);
  std::uniform_int_distribution<std::int64_t> draw(1, TypeParam::kSize);
  std::vector<TurnedTile> tiles;
  for (int i = 0; i < 300; ++i) {
    const std::int64_t rows = draw(random);
    tiles.push_back(RandomTile<TypeParam>(random, rows, draw(random)));
  }
  for (const double stalls : {0.0, 0.4}) ExpectTurned<TypeParam>(tiles, stalls);
}

// Whole tiles: the first beat three cycles after the first tile's last row, then one a cycle.
TYPED_TEST(TurnerRtl, GivesABeatInEveryCycle) {
  std::mt19937_64 random(1);
  constexpr std::int64_t kSize = TypeParam::kSize;
  std::vector<TurnedTile> tiles;
  for (int i = 0; i < 20; ++i) tiles.push_back(RandomTile<TypeParam>(random, kSize, kSize));
  EXPECT_EQ(ExpectTurned<TypeParam>(tiles, 0), kSize - 1 + 3 + 20 * kSize);
}

}  // namespace
}  // namespace sumac
