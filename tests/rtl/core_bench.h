// SPDX-License-Identifier: Apache-2.0
// A bench around one Verilated sumac_core: queues in front of its input streams, a list behind its
// result stream, seeded stalls on each, and the cycle of every accepted activation and result.
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

#include "model/word.h"
#include "sim/power_up.h"
#include "tests/rtl/core_programs.h"

namespace sumac {

template <typename Port, typename T>
void SetPort(Port& port, T value) {
  port = static_cast<Port>(value);
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

// How often each stream stalls, 0 never: an input has no word to offer, the result is not taken.
struct StallRates {
  double command = 0, weight = 0, activation = 0, psum = 0, result = 0;
};

template <typename Model>
class CoreBench {
 public:
  // The registers power up with random contents, a function of `power_up`, and are then reset.
  explicit CoreBench(const CoreShape& shape, const StallRates& stalls = {}, std::uint64_t seed = 0,
                     int power_up = 1)
      : shape_(shape),
        stalls_(stalls),
        random_(seed),
        context_(std::make_unique<VerilatedContext>()) {
    RandomPowerUp(*context_, power_up);
    core_ = std::make_unique<Model>(context_.get());
    core_->clk_i = 0;
    core_->rst_ni = 1;
    core_->eval();
    Reset();
  }
  ~CoreBench() {
    // A model's destructor looks for its scopes in this thread's context, which is else the one
    // made last: of another bench, and perhaps gone.
    Verilated::threadContextp(context_.get());
    core_->final();
  }

  // Resets the core and forgets all that was pushed and noted.
  void Reset() {
    Model& core = *core_;
    core.rst_ni = 0;
    core.cmd_valid_i = core.wgt_valid_i = core.act_valid_i = core.psum_valid_i = 0;
    core.res_ready_i = 0;
    Clock();
    core.rst_ni = 1;
    commands_.clear();
    weights_.clear();
    activations_.clear();
    psums_.clear();
    cycle_ = 0;
    results_.clear();
    activation_cycles_.clear();
    result_cycles_.clear();
  }

  void Push(const Tile& tile) {
    commands_.push_back(tile);
    for (auto row = tile.weights.rbegin(); row != tile.weights.rend(); ++row) {
      weights_.push_back(*row);
    }
    for (const Row& row : tile.activations) activations_.push_back(row);
    for (const Row& row : tile.psums) psums_.push_back(row);
  }
  void Push(const std::vector<Tile>& tiles) {
    for (const Tile& tile : tiles) Push(tile);
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
    if (!core.cmd_valid_i && !commands_.empty() && !Stalled(stalls_.command)) OfferCommand();
    if (!Stalled(stalls_.weight)) {
      Offer(weights_, OperandBits(), core.wgt_valid_i, core.wgt_data_i);
    }
    if (!Stalled(stalls_.activation)) {
      Offer(activations_, OperandBits(), core.act_valid_i, core.act_data_i);
    }
    if (!Stalled(stalls_.psum)) Offer(psums_, 32, core.psum_valid_i, core.psum_data_i);
    core.res_ready_i = !Stalled(stalls_.result);
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
  bool Stalled(double rate) { return rate > 0 && std::bernoulli_distribution(rate)(random_); }

  void Clock() {
    core_->clk_i = 0;
    core_->eval();
    core_->clk_i = 1;
    core_->eval();
  }

  int OperandBits() const { return 9 + shape_.arithmetic.mantissa_bits; }

  void OfferCommand() {
    const Tile& tile = commands_.front();
    core_->cmd_valid_i = 1;
    SetPort(core_->cmd_rows_i, tile.activations.size());
    SetPort(core_->cmd_base_i, tile.base);
    SetPort(core_->cmd_src_i, tile.source);
    SetPort(core_->cmd_dst_i, tile.target);
  }

  template <typename Port>
  static void Offer(const std::deque<Row>& queue, int width, CData& valid, Port& port) {
    if (valid || queue.empty()) return;
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
  StallRates stalls_;
  std::mt19937_64 random_;
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
