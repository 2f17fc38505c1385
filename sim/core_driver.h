// SPDX-License-Identifier: Apache-2.0
// A Core on the class that Verilator made of sumac_core.
#ifndef SUMAC_SIM_CORE_DRIVER_H_
#define SUMAC_SIM_CORE_DRIVER_H_

#include <verilated.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "model/error.h"
#include "sim/core.h"
#include "sim/waveform.h"

namespace sumac {

template <typename Model>
class CoreDriver : public Core {
 public:
  explicit CoreDriver(int columns)
      : columns_(columns), context_(std::make_unique<VerilatedContext>()) {
    context_->threads(1);
    context_->traceEverOn(true);
    model_ = std::make_unique<Model>(context_.get());
    model_->rst_ni = 0;
    ClockLow();
    ClockHigh();
    model_->rst_ni = 1;
  }
  ~CoreDriver() override {
    waveform_.End();
    // Verilator 5.006 ends a model in the thread's context, which is that of the newest model.
    Verilated::threadContextp(context_.get());
    model_->final();
  }

  std::int64_t Run(const CoreWork& work, Stalls& stalls, std::vector<Word>& results) override {
    Model& model = *model_;
    std::int64_t results_left = 0;
    for (const CoreCommand& command : work.commands) {
      if (command.target == PsumTarget::kResult) results_left += command.rows;
    }
    // Beats that have been taken; valid is high where the next one is on offer.
    std::int64_t commands = 0;
    std::int64_t weights = 0;
    std::int64_t activations = 0;
    std::int64_t psums = 0;
    std::int64_t cycles = 0;
    std::int64_t quiet = 0;  // cycles since the last handshake
    for (bool done = false; !done; ++cycles) {
      BeginCycle(cycles);
      if (!model.cmd_valid_i && commands < std::ssize(work.commands) && !stalls()) {
        Offer(work.commands[static_cast<std::size_t>(commands)]);
      }
      Offer(work.weights, weights, stalls, model.wgt_valid_i, model.wgt_data_i);
      Offer(work.activations, activations, stalls, model.act_valid_i, model.act_data_i);
      Offer(work.psums, psums, stalls, model.psum_valid_i, model.psum_data_i);
      model.res_ready_i = !stalls();
      ClockLow();

      const bool command = model.cmd_valid_i && model.cmd_ready_o;
      const bool weight = model.wgt_valid_i && model.wgt_ready_o;
      const bool activation = model.act_valid_i && model.act_ready_o;
      const bool psum = model.psum_valid_i && model.psum_ready_o;
      const bool result = model.res_valid_o && model.res_ready_i;
      if (result) {
        if (results_left-- == 0) throw Error("The simulated array gives too many results.");
        AppendLanes(model.res_data_o, results);
      }
      ClockHigh();
      if (command) Taken(commands, model.cmd_valid_i);
      if (weight) Taken(weights, model.wgt_valid_i);
      if (activation) Taken(activations, model.act_valid_i);
      if (psum) Taken(psums, model.psum_valid_i);

      quiet = command || weight || activation || psum || result ? 0 : quiet + 1;
      if (quiet > kQuietLimit) {
        throw Error("The simulated array has taken and given nothing for " +
                    std::to_string(kQuietLimit) + " cycles, with " + std::to_string(results_left) +
                    " results still due.");
      }
      done = model.idle_o && commands == std::ssize(work.commands) &&
             weights == work.weights.size() && activations == work.activations.size() &&
             psums == work.psums.size();
    }
    if (results_left != 0) {
      throw Error("The simulated array is idle with " + std::to_string(results_left) +
                  " results still due.");
    }
    return cycles;
  }

  void Trace(const std::string& file, std::int64_t cycles) override {
    waveform_.Begin(*model_, file, cycles);
  }

 protected:
  // At the begin of each cycle of Run, after the edge that starts it.
  virtual void BeginCycle(std::int64_t /*cycle*/) {}
  VerilatedContext& context() { return *context_; }

 private:
  static constexpr std::int64_t kQuietLimit = 1'000'000;

  template <typename Port>
  static void SetPort(Port& port, const std::uint32_t* words) {
    if constexpr (std::is_integral_v<Port>) {
      std::uint64_t value = words[0];
      if constexpr (sizeof(Port) > 4) value |= std::uint64_t{words[1]} << 32;
      port = static_cast<Port>(value);
    } else {
      std::memcpy(port.data(), words, sizeof port);
    }
  }

  template <typename Port>
  void AppendLanes(const Port& port, std::vector<Word>& words) const {
    for (int c = 0; c < columns_; ++c) {
      if constexpr (std::is_integral_v<Port>) {
        words.push_back(static_cast<Word>(port >> (32 * c)));
      } else {
        words.push_back(port.at(static_cast<std::size_t>(c)));
      }
    }
  }

  void Offer(const CoreCommand& command) {
    const auto set = [](auto& port, std::int64_t value) {
      port = static_cast<std::remove_reference_t<decltype(port)>>(value);
    };
    model_->cmd_valid_i = 1;
    set(model_->cmd_rows_i, command.rows);
    set(model_->cmd_base_i, command.base);
    set(model_->cmd_src_i, static_cast<std::int64_t>(command.source));
    set(model_->cmd_dst_i, static_cast<std::int64_t>(command.target));
  }

  template <typename Port>
  static void Offer(const Beats& beats, std::int64_t next, Stalls& stalls, CData& valid,
                    Port& port) {
    if (valid || next == beats.size() || stalls()) return;
    valid = 1;
    SetPort(port, beats.beat(next));
  }

  static void Taken(std::int64_t& count, CData& valid) {
    ++count;
    valid = 0;
  }

  // The half of a cycle in which the inputs change and the outputs answer them.
  void ClockLow() { Edge(0); }
  // The half that starts with the edge at which the registers change.
  void ClockHigh() { Edge(1); }
  void Edge(CData level) {
    model_->clk_i = level;
    model_->eval();
    waveform_.Dump();
  }

  int columns_;
  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Model> model_;
  Waveform waveform_;
};

}  // namespace sumac

#endif  // SUMAC_SIM_CORE_DRIVER_H_
