// SPDX-License-Identifier: Apache-2.0
// sumac_rows against a queue: rows of any length in any portions, room, order, stalls, speed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <vector>

#include "rtl_rows_16.h"
#include "rtl_rows_4.h"
#include "sim/power_up.h"
#include "tests/clock.h"
#include "tests/rtl/walk_ports.h"

namespace sumac {
namespace {

struct Rows16 {
  using Model = rtl_rows_16;
  static constexpr std::int64_t kCols = 16;
  static constexpr std::int64_t kBusWords = 4;
  static constexpr std::int64_t kDepth = 32;
};
struct Rows4 {
  using Model = rtl_rows_4;
  static constexpr std::int64_t kCols = 4;
  static constexpr std::int64_t kBusWords = 16;
  static constexpr std::int64_t kDepth = 8;
};

struct Result {
  std::int64_t cycles = 0;     // from the first room taken to the last row
  std::int64_t most_rows = 0;  // whose room was taken at once
};

// Sends rows of `words` words each, as soon as there is room, in portions of up to `portion`.
template <typename Shape>
Result ExpectRows(const std::vector<std::int64_t>& words, std::int64_t portion, double stalls) {
  VerilatedContext context;
  RandomPowerUp(context, 21);
  const auto model = std::make_unique<typename Shape::Model>(&context);
  std::mt19937_64 random(17);
  std::bernoulli_distribution stalled(stalls);
  model->take_i = 0;
  model->in_valid_i = 0;
  model->out_ready_i = 0;
  PowerUpReset(*model);
  std::deque<std::vector<std::int64_t>> rows;  // that have begun and not left
  std::size_t taken = 0;
  std::size_t in = 0;
  std::size_t out = 0;
  bool begun = false;
  Result result;
  for (; out < words.size(); ++result.cycles) {
    if (result.cycles == 1'000'000) {
      ADD_FAILURE() << "stuck";
      break;
    }
    model->take_i = 0;
    model->in_valid_i = 0;
    model->clk_i = 0;
    model->eval();
    // The words of a row whose room was taken in an earlier cycle.
    if (in < taken && !stalled(random)) {
      if (!begun) rows.emplace_back();
      std::vector<std::int64_t>& row = rows.back();
      const std::int64_t count = std::min(portion, words[in] - std::ssize(row));
      std::vector<std::int64_t> lanes;
      for (std::int64_t i = 0; i < Shape::kBusWords; ++i) {
        lanes.push_back(static_cast<std::int64_t>(random() >> 32));
      }
      row.insert(row.end(), lanes.begin(), lanes.begin() + count);
      begun = std::ssize(row) < words[in];
      model->in_valid_i = 1;
      model->in_count_i = static_cast<CData>(count);
      model->in_last_i = !begun;
      SetLanes(model->in_data_i, 32, lanes);
      if (!begun) ++in;
    }
    if (taken < words.size() && model->room_o && !stalled(random)) {
      model->take_i = 1;
      ++taken;
      result.most_rows = std::max(result.most_rows, static_cast<std::int64_t>(taken - out));
    }
    model->out_ready_i = !stalled(random);
    model->eval();
    if (model->out_valid_o && model->out_ready_i) {
      for (std::size_t c = 0; c < rows.front().size(); ++c) {
        EXPECT_EQ(GetLane(model->out_data_o, 32, static_cast<std::int64_t>(c)), rows.front()[c])
            << "row " << out << ", column " << c;
      }
      rows.pop_front();
      ++out;
      if (testing::Test::HasFailure()) break;
    }
    Clock(*model);
  }
  EXPECT_TRUE(rows.empty());
  return result;
}

template <typename Shape>
class RowsRtl : public testing::Test {};

using Shapes = testing::Types<Rows16, Rows4>;
TYPED_TEST_SUITE(RowsRtl, Shapes);

TYPED_TEST(RowsRtl, GivesTheRowsInOrder) {
  std::mt19937_64 random(20261127);
  std::uniform_int_distribution<std::int64_t> draw(1, TypeParam::kCols);
  std::vector<std::int64_t> words;
  for (int i = 0; i < 400; ++i) words.push_back(draw(random));
  const std::int64_t most = std::min(TypeParam::kBusWords, TypeParam::kCols);
  for (const std::int64_t portion : {std::int64_t{1}, most - 1, most}) {
    for (const double stalls : {0.0, 0.4}) {
      SCOPED_TRACE(testing::Message() << "portions of " << portion << ", stalls " << stalls);
      ExpectRows<TypeParam>(words, portion, stalls);
      if (this->HasFailure()) return;
    }
  }
}

// Room taken in cycle 0, the row's first words in 1; it is out three cycles after its last words.
TYPED_TEST(RowsRtl, KeepsUpWithTheBus) {
  constexpr std::int64_t kPortion = std::min(TypeParam::kBusWords, TypeParam::kCols);
  constexpr std::int64_t kBeats = TypeParam::kCols / kPortion;
  const std::vector<std::int64_t> words(200, TypeParam::kCols);
  const Result result = ExpectRows<TypeParam>(words, kPortion, 0);
  EXPECT_EQ(result.cycles, 1 + 200 * kBeats + 3);
}

// Where the rows leave slowly, all of the room is used.
TYPED_TEST(RowsRtl, UsesAllOfItsRoom) {
  const std::vector<std::int64_t> words(2000, 1);
  EXPECT_EQ(ExpectRows<TypeParam>(words, 1, 0.5).most_rows, TypeParam::kDepth);
}

}  // namespace
}  // namespace sumac
