// SPDX-License-Identifier: Apache-2.0
// An FST waveform of a Verilated model, from now on for a number of cycles.
#ifndef SUMAC_SIM_WAVEFORM_H_
#define SUMAC_SIM_WAVEFORM_H_

#include <verilated.h>
#include <verilated_fst_c.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "model/error.h"

namespace sumac {

class Waveform {
 public:
  // The file has a partial name until it is whole. Throws Error where it cannot be written.
  template <typename Model>
  void Begin(Model& model, const std::string& file, std::int64_t cycles) {
    if constexpr (requires { model.trace(trace_.get(), kAllLevels); }) {
      file_ = file;
      edges_left_ = 2 * cycles;
      trace_ = std::make_unique<VerilatedFstC>();
      model.trace(trace_.get(), kAllLevels);
      trace_->open(PartialFile().c_str());
      if (trace_->isOpen()) return;
      trace_.reset();
      throw Error("Cannot write the waveform '" + file +
                  "'; check that its folder exists and can be written.");
    } else {
      throw Error("Cannot write the waveform '" + file + "': this model was built without.");
    }
  }

  // After each edge of the clock.
  void Dump() {
    if (!trace_) return;
    trace_->dump(now_++);
    if (--edges_left_ <= 0) End();
  }

  void End() {
    if (!trace_) return;
    trace_->close();
    trace_.reset();
    std::error_code ignored;  // the waveform then stays under its partial name
    std::filesystem::rename(PartialFile(), file_, ignored);
  }

 private:
  static constexpr int kAllLevels = 99;

  std::string PartialFile() const { return file_ + ".partial"; }

  std::unique_ptr<VerilatedFstC> trace_;
  std::string file_;
  std::int64_t edges_left_ = 0;
  vluint64_t now_ = 0;
};

}  // namespace sumac

#endif  // SUMAC_SIM_WAVEFORM_H_
