// SPDX-License-Identifier: Apache-2.0
// `verify`: random GEMMs on the Verilated arrays, every word compared with the reference.
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
#include <vector>

#include "model/devices.h"
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
  engine.engine = tally.bus_bits == 0 ? "core" : "rtl";
  engine.array = array.Geometry();
  engine.threads = threads;
  engine.interruptible = true;
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
  const std::vector<Tally> arrays = ChosenArrays(options.array);
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
      list.push_back({{"array", tally.array.Geometry()},
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
                                             {"arrays", list}};
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

void AddVerify(CLI::App& app, int& status, Ranks& ranks) {
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
  command->callback([=, &status, &ranks] {
    if (seconds->count() + only->count() == 0) {
      throw Error("say how long with --seconds, or which case with --case.");
    }
    status = RunVerify(*options, ranks);
  });
}

}  // namespace sumac
