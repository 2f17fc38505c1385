// SPDX-License-Identifier: Apache-2.0
// `verify`: random GEMMs on the Verilated arrays, every word compared with the reference.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "model/devices.h"
#include "model/names.h"
#include "sim/rtl.h"
#include "sw/cli/commands.h"
#include "sw/cli/interrupt.h"
#include "sw/cli/options.h"
#include "sw/cli/progress.h"
#include "sw/cli/random_job.h"

namespace sumac {
namespace {

struct VerifyOptions {
  double seconds = 0;
  std::optional<std::uint64_t> seed;
  std::optional<std::int64_t> only_case;
  std::string array;
  int threads = 0;
  bool json = false;
};

// What was done on one array, by itself or in an accelerator.
struct Tally {
  RtlArray array;
  int bus_bits = 0;  // of the accelerator; 0: the array alone
  std::int64_t cases = 0;
  std::int64_t macs = 0;
  std::int64_t cycles = 0;
  std::int64_t compared = 0;
  std::int64_t differing = 0;
  std::int64_t predicted = 0;     // cases without stalls, whose cycles are known beforehand
  std::int64_t mispredicted = 0;  // of them
};

std::string Describe(const Tally& tally) {
  const RtlArray& array = tally.array;
  return fmt::format("{} {} {} comp {}{}", array.Geometry(),
                     FormatName(array.arithmetic.mantissa_bits),
                     ProductName(array.arithmetic.product), CompName(array.arithmetic.comp),
                     tally.bus_bits == 0 ? "" : fmt::format(" bus {}", tally.bus_bits));
}

std::vector<Tally> ChosenArrays(const std::string& geometry) {
  std::vector<Tally> tallies;
  std::string known;
  for (const RtlArray& array : RtlArrays()) {
    known += (known.empty() ? "" : ", ") + array.Geometry();
    if (geometry.empty() || geometry == array.Geometry()) tallies.emplace_back().array = array;
  }
  for (const RtlTop& top : RtlTops()) {
    known += ", " + top.Geometry();
    if (!geometry.empty() && geometry != top.Geometry()) continue;
    tallies.emplace_back().array = top;
    tallies.back().bus_bits = top.BusBits();
  }
  if (!tallies.empty()) return tallies;
  MakeRtlDevice({});  // refuses where the build has no hardware at all
  throw Error(fmt::format("No array {} was Verilated; choose one of {}.", geometry, known));
}

// Runs case `number`. Returns a text on the first difference, or "".
std::string RunCase(std::uint64_t seed, std::int64_t number, int threads,
                    std::vector<Tally>& tallies) {
  CaseRandom random(seed, number);
  const auto last = static_cast<std::int64_t>(tallies.size()) - 1;
  Tally& tally = tallies[static_cast<std::size_t>(random.Between(0, last))];
  const RtlArray& array = tally.array;
  EngineOptions engine;
  engine.engine = tally.bus_bits == 0 ? "rtl" : "accelerator";
  engine.array = array.Geometry();
  engine.threads = threads;
  engine.bus_bits = tally.bus_bits;
  if (random.OneIn(2)) {
    engine.stall_seed = random.Bits() | 1;
    engine.stall_rate = static_cast<double>(random.Between(1, 9)) / 10;
  }
  if (tally.bus_bits != 0) engine.latency = random.Between(1, 64);
  const auto device =
      MakeCheckedDevice(MakeEngine(engine, array.arithmetic), MakeReferenceDevice(threads));
  const RandomJob random_job =
      MakeRandomJob(*device, random, array.arithmetic, array.rows, array.columns);
  const Job& job = random_job.job;
  const JobReport report = device->Run(job);
  ++tally.cases;
  tally.macs += job.m * job.n * job.k;
  tally.cycles += report.cycles;
  tally.compared += report.mismatch.compared;
  tally.differing += report.mismatch.differing;
  const bool predicted = engine.stall_seed == 0;
  const bool mispredicted = predicted && report.cycles != report.predicted_cycles;
  tally.predicted += predicted ? 1 : 0;
  tally.mispredicted += mispredicted ? 1 : 0;
  const std::string place =
      fmt::format("case {} on {}, latency {}, stall seed {} rate {}: {}", number, Describe(tally),
                  engine.latency, engine.stall_seed, engine.stall_rate, random_job.description);
  if (report.mismatch.differing != 0) {
    return fmt::format("{}: {} of {} words differ, first: {}", place, report.mismatch.differing,
                       report.mismatch.compared, report.mismatch.first);
  }
  if (!mispredicted) return "";
  return fmt::format("{}: {} cycles, and the cycle model says {}", place, report.cycles,
                     report.predicted_cycles);
}

int RunVerify(const VerifyOptions& options) {
  std::vector<Tally> tallies = ChosenArrays(options.array);
  const std::uint64_t seed = options.seed ? *options.seed : std::random_device{}();
  fmt::print(stderr, "verify: seed {}\n", seed);
  CatchInterrupts();
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  Progress progress("s");
  std::string first;
  std::int64_t cases = 0;
  Working([&] {
    if (options.only_case) {
      first = RunCase(seed, *options.only_case, options.threads, tallies);
      ++cases;
      return;
    }
    while (elapsed() < options.seconds && first.empty() && !Interrupted()) {
      progress.Update(fmt::format("case {}", cases), static_cast<std::int64_t>(elapsed()),
                      static_cast<std::int64_t>(options.seconds), 0, options.seconds - elapsed());
      first = RunCase(seed, cases, options.threads, tallies);
      ++cases;
    }
  });
  progress.Clear();

  std::int64_t compared = 0;
  std::int64_t differing = 0;
  std::int64_t predicted = 0;
  std::int64_t mispredicted = 0;
  for (const Tally& tally : tallies) {
    predicted += tally.predicted;
    mispredicted += tally.mispredicted;
    compared += tally.compared;
    differing += tally.differing;
  }
  if (options.json) {
    nlohmann::ordered_json arrays = nlohmann::ordered_json::array();
    for (const Tally& tally : tallies) {
      arrays.push_back({{"array", tally.array.Geometry()},
                        {"format", FormatName(tally.array.arithmetic.mantissa_bits)},
                        {"mul", ProductName(tally.array.arithmetic.product)},
                        {"comp", CompName(tally.array.arithmetic.comp)},
                        {"bus_bits", tally.bus_bits},
                        {"cases", tally.cases},
                        {"macs", tally.macs},
                        {"cycles", tally.cycles},
                        {"compared", tally.compared},
                        {"mismatches", tally.differing},
                        {"predicted", tally.predicted},
                        {"mispredicted", tally.mispredicted}});
    }
    const nlohmann::ordered_json document = {{"seed", seed},
                                             {"cases", cases},
                                             {"compared", compared},
                                             {"mismatches", differing},
                                             {"predicted", predicted},
                                             {"mispredicted", mispredicted},
                                             {"first_mismatch", first},
                                             {"arrays", arrays}};
    fmt::print("{}\n", document.dump(2));
  } else {
    fmt::print("{:<32} {:>8} {:>14} {:>12} {:>12} {:>10}\n", "array", "cases", "MACs", "cycles",
               "words", "differ");
    for (const Tally& tally : tallies) {
      fmt::print("{:<32} {:>8} {:>14} {:>12} {:>12} {:>10}\n", Describe(tally), tally.cases,
                 tally.macs, tally.cycles, tally.compared, tally.differing);
    }
    fmt::print(
        "seed {}: {} cases, {} words compared with the reference, {} differ; the cycles of {} "
        "cases "
        "without stalls predicted, {} differ\n",
        seed, cases, compared, differing, predicted, mispredicted);
    if (!first.empty()) fmt::print("{}\n", first);
  }
  if (!first.empty()) {
    fmt::print(stderr, "verify: a case differs; `--seed {}` with the same --array repeats it.\n",
               seed);
    return kDifferent;
  }
  if (Interrupted()) {
    fmt::print(stderr, "verify: interrupted after {} cases.\n", cases);
    return kInterrupted;
  }
  return kDone;
}

}  // namespace

void AddVerify(CLI::App& app, int& status) {
  const auto options = std::make_shared<VerifyOptions>();
  CLI::App* command = app.add_subcommand(
      "verify",
      "Random GEMMs on the Verilated arrays and accelerators against the reference, with stalls");
  auto* seconds = command->add_option("--seconds", options->seconds, "How long to go on")
                      ->check(CLI::Range(0.0, 1e7));
  auto* only = command->add_option("--case", options->only_case, "Run this one case of the seed")
                   ->check(CLI::NonNegativeNumber)
                   ->excludes(seconds);
  command->add_option("--seed", options->seed, "Seed of the cases (default: random, printed)");
  AddArrayOption(*command, options->array);
  AddThreadsOption(*command, options->threads);
  AddJsonOption(*command, options->json);
  command->footer(
      "Stops at the first difference and prints it in full; the same seed gives the same cases.\n\n"
      "Examples:\n"
      "  sumac verify --seconds 60\n"
      "  sumac verify --seconds 10 --seed 7 --array 8x8\n"
      "  sumac verify --seed 7 --case 123");
  command->callback([=, &status] {
    if (seconds->count() + only->count() == 0) {
      throw Error("say how long with --seconds, or which case with --case.");
    }
    status = RunVerify(*options);
  });
}

}  // namespace sumac
