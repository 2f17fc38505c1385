// SPDX-License-Identifier: Apache-2.0
// `verify`: random GEMMs and layers on the kernels and on the Verilated hardware, every word
// compared with the reference.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "model/devices.h"
#include "model/fused.h"
#include "model/names.h"
#include "model/threads.h"
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

// What was done on one kernel, on one array by itself or on one in an accelerator.
struct Tally {
  std::string kernel;  // of the engine simd; empty: hardware
  RtlArray array;      // of the hardware
  int bus_bits = 0;    // of the accelerator; 0: the array alone
  std::int64_t cases = 0;
  std::int64_t macs = 0;
  std::int64_t cycles = 0;
  std::int64_t compared = 0;
  std::int64_t differing = 0;
  std::int64_t predicted = 0;     // jobs without stalls, whose cycles are known beforehand
  std::int64_t mispredicted = 0;  // of them

  std::string Engine() const {
    return !kernel.empty() ? "simd " + kernel : bus_bits == 0 ? "core" : "rtl";
  }
};

std::string Describe(const Arithmetic& arithmetic) {
  return fmt::format("{} {} comp {}{}", FormatName(arithmetic.mantissa_bits),
                     ProductName(arithmetic.product), CompName(arithmetic.comp),
                     arithmetic.group == 1 ? "" : " " + AccumulatorName(arithmetic.group));
}

std::string Describe(const Tally& tally) {
  if (!tally.kernel.empty()) return tally.Engine();
  return fmt::format("{} {} {}{}", tally.Engine(), tally.array.Geometry(),
                     Describe(tally.array.arithmetic),
                     tally.bus_bits == 0 ? "" : fmt::format(" bus {}", tally.bus_bits));
}

// The arrays of this geometry; or the kernels and all arrays.
std::vector<Tally> ChosenEngines(const std::string& geometry) {
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
  if (tallies.empty()) {
    MakeRtlDevice({});  // refuses where the build has no hardware at all
    throw Error(fmt::format("No array {} was Verilated; choose one of {}.", geometry, known));
  }
  if (!geometry.empty()) return tallies;
  std::vector<Tally> kernels;
  for (const std::string& name : KernelNames()) kernels.emplace_back().kernel = name;
  tallies.insert(tallies.begin(), kernels.begin(), kernels.end());
  return tallies;
}

// Any that the kernels take.
Arithmetic RandomArithmetic(CaseRandom& random) {
  constexpr Word kComps[] = {kCompMogami, kCompPamAlpha, kCompLMul};
  Arithmetic arithmetic;
  arithmetic.mantissa_bits =
      random.OneIn(2) ? kMantissaBits
                      : static_cast<int>(random.Between(kMinMantissaBits, kMantissaBits));
  if (random.OneIn(4)) {
    arithmetic.product = Product::kIeee;
  } else {
    arithmetic.comp = random.OneIn(4) ? static_cast<Word>(random.Between(0, kCompLimit - 1))
                                      : kComps[random.Between(0, 2)];
  }
  if (random.OneIn(4)) arithmetic.group = kFusedGroups[random.Between(0, 2)];
  return arithmetic;
}

// One case: where it runs, and what.
struct Case {
  Tally* tally = nullptr;
  EngineOptions engine;
  Arithmetic arithmetic;
  std::unique_ptr<Device> device;  // compares with the reference
  RandomJobs jobs;
};

// `threads` is the reference's.
Case MakeCase(CaseRandom& random, int threads, std::vector<Tally>& tallies) {
  // MACs of a pass that the simulator, or the reference, does in a fraction of a second.
  constexpr std::int64_t kHardwareMacs = 100'000;
  constexpr std::int64_t kKernelMacs = 2'000'000;
  Case made;
  const auto last = static_cast<std::int64_t>(tallies.size()) - 1;
  made.tally = &tallies[static_cast<std::size_t>(random.Between(0, last))];
  const Tally& tally = *made.tally;
  EngineOptions& engine = made.engine;
  engine.threads = static_cast<int>(random.Between(1, 3));
  std::int64_t rows = tally.array.rows;
  std::int64_t columns = tally.array.columns;
  std::unique_ptr<Device> subject;
  if (!tally.kernel.empty()) {
    made.arithmetic = RandomArithmetic(random);
    rows = random.Between(1, 40);
    columns = random.Between(1, 40);
    subject = MakeSimdDevice(engine.threads, tally.kernel);
  } else {
    made.arithmetic = tally.array.arithmetic;
    engine.engine = tally.Engine();
    engine.array = tally.array.Geometry();
    engine.interruptible = true;
    engine.bus_bits = tally.bus_bits;
    if (random.OneIn(2)) {
      engine.stall_seed = random.Bits() | 1;
      engine.stall_rate = static_cast<double>(random.Between(1, 9)) / 10;
    }
    if (tally.bus_bits != 0) engine.latency = random.Between(1, 64);
    subject = MakeEngine(engine, made.arithmetic);
  }
  made.device = MakeCheckedDevice(std::move(subject), MakeReferenceDevice(threads));
  if (random.OneIn(2)) {
    const LayerLimits limits{tally.kernel.empty() ? kHardwareMacs : kKernelMacs,
                             tally.bus_bits != 0};
    made.jobs = MakeRandomLayer(*made.device, random, made.arithmetic, limits);
  } else {
    made.jobs = MakeRandomGemm(*made.device, random, made.arithmetic, static_cast<int>(rows),
                               static_cast<int>(columns));
  }
  return made;
}

// What is wrong with a job's report, or "".
std::string Fault(const Job& job, const JobReport& report, bool predicted) {
  if (report.mismatch.differing != 0) {
    return fmt::format("{}: {} of {} words differ, first: {}", job.name, report.mismatch.differing,
                       report.mismatch.compared, report.mismatch.first);
  }
  if (!predicted || report.cycles == report.predicted_cycles) return "";
  return fmt::format("{}: {} cycles, and the cycle model says {}", job.name, report.cycles,
                     report.predicted_cycles);
}

// Runs case `number`. Returns a text on the first difference, or "".
std::string RunCase(std::uint64_t seed, std::int64_t number, int threads,
                    std::vector<Tally>& tallies) {
  CaseRandom random(seed, number);
  const Case made = MakeCase(random, threads, tallies);
  const EngineOptions& engine = made.engine;
  Tally& tally = *made.tally;
  const bool predicted = tally.kernel.empty() && engine.stall_seed == 0;
  const std::vector<Job>& jobs = made.jobs.jobs;
  std::string fault;
  try {
    const std::vector<JobReport> reports = made.device->Wait(made.device->Submit(jobs));
    ++tally.cases;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      const JobReport& report = reports[i];
      tally.macs += jobs[i].m * jobs[i].n * jobs[i].k;
      tally.cycles += report.cycles;
      tally.compared += report.mismatch.compared;
      tally.differing += report.mismatch.differing;
      tally.predicted += predicted ? 1 : 0;
      tally.mispredicted += predicted && report.cycles != report.predicted_cycles ? 1 : 0;
      if (fault.empty()) fault = Fault(jobs[i], report, predicted);
    }
  } catch (const Error& error) {
    fault = error.what();
  }
  if (fault.empty()) return "";
  return fmt::format("case {} on {} ({}), {} threads, latency {}, stall seed {} rate {}: {}: {}",
                     number, Describe(tally), Describe(made.arithmetic), engine.threads,
                     engine.latency, engine.stall_seed, engine.stall_rate, made.jobs.description,
                     fault);
}

// What was done so far, by one thread or by all.
struct Outcome {
  std::vector<Tally> tallies;
  std::int64_t cases = 0;
  std::int64_t first_case = -1;  // the lowest that differs; -1: none
  std::string first;             // how
};

void Add(const Tally& tally, Tally& sum) {
  sum.cases += tally.cases;
  sum.macs += tally.macs;
  sum.cycles += tally.cycles;
  sum.compared += tally.compared;
  sum.differing += tally.differing;
  sum.predicted += tally.predicted;
  sum.mispredicted += tally.mispredicted;
}

void Add(const Outcome& outcome, Outcome& sum) {
  for (std::size_t i = 0; i < sum.tallies.size(); ++i) Add(outcome.tallies[i], sum.tallies[i]);
  sum.cases += outcome.cases;
  if (outcome.first_case < 0) return;
  if (sum.first_case >= 0 && sum.first_case < outcome.first_case) return;
  sum.first_case = outcome.first_case;
  sum.first = outcome.first;
}

// Outcomes as the ranks tell them to each other.
std::string ToText(const Outcome& outcome) {
  nlohmann::json tallies = nlohmann::json::array();
  for (const Tally& t : outcome.tallies) {
    tallies.push_back(
        {t.cases, t.macs, t.cycles, t.compared, t.differing, t.predicted, t.mispredicted});
  }
  return nlohmann::json{{"tallies", tallies},
                        {"cases", outcome.cases},
                        {"first_case", outcome.first_case},
                        {"first", outcome.first}}
      .dump();
}

Outcome FromText(const std::string& text, const std::vector<Tally>& arrays) {
  const nlohmann::json json = nlohmann::json::parse(text);
  Outcome outcome{arrays, json.at("cases"), json.at("first_case"), json.at("first")};
  for (std::size_t i = 0; i < arrays.size(); ++i) {
    Tally& t = outcome.tallies[i];
    const nlohmann::json& list = json.at("tallies").at(i);
    t.cases = list[0];
    t.macs = list[1];
    t.cycles = list[2];
    t.compared = list[3];
    t.differing = list[4];
    t.predicted = list[5];
    t.mispredicted = list[6];
  }
  return outcome;
}

// Cases of all threads until the time is over, one differs or Ctrl-C; case c is that of rank
// c modulo the ranks.
Outcome RunCases(const VerifyOptions& options, std::uint64_t seed, const std::vector<Tally>& arrays,
                 const Ranks& ranks) {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  const auto elapsed = [&] { return std::chrono::duration<double>(Clock::now() - start).count(); };
  Outcome sum;
  sum.tallies = arrays;
  std::mutex mutex;
  std::exception_ptr error;
  std::int64_t next = ranks.rank();
  bool stop = false;
  const auto work = [&] {
    Outcome own;
    own.tallies = arrays;
    for (;;) {
      std::int64_t number = 0;
      {
        const std::scoped_lock lock(mutex);
        if (stop || elapsed() >= options.seconds || Interrupted()) break;
        number = next;
        next += ranks.size();
      }
      try {
        const std::string difference = RunCase(seed, number, 1, own.tallies);
        ++own.cases;
        if (difference.empty()) continue;
        own.first = difference;
        own.first_case = number;
      } catch (const Interruption&) {  // its case is left out
      } catch (...) {
        const std::scoped_lock lock(mutex);
        error = std::current_exception();
      }
      const std::scoped_lock lock(mutex);
      stop = true;
    }
    const std::scoped_lock lock(mutex);
    Add(own, sum);
  };
  std::vector<std::future<void>> threads;
  for (int i = 0; i < ThreadCount(options.threads); ++i) {
    threads.push_back(std::async(std::launch::async, work));
  }
  Progress progress("s");
  for (std::future<void>& thread : threads) {
    while (thread.wait_for(std::chrono::milliseconds(100)) != std::future_status::ready) {
      const std::scoped_lock lock(mutex);
      progress.Update(fmt::format("case {}", next), static_cast<std::int64_t>(elapsed()),
                      static_cast<std::int64_t>(options.seconds), 0, options.seconds - elapsed());
    }
  }
  if (error) std::rethrow_exception(error);
  return sum;
}

int RunVerify(const VerifyOptions& options, Ranks& ranks) {
  const std::vector<Tally> arrays = ChosenEngines(options.array);
  CatchInterrupts();
  const auto wait = [] { StopIfInterrupted("while waiting for another rank"); };
  // Without --seed the first rank's is everybody's.
  const std::uint64_t seed = std::stoull(
      ranks.Gather(std::to_string(options.seed ? *options.seed : std::random_device{}()), wait)[0]);
  fmt::print(stderr, "verify: seed {}\n", seed);
  Outcome outcome;
  outcome.tallies = arrays;
  Working([&] {
    if (options.only_case) {
      outcome.first = RunCase(seed, *options.only_case, options.threads, outcome.tallies);
      outcome.cases = 1;
      return;
    }
    const std::string own = ToText(RunCases(options, seed, arrays, ranks));
    for (const std::string& text : ranks.Gather(own, wait)) Add(FromText(text, arrays), outcome);
  });
  const std::vector<Tally>& tallies = outcome.tallies;
  const std::string& first = outcome.first;
  const std::int64_t cases = outcome.cases;

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
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const Tally& tally : tallies) {
      nlohmann::ordered_json entry = {{"engine", tally.Engine()}};
      if (tally.kernel.empty()) {
        entry["array"] = tally.array.Geometry();
        entry["format"] = FormatName(tally.array.arithmetic.mantissa_bits);
        entry["mul"] = ProductName(tally.array.arithmetic.product);
        entry["comp"] = CompName(tally.array.arithmetic.comp);
        entry["bus_bits"] = tally.bus_bits;
      }
      entry["cases"] = tally.cases;
      entry["macs"] = tally.macs;
      entry["cycles"] = tally.cycles;
      entry["compared"] = tally.compared;
      entry["mismatches"] = tally.differing;
      entry["predicted"] = tally.predicted;
      entry["mispredicted"] = tally.mispredicted;
      list.push_back(entry);
    }
    const nlohmann::ordered_json document = {{"seed", seed},
                                             {"cases", cases},
                                             {"compared", compared},
                                             {"mismatches", differing},
                                             {"predicted", predicted},
                                             {"mispredicted", mispredicted},
                                             {"first_mismatch", first},
                                             {"arrays", list}};
    fmt::print("{}\n", document.dump(2));
  } else {
    fmt::print("{:<40} {:>8} {:>14} {:>12} {:>12} {:>10}\n", "engine", "cases", "MACs", "cycles",
               "words", "differ");
    for (const Tally& tally : tallies) {
      fmt::print("{:<40} {:>8} {:>14} {:>12} {:>12} {:>10}\n", Describe(tally), tally.cases,
                 tally.macs, tally.cycles, tally.compared, tally.differing);
    }
    fmt::print(
        "seed {}: {} cases, {} words compared with the reference, {} differ; the cycles of {} "
        "jobs without stalls predicted, {} differ\n",
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

void AddVerify(CLI::App& app, int& status, Ranks& ranks) {
  const auto options = std::make_shared<VerifyOptions>();
  CLI::App* command = app.add_subcommand(
      "verify",
      "Random GEMMs and layers on the kernels and the Verilated hardware against the reference");
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
      "GEMMs of every view, and convolution layers with their gradients and epilogues; the "
      "hardware "
      "with and without stalls, at any latency. --array leaves the kernels out. "
      "Stops at the first difference and prints it in full; the same seed gives the same cases on "
      "the same build and CPU.\n\n"
      "Examples:\n"
      "  sumac verify --seconds 60\n"
      "  sumac verify --seconds 10 --seed 7 --array 8x8\n"
      "  sumac verify --seed 7 --case 123");
  command->callback([=, &status, &ranks] {
    if (seconds->count() + only->count() == 0) {
      throw Error("say how long with --seconds, or which case with --case.");
    }
    status = RunVerify(*options, ranks);
  });
}

}  // namespace sumac
