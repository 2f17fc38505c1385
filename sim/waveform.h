// SPDX-License-Identifier: Apache-2.0
// An FST waveform of a Verilated model: from some cycle on, for a number of cycles or until it is
// ended. A cycle is a nanosecond; its second half begins with the rising edge.
#ifndef SUMAC_SIM_WAVEFORM_H_
#define SUMAC_SIM_WAVEFORM_H_

#include <verilated.h>
#include <verilated_fst_c.h>

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>

#include "model/error.h"

namespace sumac {

class Waveform {
 public:
  static constexpr std::int64_t kUntilEnded = std::numeric_limits<std::int64_t>::max() / 4;
  static constexpr int kAllLevels = 99;

  ~Waveform() { Drop(); }

  // The file has a partial name until it is whole. With `levels`, signals that lie deeper are left
  // out. Throws Error where it cannot be written.
  template <typename Model>
  void Begin(Model& model, const std::string& file, std::int64_t cycles, int levels = kAllLevels) {
    if constexpr (requires { model.trace(trace_.get(), kAllLevels); }) {
      file_ = file;
      edges_ = 0;
      EndAfter(cycles);
      trace_ = std::make_unique<VerilatedFstC>();
      model.trace(trace_.get(), kAllLevels);
      if (levels != kAllLevels) trace_->spTrace()->dumpvars(levels, "TOP");
      trace_->open(PartialFile().c_str());
      if (trace_->isOpen()) return;
      trace_.reset();
      throw Error("Cannot write the waveform '" + file +
                  "'; check that its folder exists and can be written.");
    } else {
      throw Error("Cannot write the waveform '" + file + "': this model was built without.");
    }
  }

  // Ends it so many cycles from now.
  void EndAfter(std::int64_t cycles) { last_edge_ = edges_ + 2 * cycles; }

  // After each edge of the clock.
  void Dump() {
    if (!trace_) return;
    trace_->dump(kPicosecondsPerEdge * static_cast<vluint64_t>(edges_++));
    if (edges_ >= last_edge_) End();
  }

  // Nothing where none is under way.
  void End() {
    if (!trace_) return;
    trace_->close();
    trace_.reset();
    std::error_code ignored;  // the waveform then stays under its partial name
    std::filesystem::rename(PartialFile(), file_, ignored);
  }

  // Gives up what is under way: no file comes of it.
  void Drop() {
    if (!trace_) return;
    trace_->close();
    trace_.reset();
    std::error_code ignored;
    std::filesystem::remove(PartialFile(), ignored);
  }

  // Of the last waveform, up to now.
  std::int64_t cycles() const { return edges_ / 2; }

 private:
  static constexpr vluint64_t kPicosecondsPerEdge = 500;

  std::string PartialFile() const { return file_ + ".partial"; }

  std::unique_ptr<VerilatedFstC> trace_;
  std::string file_;
  std::int64_t edges_ = 0;
  std::int64_t last_edge_ = 0;
};

}  // namespace sumac

#endif  // SUMAC_SIM_WAVEFORM_H_
