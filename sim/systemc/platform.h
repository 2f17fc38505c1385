// SPDX-License-Identifier: Apache-2.0
// A whole small platform: an accelerator, its memory, and a board for the driver.
#ifndef SUMAC_SIM_SYSTEMC_PLATFORM_H_
#define SUMAC_SIM_SYSTEMC_PLATFORM_H_

#include <cstdint>
#include <memory>
#include <string>
#include <systemc>

#include "sim/rtl.h"
#include "sim/systemc/accelerator_module.h"
#include "sim/systemc/tlm_board.h"
#include "sim/systemc/tlm_memory.h"
#include "sw/driver/plan.h"

namespace sumac {

struct PlatformOptions {
  RtlTopOptions top;        // array, arithmetic, bus_bits
  sc_core::sc_time period;  // of the accelerator's clock
  TlmMemoryTiming memory;
  std::int64_t memory_words = std::int64_t{1} << 22;
};

// What the registers of a Verilated accelerator say.
AcceleratorShape ShapeOf(const RtlTop& top);

class Platform {
 public:
  enum class Kind { kRtl, kLooselyTimed };

  // Before the simulation starts. Throws Error where no such accelerator was Verilated: both kinds
  // are one of those that were.
  Platform(const std::string& name, Kind kind, const PlatformOptions& options);

  AcceleratorModule& accelerator() { return *accelerator_; }
  TlmMemory& memory() { return memory_; }
  // A pointer that may outlive the platform, though not be used then.
  std::shared_ptr<TlmBoard> board() { return {std::shared_ptr<void>(), &board_}; }

 private:
  TlmMemory memory_;
  std::unique_ptr<AcceleratorModule> accelerator_;
  TlmBoard board_;
  sc_core::sc_signal<bool> interrupt_;
};

}  // namespace sumac

#endif  // SUMAC_SIM_SYSTEMC_PLATFORM_H_
