// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/options.h"

#include <algorithm>
#include <string_view>

#include "model/devices.h"
#include "model/error.h"
#include "model/names.h"
#include "sw/cli/interrupt.h"
#include "sw/driver/accelerator_device.h"

namespace sumac {
namespace {

// FNV-1a, 64 bits: the same on every machine.
std::uint64_t HashOf(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return hash;
}

}  // namespace

Arithmetic ArithmeticOptions::Get() const {
  Arithmetic arithmetic{ParseProduct(mul), ParseComp(comp), ParseFormat(format),
                        ParseAccumulator(accumulator)};
  if (arithmetic.product == Product::kIeee) arithmetic.comp = 0;  // it has none
  return arithmetic;
}

void AddFormatOptions(CLI::App& app, ArithmeticOptions& options) {
  app.add_option("--comp", options.comp,
                 "Compensation of pam: mogami (0), pam-alpha, l-mul or 0xHEX below 0x800000")
      ->check(Accepted(ParseComp))
      ->type_name(kCompNames)
      ->capture_default_str();
  app.add_option(
         "--format", options.format,
         "Operand format: fp32, bf16 or e8mN (N from 3 to 23); operands are rounded into it")
      ->check(Accepted(ParseFormat))
      ->type_name(kFormatNames)
      ->capture_default_str();
}

void AddMulOption(CLI::App& app, ArithmeticOptions& options) {
  app.add_option("--mul", options.mul,
                 "Product: pam (an integer add) or ieee (a true multiplication)")
      ->check(Accepted(ParseProduct))
      ->type_name(kProductNames)
      ->capture_default_str();
}

void AddEngineOption(CLI::App& app, EngineOptions& options) {
  app.add_option(
         "--engine", options.engine,
         "Who computes: reference (integers, slow), simd (the CPU's kernels), rtl (the "
         "Verilated accelerator: descriptors, buffers, array, a memory over a bus) or core (its "
         "Verilated array alone, streams fed by the host); the words are the same")
      ->check(CLI::IsMember({"reference", "simd", "rtl", "core"}, CLI::ignore_case))
      ->capture_default_str();
}

void AddThreadsOption(CLI::App& app, int& threads) {
  app.add_option("--threads", threads, "Threads; 0 takes all cores. The words do not depend on it")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str();
}

void AddArrayOption(CLI::App& app, std::string& array) {
  app.add_option("--array", array,
                 "Geometry RxC of the hardware, one of those that `sumac info` lists; default: the "
                 "largest that fits");
}

void AddStallOptions(CLI::App& app, EngineOptions& options) {
  app.add_option("--stall-seed", options.stall_seed,
                 "rtl, core: let every channel of the bus, every stream of the core stall at "
                 "random, by this "
                 "seed (0: no stalls)")
      ->capture_default_str();
  app.add_option("--stall-rate", options.stall_rate, "rtl, core: share of the cycles that stall")
      ->check(CLI::Range(0.0, 0.99))
      ->capture_default_str();
}

void AddMemoryOptions(CLI::App& app, EngineOptions& options) {
  app.add_option("--bus-bits", options.bus_bits,
                 "rtl: width of its bus, one of those that `sumac info` lists; default: any")
      ->check(CLI::IsMember({64, 128, 256, 512}));
  app.add_option("--latency", options.latency,
                 "rtl: cycles from a read's address to its data; default 32")
      ->check(CLI::Range(1, 100000));
}

void AddCheckEngineOption(CLI::App& app, std::string& engine) {
  app.add_option("--check-engine", engine, "The engine of --check")
      ->check(CLI::IsMember({"reference", "simd"}))
      ->capture_default_str();
}

void AddTraceOption(CLI::App& app, EngineOptions& options) {
  app.add_option("--trace", options.trace,
                 "rtl, core: write an FST waveform of the first 4,000 cycles (for GTKWave)");
}

void AddDeviceOptions(CLI::App& app, EngineOptions& engine, ArithmeticOptions& arithmetic) {
  AddEngineOption(app, engine);
  AddArrayOption(app, engine.array);
  AddMulOption(app, arithmetic);
  AddFormatOptions(app, arithmetic);
  app.add_option("--accumulator", arithmetic.accumulator,
                 "Accumulator: fold (product after product) or fused4, fused8, fused16 (so many "
                 "products aligned, added and rounded at once; reference and simd)")
      ->check(Accepted(ParseAccumulator))
      ->type_name(kAccumulatorNames)
      ->capture_default_str();
  AddThreadsOption(app, engine.threads);
  AddStallOptions(app, engine);
  AddMemoryOptions(app, engine);
}

void AddJsonOption(CLI::App& app, bool& json) {
  app.add_flag("--json", json, "Print one JSON document instead of text");
}

std::unique_ptr<Device> MakeEngine(const EngineOptions& options, const Arithmetic& arithmetic) {
  if (options.engine != "rtl" && (options.bus_bits != 0 || options.latency != 0)) {
    throw Error("--bus-bits and --latency are of the memory; add --engine rtl.");
  }
  if (options.engine == "core") {
    RequireFold(arithmetic);
    RtlOptions rtl;
    rtl.array = options.array;
    rtl.arithmetic = arithmetic;
    rtl.threads = options.threads;
    rtl.stall_seed = options.stall_seed;
    rtl.stall_rate = options.stall_rate;
    rtl.trace = options.trace;
    if (options.interruptible) rtl.poll = [] { StopIfInterrupted("within a job"); };
    return MakeRtlDevice(rtl);
  }
  if (options.engine == "rtl") {
    RtlTopOptions rtl = AcceleratorOptions(options, arithmetic);
    const auto current = std::make_shared<std::string>();
    if (options.interruptible) {
      rtl.poll = [current] { StopIfInterrupted("within " + *current); };
    }
    const RtlBoard made = MakeRtlBoard(rtl);
    AcceleratorTiming memory;
    memory.latency = rtl.latency;
    return MakeAcceleratorDevice(
        made.name, made.board,
        [begin = made.begin_job, current](const Job& job) {
          *current = job.name;
          begin(HashOf(job.name));
        },
        memory);
  }
  if (!options.array.empty() || options.stall_seed != 0 || !options.trace.empty()) {
    throw Error("--array, --stall-seed and --trace need the hardware; add --engine rtl.");
  }
  return options.engine == "reference" ? MakeReferenceDevice(options.threads)
                                       : MakeSimdDevice(options.threads);
}

void RequireFold(const Arithmetic& arithmetic) {
  if (arithmetic.group == 1) return;
  throw Error("The arrays add product after product, without the accumulator " +
              AccumulatorName(arithmetic.group) +
              "; choose --accumulator fold, or the engine simd or reference.");
}

RtlTopOptions AcceleratorOptions(const EngineOptions& options, const Arithmetic& arithmetic) {
  RequireFold(arithmetic);
  RtlTopOptions rtl;
  rtl.array = options.array;
  rtl.arithmetic = arithmetic;
  rtl.bus_bits = options.bus_bits;
  if (options.latency != 0) rtl.latency = options.latency;
  rtl.stall_seed = options.stall_seed;
  rtl.stall_rate = options.stall_rate;
  rtl.trace = options.trace;
  return rtl;
}

ArrayShape EngineArray(const EngineOptions& options, const Arithmetic& arithmetic) {
  ArrayShape largest;
  const auto consider = [&](const RtlArray& array) {
    const bool named = options.array.empty() || options.array == array.Geometry();
    if (named && array.arithmetic == arithmetic && array.Elements() > largest.Elements()) {
      largest = array;
    }
  };
  if (options.engine == "rtl") std::ranges::for_each(RtlTops(), consider);
  if (options.engine == "core") std::ranges::for_each(RtlArrays(), consider);
  return largest;
}

}  // namespace sumac
