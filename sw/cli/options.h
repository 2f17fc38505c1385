// SPDX-License-Identifier: Apache-2.0
// Options that several subcommands share, and the device that they describe.
#ifndef SUMAC_SW_CLI_OPTIONS_H_
#define SUMAC_SW_CLI_OPTIONS_H_

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "model/cycles.h"
#include "model/device.h"
#include "sim/rtl.h"

namespace sumac {

// --mul, --comp, --format, --accumulator.
struct ArithmeticOptions {
  std::string mul = "pam";
  std::string comp = "mogami";
  std::string format = "fp32";
  std::string accumulator = "fold";

  Arithmetic Get() const;
};

// Which device computes.
struct EngineOptions {
  std::string engine = "simd";
  std::string array;             // hardware: geometry, "" the largest there is
  int threads = 0;               // 0: all cores
  std::uint64_t stall_seed = 0;  // hardware: not 0, streams stall at random
  double stall_rate = 0.25;      // hardware: share of stalled cycles
  std::string trace;             // hardware: FST file to write, "" none
  int bus_bits = 0;              // rtl: 0 any
  std::int64_t latency = 0;      // rtl: of the memory; 0: the default
  bool interruptible = false;    // hardware: Ctrl-C throws Interruption within a job

  // Verilated: of one arithmetic, with a clock.
  bool IsHardware() const { return engine == "rtl" || engine == "core"; }
};

// What --help lists of an option whose text is parsed, and the completion offers.
inline constexpr char kProductNames[] = "TEXT:{pam,ieee}";
inline constexpr char kCompNames[] = "TEXT:{mogami,pam-alpha,l-mul,0xHEX}";
inline constexpr char kFormatNames[] = "TEXT:{fp32,bf16,e8mN}";
inline constexpr char kAccumulatorNames[] = "TEXT:{fold,fused4,fused8,fused16}";

// A check of an option's text by a function that throws Error (ParseComp and the like).
template <typename Parse>
CLI::Validator Accepted(Parse parse) {
  return CLI::Validator(
      [parse](std::string& text) {
        try {
          parse(text);
          return std::string();
        } catch (const std::runtime_error& error) {
          return std::string(error.what());
        }
      },
      "");
}

void AddFormatOptions(CLI::App& app, ArithmeticOptions& options);  // --comp, --format
void AddMulOption(CLI::App& app, ArithmeticOptions& options);      // --mul
void AddEngineOption(CLI::App& app, EngineOptions& options);       // --engine
void AddThreadsOption(CLI::App& app, int& threads);                // --threads
void AddArrayOption(CLI::App& app, std::string& array);            // --array
void AddStallOptions(CLI::App& app, EngineOptions& options);       // --stall-seed, --stall-rate
void AddMemoryOptions(CLI::App& app, EngineOptions& options);      // --bus-bits, --latency
void AddCheckEngineOption(CLI::App& app, std::string& engine);     // --check-engine
void AddTraceOption(CLI::App& app, EngineOptions& options);        // --trace
void AddJsonOption(CLI::App& app, bool& json);                     // --json

// --engine, --array, --mul, --comp, --format, --accumulator, --threads and the options of streams
// and memory.
void AddDeviceOptions(CLI::App& app, EngineOptions& engine, ArithmeticOptions& arithmetic);

// The device; `arithmetic` is what its jobs will have (only RTL is built for one). Throws Error
// where the build has no such hardware or an option of rtl is given with another engine.
std::unique_ptr<Device> MakeEngine(const EngineOptions& options, const Arithmetic& arithmetic);

// Throws Error where the accumulator is not the fold, the only one that the arrays have.
void RequireFold(const Arithmetic& arithmetic);

// The accelerator that the engine rtl and `trace` simulate.
RtlTopOptions AcceleratorOptions(const EngineOptions& options, const Arithmetic& arithmetic);

// The array that MakeEngine takes; of no rows where the engine has no clock, and of no psum_depth
// where the cycle model does not cover it.
ArrayShape EngineArray(const EngineOptions& options, const Arithmetic& arithmetic);

}  // namespace sumac

#endif  // SUMAC_SW_CLI_OPTIONS_H_
