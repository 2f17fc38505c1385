// SPDX-License-Identifier: Apache-2.0
// An Accelerator on the class that Verilator made of sumac_top.
#ifndef SUMAC_SIM_ACCELERATOR_DRIVER_H_
#define SUMAC_SIM_ACCELERATOR_DRIVER_H_

#include <verilated.h>

#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "model/error.h"
#include "sim/accelerator.h"
#include "sim/power_up.h"
#include "sim/waveform.h"

namespace sumac {

// RandomPowerUp: registers start with random contents, by the seed.
template <typename Model>
class AcceleratorDriver : public Accelerator {
 public:
  AcceleratorDriver(std::span<float> memory, int bus_words, const BusTiming& timing,
                    int power_up_seed = 0)
      : AcceleratorDriver(memory, nullptr, BusMemory(memory, bus_words, timing), power_up_seed) {}
  // On another's bus, which outlives it; memory() is empty.
  explicit AcceleratorDriver(BusPeer& bus, int power_up_seed = 0)
      : AcceleratorDriver({}, &bus, std::nullopt, power_up_seed) {}
  ~AcceleratorDriver() override {
    if (part_file_.empty()) waveform_.End();  // a part that has not ended is dropped
    // Verilator 5.006 ends a model in the thread's context, which is that of the newest model.
    Verilated::threadContextp(context_.get());
    model_->final();
  }

  std::int64_t cycles() const override { return cycles_; }
  std::span<float> memory() override { return memory_; }
  BusMemory& bus() override { return own_bus_.value(); }
  bool interrupt() const override { return model_->irq_o; }
  void SetPoll(std::function<void()> poll) override { poll_ = std::move(poll); }

  void Reset() override {
    bus_.Forget();
    model_->clk_i = 0;
    model_->rst_ni = 1;
    model_->ctl_aw_valid_i = model_->ctl_w_valid_i = model_->ctl_ar_valid_i = 0;
    model_->mem_ar_ready_i = model_->mem_r_valid_i = 0;
    model_->mem_aw_ready_i = model_->mem_w_ready_i = model_->mem_b_valid_i = 0;
    // Twice, as simulated registers are reset by an edge: where the soft reset powers up high, its
    // registers see none in the first.
    for (const bool level : {true, false, true, false}) {
      model_->rst_ni = level;
      model_->eval();
    }
    Edge(0);
    Edge(1);
    model_->rst_ni = 1;
    // No VALID at the first edge after reset: AXI.
    Edge(0);
    Edge(1);
  }

  void Tick(std::int64_t cycles) override {
    while (cycles-- > 0) Cycle();
  }

  std::uint32_t ReadRegister(std::uint32_t offset) override {
    model_->ctl_ar_addr_i = static_cast<CData>(offset);
    model_->ctl_ar_valid_i = 1;
    Until([&] { return model_->ctl_ar_ready_o; });
    model_->ctl_ar_valid_i = 0;
    std::uint32_t data = 0;
    int response = 0;
    Until([&] {
      data = model_->ctl_r_data_o;
      response = model_->ctl_r_resp_o;
      return model_->ctl_r_valid_o;
    });
    CheckResponse(offset, response);
    return data;
  }

  void WriteRegister(std::uint32_t offset, std::uint32_t value) override {
    model_->ctl_aw_addr_i = static_cast<CData>(offset);
    model_->ctl_w_data_i = value;
    model_->ctl_aw_valid_i = model_->ctl_w_valid_i = 1;
    Until([&] { return model_->ctl_aw_ready_o; });
    model_->ctl_aw_valid_i = model_->ctl_w_valid_i = 0;
    int response = 0;
    Until([&] {
      response = model_->ctl_b_resp_o;
      return model_->ctl_b_valid_o;
    });
    CheckResponse(offset, response);
  }

  void WaitForInterrupt() override {
    while (!model_->irq_o) {
      if (poll_ && cycles_ % kPollCycles == 0) poll_();
      Cycle();
      if (bus_.quiet() > kQuietLimit) {
        throw Error("The simulated accelerator has moved nothing over its bus for " +
                    std::to_string(kQuietLimit) + " cycles and gives no interrupt.");
      }
    }
  }

  void Trace(const std::string& file, std::int64_t cycles) override {
    waveform_.Begin(*model_, file, cycles);
  }

  void Trace(const std::string& file, const TracePart& part) override {
    part_ = part;
    part_file_ = file;
    if (part.first_weight < 0) BeginPart();
    watching_ = part.first_weight >= 0;
  }

  std::int64_t EndTrace() override {
    watching_ = false;
    waveform_.End();
    return waveform_.cycles();
  }

 private:
  static constexpr std::int64_t kQuietLimit = 1'000'000;
  static constexpr std::int64_t kPollCycles = 1024;
  static constexpr int kMostBusWords = 16;
  static constexpr int kLevelsOfElements = 7;  // down to the signals of a processing element

  AcceleratorDriver(std::span<float> memory, BusPeer* bus, std::optional<BusMemory> own_bus,
                    int power_up_seed)
      : memory_(memory),
        own_bus_(std::move(own_bus)),
        bus_(bus != nullptr ? *bus : *own_bus_),
        context_(std::make_unique<VerilatedContext>()) {
    context_->threads(1);
    context_->traceEverOn(true);
    if (power_up_seed != 0) {
      RandomPowerUp(*context_, power_up_seed);
    }
    model_ = std::make_unique<Model>(context_.get());
    model_->ctl_b_ready_i = 1;
    model_->ctl_r_ready_i = 1;
    model_->ctl_w_strb_i = 0xF;
    Reset();
  }

  // Cycles until `taken`, asked while the clock is low, holds in one.
  template <typename Condition>
  void Until(Condition taken) {
    for (bool done = false; !done;) Cycle([&] { done = taken(); });
  }

  void Cycle() {
    Cycle([] {});
  }
  template <typename Look>
  void Cycle(Look look) {
    Model& model = *model_;
    const BusAnswer answer = bus_.Begin(r_data_.data());
    model.mem_ar_ready_i = answer.ar_ready;
    model.mem_r_valid_i = answer.r_valid;
    model.mem_r_resp_i = static_cast<CData>(answer.r_resp);
    model.mem_r_last_i = answer.r_last;
    if (answer.r_valid) std::memcpy(&model.mem_r_data_i, r_data_.data(), sizeof model.mem_r_data_i);
    model.mem_aw_ready_i = answer.aw_ready;
    model.mem_w_ready_i = answer.w_ready;
    model.mem_b_valid_i = answer.b_valid;
    model.mem_b_resp_i = static_cast<CData>(answer.b_resp);
    Edge(0);
    look();
    BusRequest request;
    request.ar_valid = model.mem_ar_valid_o;
    request.ar_addr = model.mem_ar_addr_o;
    request.ar_len = model.mem_ar_len_o;
    request.r_ready = model.mem_r_ready_o;
    request.aw_valid = model.mem_aw_valid_o;
    request.aw_addr = model.mem_aw_addr_o;
    request.aw_len = model.mem_aw_len_o;
    request.w_valid = model.mem_w_valid_o;
    request.w_strobe = model.mem_w_strb_o;
    request.w_last = model.mem_w_last_o;
    request.b_ready = model.mem_b_ready_o;
    if (request.w_valid)
      std::memcpy(w_data_.data(), &model.mem_w_data_o, sizeof model.mem_w_data_o);
    bus_.End(request, w_data_.data());
    Edge(1);
    ++cycles_;
  }

  void Edge(CData level) {
    model_->clk_i = level;
    model_->eval();
    if (watching_ && level == 0) Watch();
    waveform_.Dump();
  }

  void BeginPart() {
    waveform_.Begin(*model_, part_file_, Waveform::kUntilEnded,
                    part_.deep ? Waveform::kAllLevels : kLevelsOfElements);
  }

  // Begins the waveform of a part and sets its end, by the beats of this cycle.
  void Watch() {
    // The signals of rtl/sumac.vlt; only who includes the model's root class sees them.
    if constexpr (requires(Model & model) { model.rootp->sumac_top__DOT__beat; }) {
      const auto& root = *model_->rootp;
      const bool weights = root.sumac_top__DOT__wgt_valid && root.sumac_top__DOT__wgt_ready;
      if (weights && part_.first_weight-- == 0) BeginPart();
      if (root.sumac_top__DOT__beat && --part_.rows == 0) {
        waveform_.EndAfter(1 + part_.after);
        watching_ = false;
      }
    } else {
      throw Error("Cannot write the waveform '" + part_file_ + "': this model was built without.");
    }
  }

  static void CheckResponse(std::uint32_t offset, int response) {
    if (response != 0) {
      throw RegisterRefused("The accelerator refuses an access to register offset " +
                            std::to_string(offset) + ".");
    }
  }

  std::span<float> memory_;
  std::optional<BusMemory> own_bus_;
  BusPeer& bus_;
  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Model> model_;
  Waveform waveform_;
  TracePart part_;
  std::string part_file_;
  bool watching_ = false;
  std::array<std::uint32_t, kMostBusWords> r_data_{};
  std::array<std::uint32_t, kMostBusWords> w_data_{};
  std::int64_t cycles_ = 0;
  std::function<void()> poll_;
};

}  // namespace sumac

#endif  // SUMAC_SIM_ACCELERATOR_DRIVER_H_
