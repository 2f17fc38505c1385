// SPDX-License-Identifier: Apache-2.0
// A bench around one Verilated sumac_core: queues in front of its input streams, a list behind its
// result stream, seeded stalls on each, and the cycle of every accepted activation and result.
// And the same commands executed by the reference model, for comparison.
#ifndef SUMAC_TESTS_RTL_CORE_BENCH_H_
#define SUMAC_TESTS_RTL_CORE_BENCH_H_

#include <verilated.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <stdexcept>
#include <type_traits>
#include <vector>

#include "model/add.h"
#include "model/arithmetic.h"
#include "model/word.h"

namespace sumac {

using Row = std::vector<Word>;  // one beat of a stream: a binary32 word a lane

struct CoreShape {
  int rows = 0;
  int cols = 0;
  int add_depth = 0;
  int psum_depth = 0;
  Arithmetic arithmetic;
};

enum class PsumSource { kZero = 0, kStream = 1, kBank = 2 };
enum class PsumTarget { kBank = 0, kResult = 1 };

// One command with its data: `weights` is [rows][cols], row r for k = r; `activations` is
// [m][rows]; `psums` is [m][cols] where the source is the stream.
struct Tile {
  int base = 0;
  PsumSource source = PsumSource::kZero;
  PsumTarget target = PsumTarget::kResult;
  std::vector<Row> weights;
  std::vector<Row> activations;
  std::vector<Row> psums;
};

// What the core must give for these tiles in this order: the rows of its result stream.
inline std::vector<Row> ReferenceResults(const CoreShape& shape, const std::vector<Tile>& tiles) {
  const auto cols = static_cast<std::size_t>(shape.cols);
  std::vector<Row> banks(static_cast<std::size_t>(shape.psum_depth), Row(cols, 0));
  std::vector<Row> results;
  for (const Tile& tile : tiles) {
    for (std::size_t m = 0; m < tile.activations.size(); ++m) {
      Row& bank = banks[(static_cast<std::size_t>(tile.base) + m) % banks.size()];
      Row sums(cols, 0);
      if (tile.source == PsumSource::kStream) sums = tile.psums[m];
      if (tile.source == PsumSource::kBank) sums = bank;
      for (std::size_t c = 0; c < cols; ++c) {
        for (std::size_t r = 0; r < tile.weights.size(); ++r) {
          const Word product =
              Multiply(shape.arithmetic, tile.activations[m][r], tile.weights[r][c]);
          sums[c] = Add(sums[c], product);
        }
        sums[c] = Add(sums[c], 0);
      }
      (tile.target == PsumTarget::kBank ? bank : results.emplace_back()) = sums;
    }
  }
  return results;
}

// Lane i of a packed port of `width` bits a lane. A port is a char to a 64-bit integer, or a
// VlWide of 32-bit words.
template <typename Port>
void SetLane(Port& port, int lane, int width, Word value) {
  const int low = lane * width;
  for (int bit = 0; bit < width; ++bit) {
    const int at = low + bit;
    const bool one = (value >> bit & 1) != 0;
    if constexpr (std::is_integral_v<Port>) {
      const Port mask = static_cast<Port>(Port{1} << at);
      port = static_cast<Port>(one ? port | mask : port & ~mask);
    } else {
      const EData mask = EData{1} << (at % 32);
      const EData word = port.at(static_cast<std::size_t>(at / 32));
      port.at(static_cast<std::size_t>(at / 32)) = one ? word | mask : word & ~mask;
    }
  }
}

template <typename Port>
Word GetWord(const Port& port, int lane) {
  if constexpr (std::is_integral_v<Port>) {
    return static_cast<Word>(port >> (32 * lane));
  } else {
    return port.at(static_cast<std::size_t>(lane));
  }
}

template <typename Model>
class CoreBench {
 public:
  explicit CoreBench(const CoreShape& shape, std::uint64_t seed = 0, double stall = 0)
      : shape_(shape),
        random_(seed),
        stall_(stall),
        context_(std::make_unique<VerilatedContext>()),
        core_(std::make_unique<Model>(context_.get())) {
    core_->clk_i = 0;
    core_->rst_ni = 0;
    core_->eval();
    core_->clk_i = 1;
    core_->eval();
    core_->clk_i = 0;
    core_->rst_ni = 1;
    core_->eval();
  }
  ~CoreBench() { core_->final(); }

  void Push(const Tile& tile) {
    commands_.push_back(tile);
    for (auto row = tile.weights.rbegin(); row != tile.weights.rend(); ++row) {
      weights_.push_back(*row);
    }
    for (const Row& row : tile.activations) activations_.push_back(row);
    for (const Row& row : tile.psums) psums_.push_back(row);
  }

  // Runs until the core is idle and every queue is empty. Throws where that takes more than
  // `limit` cycles.
  void Run(std::int64_t limit = 1'000'000) {
    const std::int64_t end = cycle_ + limit;
    do {
      Step();
      if (cycle_ >= end) throw std::runtime_error("the core did not become idle");
    } while (!core_->idle_o || !commands_.empty() || !weights_.empty() || !activations_.empty() ||
             !psums_.empty());
  }

  // One clock cycle. A word once offered stays until it is taken.
  void Step() {
    Model& core = *core_;
    if (!core.cmd_valid_i && !commands_.empty() && !Stalled()) OfferCommand(commands_.front());
    Offer(weights_, OperandBits(), core.wgt_valid_i, core.wgt_data_i);
    Offer(activations_, OperandBits(), core.act_valid_i, core.act_data_i);
    Offer(psums_, 32, core.psum_valid_i, core.psum_data_i);
    core.res_ready_i = !Stalled();
    core.clk_i = 0;
    core.eval();

    const bool command = core.cmd_valid_i && core.cmd_ready_o;
    const bool weight = core.wgt_valid_i && core.wgt_ready_o;
    const bool activation = core.act_valid_i && core.act_ready_o;
    const bool psum = core.psum_valid_i && core.psum_ready_o;
    if (activation) activation_cycles_.push_back(cycle_);
    if (core.res_valid_o && core.res_ready_i) {
      Row& row = results_.emplace_back();
      for (int c = 0; c < shape_.cols; ++c) row.push_back(GetWord(core.res_data_o, c));
      result_cycles_.push_back(cycle_);
    }
    core.clk_i = 1;
    core.eval();
    if (command) Take(commands_, core.cmd_valid_i);
    if (weight) Take(weights_, core.wgt_valid_i);
    if (activation) Take(activations_, core.act_valid_i);
    if (psum) Take(psums_, core.psum_valid_i);
    ++cycle_;
  }

  std::int64_t cycle() const { return cycle_; }
  const std::vector<Row>& results() const { return results_; }
  const std::vector<std::int64_t>& activation_cycles() const { return activation_cycles_; }
  const std::vector<std::int64_t>& result_cycles() const { return result_cycles_; }

 private:
  bool Stalled() { return stall_ > 0 && std::bernoulli_distribution(stall_)(random_); }

  int OperandBits() const { return 9 + shape_.arithmetic.mantissa_bits; }

  template <typename Port, typename T>
  static void Assign(Port& port, T value) {
    port = static_cast<Port>(value);
  }

  void OfferCommand(const Tile& tile) {
    core_->cmd_valid_i = 1;
    Assign(core_->cmd_rows_i, tile.activations.size());
    Assign(core_->cmd_base_i, tile.base);
    Assign(core_->cmd_src_i, tile.source);
    Assign(core_->cmd_dst_i, tile.target);
  }

  template <typename Port>
  void Offer(const std::deque<Row>& queue, int width, CData& valid, Port& port) {
    if (valid || queue.empty() || Stalled()) return;
    valid = 1;
    const Row& row = queue.front();
    for (std::size_t i = 0; i < row.size(); ++i) {
      SetLane(port, static_cast<int>(i), width, row[i] >> (32 - width));
    }
  }

  template <typename T>
  static void Take(std::deque<T>& queue, CData& valid) {
    queue.pop_front();
    valid = 0;
  }

  CoreShape shape_;
  std::mt19937_64 random_;
  double stall_;
  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Model> core_;
  std::deque<Tile> commands_;
  std::deque<Row> weights_, activations_, psums_;
  std::int64_t cycle_ = 0;
  std::vector<Row> results_;
  std::vector<std::int64_t> activation_cycles_, result_cycles_;
};

}  // namespace sumac

#endif  // SUMAC_TESTS_RTL_CORE_BENCH_H_
