// SPDX-License-Identifier: Apache-2.0
// sumac-systemc-platform: one driver runs the same jobs on two platforms, the Verilated accelerator
// and its loosely timed twin; every word is compared, and the times are told. Exit status 1 where a
// word differs.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <exception>
#include <systemc>
#include <vector>

#include "model/error.h"
#include "sim/systemc/platform.h"
#include "sim/systemc/platform_jobs.h"
#include "sw/driver/accelerator_device.h"

namespace sumac {
namespace {

constexpr std::size_t kStackBytes = std::size_t{4} << 20;  // of the thread that runs the driver

struct Options {
  std::string array;
  int bus_bits = 0;
  double clock_mhz = 500;
  int latency = 32;       // cycles
  double bandwidth = 0;   // bytes a cycle; 0: the bus's
  std::int64_t size = 8;  // of the images
};

struct Run {
  std::vector<float> words;
  sc_core::sc_time time;
  double host_seconds = 0;
};

// The job on a platform's accelerator, from the driver's call to its return.
Run RunOn(Device& device, const NamedJob& named) {
  const PlatformJob job = named.make(device);
  const auto host = std::chrono::steady_clock::now();
  const sc_core::sc_time start = sc_core::sc_time_stamp();
  device.Run(job.job);
  Run run;
  run.time = sc_core::sc_time_stamp() - start;
  run.host_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - host).count();
  run.words.assign(job.result.begin(), job.result.end());
  return run;
}

class Comparison {
 public:
  Comparison(const Options& options, const PlatformOptions& platform)
      : options_(options),
        rtl_("rtl", Platform::Kind::kRtl, platform),
        twin_("loosely_timed", Platform::Kind::kLooselyTimed, platform) {}

  // In an SC_THREAD.
  void Execute() {
    const auto rtl = MakeAcceleratorDevice("rtl", {rtl_.board()});
    const auto twin = MakeAcceleratorDevice("loosely timed", {twin_.board()});
    fmt::print("{:<32} {:>8} {:>9} {:>12} {:>12} {:>7} {:>9} {:>9}\n", "job", "words", "differing",
               "RTL us", "twin us", "off %", "RTL s", "twin s");
    for (const NamedJob& job : PlatformJobs(options_.size)) {
      Print(job.name, RunOn(*rtl, job), RunOn(*twin, job));
    }
    fmt::print("{} words compared, {} differing\n", compared_, differing_);
    fmt::print("host time: RTL {:.3f} s, twin {:.4f} s: {:.0f} times as fast\n", rtl_seconds_,
               twin_seconds_, rtl_seconds_ / twin_seconds_);
    sc_core::sc_stop();
  }

  bool equal() const { return compared_ > 0 && differing_ == 0; }

 private:
  void Print(const std::string& name, const Run& rtl, const Run& twin) {
    std::size_t differing = 0;
    for (std::size_t i = 0; i < rtl.words.size(); ++i) {
      if (ToWord(rtl.words[i]) != ToWord(twin.words[i])) ++differing;
    }
    compared_ += rtl.words.size();
    differing_ += differing;
    rtl_seconds_ += rtl.host_seconds;
    twin_seconds_ += twin.host_seconds;
    const double rtl_us = rtl.time.to_seconds() * 1e6;
    const double twin_us = twin.time.to_seconds() * 1e6;
    fmt::print("{:<32} {:>8} {:>9} {:>12.3f} {:>12.3f} {:>7.2f} {:>9.3f} {:>9.4f}\n", name,
               rtl.words.size(), differing, rtl_us, twin_us, 100 * (twin_us / rtl_us - 1),
               rtl.host_seconds, twin.host_seconds);
  }

  Options options_;
  Platform rtl_;
  Platform twin_;
  std::size_t compared_ = 0;
  std::size_t differing_ = 0;
  double rtl_seconds_ = 0;
  double twin_seconds_ = 0;
};

PlatformOptions MakePlatformOptions(const Options& options) {
  PlatformOptions platform;
  platform.top.array = options.array;
  platform.top.bus_bits = options.bus_bits;
  platform.period = sc_core::sc_time(1e6 / options.clock_mhz, sc_core::SC_PS);
  platform.memory.latency = platform.period * options.latency;
  platform.memory.bytes_per_second = options.bandwidth / platform.period.to_seconds();
  return platform;
}

}  // namespace
}  // namespace sumac

int sc_main(int argc, char** argv) {
  using namespace sumac;
  Options options;
  CLI::App app("One driver, two models of the accelerator: words and times compared.");
  app.add_option("--array", options.array, "RxC of the accelerator; default: the largest");
  app.add_option("--bus-bits", options.bus_bits, "its bus; default: any");
  app.add_option("--clock-mhz", options.clock_mhz, "its clock")
      ->capture_default_str()
      ->check(CLI::Range(1.0, 1e5));
  app.add_option("--latency", options.latency, "of the memory, in cycles")
      ->capture_default_str()
      ->check(CLI::Range(1, 100'000));
  app.add_option("--bandwidth", options.bandwidth, "of the memory, in bytes a cycle; 0: the bus's")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--size", options.size, "height and width of the images")
      ->capture_default_str()
      ->check(CLI::Range(1, 64));
  CLI11_PARSE(app, argc, argv);
  try {
    Comparison comparison(options, MakePlatformOptions(options));
    std::exception_ptr error;
    sc_core::sc_spawn_options spawn;
    spawn.set_stack_size(kStackBytes);
    sc_core::sc_spawn(
        [&] {
          try {
            comparison.Execute();
          } catch (const Error&) {
            error = std::current_exception();
            sc_core::sc_stop();
          }
        },
        "driver", &spawn);
    sc_core::sc_start();
    if (error) std::rethrow_exception(error);
    return comparison.equal() ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "sumac-systemc-platform: {}\n", error.what());
    return 1;
  }
}
