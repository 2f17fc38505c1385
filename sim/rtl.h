// SPDX-License-Identifier: Apache-2.0
// The Verilated hardware: arrays as a Device, and the arithmetic units by themselves. No generated
// header is visible here.
#ifndef SUMAC_SIM_RTL_H_
#define SUMAC_SIM_RTL_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/board.h"
#include "model/cycles.h"
#include "model/device.h"

namespace sumac {

// One geometry that was Verilated.
struct RtlArray : ArrayShape {
  Arithmetic arithmetic;

  std::string Geometry() const;  // "16x16"
};

// All that were Verilated, in the order of the build's list.
std::vector<RtlArray> RtlArrays();

struct RtlOptions {
  std::string array;                 // "RxC"; "" takes the largest that has the arithmetic
  Arithmetic arithmetic;             // the jobs' arithmetic must be this one
  int threads = 0;                   // instances that run side by side; 0: all cores
  std::uint64_t stall_seed = 0;      // not 0: random stalls on every stream
  double stall_rate = 0.25;          // share of cycles in which a stream stalls
  std::string trace;                 // not empty: an FST waveform of the first instance
  std::int64_t trace_cycles = 4000;  // at 16x16 up to 16 KB each
  std::function<void()> poll;        // called now and then; what it throws ends the job
};

// A device whose every output word is read from the ports of sumac_core. Reports carry cycles: the
// sum over a job's work units, each counted from an idle array, so they depend on neither the
// number of threads nor the host. Throws Error, naming what there is, where nothing that matches
// was Verilated.
std::unique_ptr<Device> MakeRtlDevice(const RtlOptions& options);

// One accelerator (sumac_top) that was Verilated.
struct RtlTop : RtlArray {
  int bus_words = 0;

  int BusBits() const { return 32 * bus_words; }
  std::string Name() const;  // "16x16 pam fp32 bus 128"
};

// All that were Verilated, in the order of the build's list.
std::vector<RtlTop> RtlTops();

struct RtlTopOptions {
  std::string array;  // "RxC"; "" takes the largest that has the arithmetic
  Arithmetic arithmetic;
  int bus_bits = 0;              // 0: any
  std::int64_t latency = 32;     // of the memory, in cycles
  std::uint64_t stall_seed = 0;  // not 0: random stalls on every channel of the bus
  double stall_rate = 0.25;
  std::string trace;  // not empty: an FST waveform of the first cycles
  std::int64_t trace_cycles = 4000;
  std::function<void()> poll;  // called now and then; what it throws ends the job
};

// What of an accelerator's work is recorded: from the cycle in which the array takes a beat of
// weights until some cycles after it takes an activation row. Beats are counted from where the
// recording is asked for.
struct TracePart {
  std::int64_t first_weight = 0;  // beats of weights before the first one in it; below 0: at once
  std::int64_t rows = 0;          // activation rows up to its last one
  std::int64_t after = 0;         // cycles after that row's
  bool deep = false;              // the inside of the elements' multipliers and adders too
};

// A Verilated accelerator with 4 GiB of memory, for a driver.
struct RtlBoard {
  std::shared_ptr<Board> board;
  std::string name;
  // To be called before a job, so that its stalls depend on the stall seed and `stream` alone.
  std::function<void(std::uint64_t stream)> begin_job;
  RtlTop top;
  // An FST waveform of a part of what comes (Accelerator::Trace, EndTrace).
  std::function<void(const std::string& file, const TracePart& part)> trace;
  std::function<std::int64_t()> end_trace;
};

// Throws Error, naming what there is, where nothing that matches was Verilated.
RtlBoard MakeRtlBoard(const RtlTopOptions& options);

// One arithmetic unit (sumac_pam, sumac_mul or sumac_fadd) driven through its ports.
enum class RtlUnitKind { kPam, kAdd, kMul };
class RtlUnit {
 public:
  virtual ~RtlUnit() = default;
  virtual Word Apply(Word a, Word b) = 0;
};
// For kPam and kMul the operands must be in the arithmetic's format. Throws Error, naming what
// there is, where nothing that matches was Verilated.
std::unique_ptr<RtlUnit> MakeRtlUnit(RtlUnitKind kind, const Arithmetic& arithmetic);

}  // namespace sumac

#endif  // SUMAC_SIM_RTL_H_
