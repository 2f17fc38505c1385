// SPDX-License-Identifier: Apache-2.0
// sumac_core against the fold of the reference, word by word, and against the timing that
// docs/rtl.md promises, cycle by cycle. Every test runs on every core of CMakeLists.txt.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <string>

#include "cores_under_test.h"
#include "model/error.h"
#include "tests/rtl/core_bench.h"

namespace sumac {
namespace {

constexpr std::uint64_t kSeed = kCoreSeed;

// Counts differing words and names the first ones.
void ExpectEqualRows(const std::vector<Row>& got, const std::vector<Row>& expected) {
  ASSERT_EQ(got.size(), expected.size()) << "result rows";
  int differing = 0;
  for (std::size_t m = 0; m < got.size(); ++m) {
    for (std::size_t n = 0; n < got[m].size(); ++n) {
      if (got[m][n] == expected[m][n] || ++differing > 5) continue;
      ADD_FAILURE() << "result [" << m << "][" << n << "] is " << std::hex << got[m][n]
                    << ", expected " << expected[m][n];
    }
  }
  EXPECT_EQ(differing, 0);
}

template <typename T>
void Append(std::vector<T>& list, const std::vector<T>& more) {
  list.insert(list.end(), more.begin(), more.end());
}

template <typename Core>
class CoreRtl : public testing::Test {
 protected:
  using Bench = CoreBench<typename Core::Model>;
  static constexpr CoreShape kShape = Core::kShape;

  // Random jobs one after the other, each of m rows and k terms as `size` says, through one core.
  void ExpectJobsFold(int count, const std::function<std::pair<int, int>()>& size) {
    Bench bench(kShape);
    std::vector<Row> expected;
    for (int i = 0; i < count; ++i) {
      const auto [m, k] = size();
      const CoreJob job = RandomJob(random_, kShape, m, k, i % 2 == 1);
      bench.Push(TilesOf(kShape, job, RandomIn(random_, 0, kShape.psum_depth - 1)));
      Append(expected, Fold(kShape, job));
    }
    bench.Run();
    ExpectEqualRows(bench.results(), expected);
  }

  int RandomM() { return RandomIn(random_, 1, kShape.psum_depth); }

  std::mt19937_64 random_{kSeed};
  testing::ScopedTrace seed_{__FILE__, __LINE__, "seed " + std::to_string(kSeed)};
};

TYPED_TEST_SUITE(CoreRtl, CoresUnderTest);

// ---- Words ----

TYPED_TEST(CoreRtl, FoldsATileOfAllRows) {
  this->ExpectJobsFold(20, [this] { return std::pair(this->RandomM(), this->kShape.rows); });
}

TYPED_TEST(CoreRtl, FoldsOneTerm) {
  this->ExpectJobsFold(20, [this] { return std::pair(this->RandomM(), 1); });
}

TYPED_TEST(CoreRtl, FoldsAnyDepthThroughTheBanks) {
  this->ExpectJobsFold(200, [this] {
    return std::pair(this->RandomM(), RandomIn(this->random_, 0, 6 * this->kShape.rows));
  });
}

TYPED_TEST(CoreRtl, ClosesAnEmptyFold) {
  const CoreShape& shape = this->kShape;
  const std::vector<std::pair<Word, Word>> closed = {
      {0x80000000, 0x00000000},                            // -0
      {0x00000001, 0x00000000},                            // subnormals
      {0x807FFFFF, 0x00000000}, {0x7F800001, kNaN},        // NaNs
      {0xFFFFFFFF, kNaN},       {0xFF800000, 0xFF800000},  // what stays
      {0x80800000, 0x80800000}, {0x7F7FFFFF, 0x7F7FFFFF},
  };
  typename TestFixture::Bench bench(shape);
  std::vector<Row> expected;
  for (const auto& [c_in, result] : closed) {
    const auto cols = static_cast<std::size_t>(shape.cols);
    const CoreJob job{{Row()}, {}, {Row(cols, c_in)}};
    bench.Push(TilesOf(shape, job, 0));
    expected.emplace_back(cols, result);
  }
  bench.Run();
  ExpectEqualRows(bench.results(), expected);
}

TYPED_TEST(CoreRtl, ExecutesCommandsInAnyOrder) {
  typename TestFixture::Bench bench(this->kShape);
  const std::vector<Tile> tiles = RandomTiles(this->random_, this->kShape, 1000);
  bench.Push(tiles);
  bench.Run();
  ExpectEqualRows(bench.results(), Execute(this->kShape, tiles));
}

// On the tiles that tests/rtl/replay gives to other simulators.
TYPED_TEST(CoreRtl, StallsChangeCyclesAndNeverWords) {
  const std::vector<Tile> tiles = RandomTiles(this->random_, this->kShape, 60);
  const std::vector<Row> expected = Execute(this->kShape, tiles);
  typename TestFixture::Bench unhindered(this->kShape);
  unhindered.Push(tiles);
  unhindered.Run();
  const StallRates mostly = {
      .command = 0.9, .weight = 0.9, .activation = 0.9, .psum = 0.9, .result = 0.9};
  const std::vector<StallRates> all_rates = {
      {.command = 0.95},
      {.weight = 0.6},
      {.activation = 0.6},
      {.psum = 0.6},
      {.result = 0.6},
      {.command = 0.2, .weight = 0.2, .activation = 0.2, .psum = 0.2, .result = 0.2},
      mostly};
  for (std::size_t i = 0; i < all_rates.size(); ++i) {
    SCOPED_TRACE(testing::Message() << "stall rates " << i);
    typename TestFixture::Bench bench(this->kShape, all_rates[i], kSeed + i);
    bench.Push(tiles);
    bench.Run();
    ExpectEqualRows(bench.results(), expected);
    EXPECT_GT(bench.cycle(), unhindered.cycle());
  }
}

TYPED_TEST(CoreRtl, ForgetsItsWorkOnReset) {
  typename TestFixture::Bench bench(this->kShape, {.result = 0.5}, kSeed);
  for (int cycles = 1; cycles < 60; cycles += 7) {
    SCOPED_TRACE(testing::Message() << "reset after " << cycles << " cycles");
    bench.Push(RandomTiles(this->random_, this->kShape, 30));
    for (int i = 0; i < cycles; ++i) bench.Step();
    bench.Reset();
    const std::vector<Tile> tiles = RandomTiles(this->random_, this->kShape, 3);
    bench.Push(tiles);
    bench.Run();
    ExpectEqualRows(bench.results(), Execute(this->kShape, tiles));
  }
}

TYPED_TEST(CoreRtl, PowersUpWithAnyContents) {
  const std::vector<Tile> tiles = RandomTiles(this->random_, this->kShape, 20);
  const std::vector<Row> expected = Execute(this->kShape, tiles);
  std::vector<std::int64_t> beats;
  for (int power_up = 1; power_up <= 30; ++power_up) {
    SCOPED_TRACE(testing::Message() << "power-up " << power_up);
    typename TestFixture::Bench bench(this->kShape, {}, 0, power_up);
    bench.Push(tiles);
    bench.Run();
    ExpectEqualRows(bench.results(), expected);
    if (power_up == 1) beats = bench.activation_cycles();
    EXPECT_EQ(bench.activation_cycles(), beats);
  }
}

// ---- Cycles ----

TYPED_TEST(CoreRtl, GivesATileInItsLatency) {
  const CoreShape& shape = this->kShape;
  for (int m = 1; m <= shape.psum_depth; ++m) {
    typename TestFixture::Bench bench(shape);
    bench.Push(TilesOf(shape, RandomJob(this->random_, shape, m, shape.rows, m % 2 == 0), 0));
    bench.Run();
    ASSERT_EQ(bench.result_cycles().size(), static_cast<std::size_t>(m));
    const std::int64_t cycles =
        bench.result_cycles().back() - bench.activation_cycles().front() + 1;
    EXPECT_EQ(cycles, m + shape.rows * shape.add_depth + shape.cols - 1 + 4) << "M = " << m;
  }
}

// A fold's k-tiles on the same bank rows: the period is M, but never less than the time that a sum
// takes back to the top.
TYPED_TEST(CoreRtl, ContinuesAFoldWithoutABubble) {
  const CoreShape& shape = this->kShape;
  for (int m = 1; m <= shape.psum_depth; ++m) {
    SCOPED_TRACE(testing::Message() << "M = " << m);
    const CoreJob job = RandomJob(this->random_, shape, m, 5 * shape.rows, true);
    typename TestFixture::Bench bench(shape);
    bench.Push(TilesOf(shape, job, 1));
    bench.Run();
    ExpectEqualRows(bench.results(), Fold(shape, job));
    const std::vector<std::int64_t>& beats = bench.activation_cycles();
    const auto rows = static_cast<std::size_t>(m);
    for (std::size_t tile = 1; tile < 5; ++tile) {
      EXPECT_EQ(beats[tile * rows] - beats[(tile - 1) * rows],
                std::max(m, shape.rows * shape.add_depth + 2));
    }
  }
}

// N-tiles in turn, on bank rows of their own: enough of them fill the time that one would wait, so
// that the period is M, but never less than the time that a tile's weights need.
TYPED_TEST(CoreRtl, InterleavesFoldsWithoutABubble) {
  const CoreShape& shape = this->kShape;
  const int load = shape.rows + std::max(1, (shape.rows - 1) * (shape.add_depth - 1));
  for (int m = 1; m <= shape.psum_depth; ++m) {
    SCOPED_TRACE(testing::Message() << "M = " << m);
    const int period = std::max(m, load);
    const int count = (shape.rows * shape.add_depth + 2 + period - 1) / period;
    if (count * m > shape.psum_depth) continue;
    std::vector<std::vector<Tile>> jobs;
    std::vector<Row> expected;
    for (int i = 0; i < count; ++i) {
      const CoreJob job = RandomJob(this->random_, shape, m, 4 * shape.rows, true);
      jobs.push_back(TilesOf(shape, job, i * m));
      Append(expected, Fold(shape, job));
    }
    typename TestFixture::Bench bench(shape);
    bench.Push(Interleave(jobs));
    bench.Run();
    ExpectEqualRows(bench.results(), expected);
    const std::vector<std::int64_t>& beats = bench.activation_cycles();
    const auto rows = static_cast<std::size_t>(m);
    for (std::size_t tile = 1; tile < beats.size() / rows; ++tile) {
      EXPECT_EQ(beats[tile * rows] - beats[(tile - 1) * rows], period) << "tile " << tile;
    }
  }
}

TYPED_TEST(CoreRtl, TakesBeatsAndGivesResultsInTheDocumentedCycles) {
  const CoreShape& shape = this->kShape;
  const std::vector<Tile> tiles = RandomTiles(this->random_, shape, 1000);
  typename TestFixture::Bench bench(shape);
  bench.Push(tiles);
  bench.Run();
  const std::vector<std::int64_t> beats = BeatCycles(shape, tiles);
  EXPECT_EQ(bench.activation_cycles(), beats);
  std::vector<std::int64_t> results;
  std::size_t beat = 0;
  for (const Tile& tile : tiles) {
    for (std::size_t m = 0; m < tile.activations.size(); ++m, ++beat) {
      if (tile.target == PsumTarget::kResult) {
        results.push_back(beats[beat] + ResultLatency(shape));
      }
    }
  }
  EXPECT_EQ(bench.result_cycles(), results);
}

// ---- Assertions ----

// A core driven port by port.
template <typename Model>
class PortBench {
 public:
  PortBench() {
    core_.rst_ni = 0;
    Clock();
    core_.rst_ni = 1;
  }

  Model& core() { return core_; }
  void Clock(int cycles = 1) {
    for (int i = 0; i < cycles; ++i) {
      core_.clk_i = 0;
      core_.eval();
      core_.clk_i = 1;
      core_.eval();
    }
  }

 private:
  VerilatedContext context_;
  Model core_{&context_};
};

template <typename Port>
void FlipBit(Port& port) {
  if constexpr (std::is_integral_v<Port>) {
    port = static_cast<Port>(port ^ 1);
  } else {
    port.at(0) ^= 1;
  }
}

TYPED_TEST(CoreRtl, AssertsThatAWordStaysUntilItIsTaken) {
  using Model = typename TypeParam::Model;
  struct Fault {
    std::string name;
    std::function<void(Model&)> inject;
  };
  const std::vector<Fault> faults = {
      {"none", [](Model&) {}},
      {"cmd_valid_i dropped", [](Model& core) { core.cmd_valid_i = 0; }},
      {"cmd_base_i changed", [](Model& core) { FlipBit(core.cmd_base_i); }},
      {"wgt_valid_i dropped", [](Model& core) { core.wgt_valid_i = 0; }},
      {"wgt_data_i changed", [](Model& core) { FlipBit(core.wgt_data_i); }},
      {"act_valid_i dropped", [](Model& core) { core.act_valid_i = 0; }},
      {"act_data_i changed", [](Model& core) { FlipBit(core.act_data_i); }},
      {"psum_valid_i dropped", [](Model& core) { core.psum_valid_i = 0; }},
      {"psum_data_i changed", [](Model& core) { FlipBit(core.psum_data_i); }},
  };
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.name);
    PortBench<Model> bench;
    Model& core = bench.core();
    // A result stream that is not taken halts the core, and so in the end all inputs wait.
    core.cmd_rows_i = 1;
    core.cmd_src_i = 1;
    core.cmd_dst_i = 1;
    core.cmd_valid_i = core.wgt_valid_i = core.act_valid_i = core.psum_valid_i = 1;
    bench.Clock(200);
    ASSERT_FALSE(core.cmd_ready_o || core.wgt_ready_o || core.act_ready_o || core.psum_ready_o);
    fault.inject(core);
    if (fault.name == "none") {
      EXPECT_NO_THROW(bench.Clock());
    } else {
      EXPECT_THROW(bench.Clock(), Error);
    }
  }
}

TYPED_TEST(CoreRtl, AssertsThatACommandIsLegal) {
  using Model = typename TypeParam::Model;
  struct Command {
    int rows, source;
    bool legal;
  };
  const int most = this->kShape.psum_depth;
  for (const Command& command : std::vector<Command>{
           {1, 0, true}, {most, 2, true}, {0, 0, false}, {most + 1, 0, false}, {1, 3, false}}) {
    SCOPED_TRACE(testing::Message() << command.rows << " rows, source " << command.source);
    PortBench<Model> bench;
    SetPort(bench.core().cmd_rows_i, command.rows);
    SetPort(bench.core().cmd_src_i, command.source);
    bench.core().cmd_valid_i = 1;
    EXPECT_NO_THROW(bench.Clock());
    if (command.legal) {
      EXPECT_NO_THROW(bench.Clock());
    } else {
      EXPECT_THROW(bench.Clock(), Error);
    }
  }
}

}  // namespace
}  // namespace sumac
