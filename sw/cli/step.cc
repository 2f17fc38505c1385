// SPDX-License-Identifier: Apache-2.0
// `step`: one whole training step through a device: forward, both gradients, updated weights.
#include "sw/train/step.h"

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "model/compare.h"
#include "model/devices.h"
#include "sw/cli/commands.h"
#include "sw/cli/interrupt.h"
#include "sw/cli/layer_table.h"
#include "sw/cli/network.h"
#include "sw/cli/network_engine.h"
#include "sw/cli/progress.h"
#include "sw/cli/watched_device.h"

namespace sumac {
namespace {

struct StepOptions {
  NetworkOptions network;
  double lr = 0;  // 0: the run's highest
  bool check = false;
  std::string check_engine = "simd";
};

// What a step leaves behind.
struct Outcome {
  std::vector<LayerReport> layers;
  std::vector<float> logits;
  double loss = 0;  // mean of the images
  std::vector<StateEntry> state;
};

// Each layer has a forward job, a weight gradient for each shard and, but for the first, an input
// gradient.
std::int64_t CountJobs(const ResNet& net, int shards) {
  std::int64_t layers = 0;
  for (const Parameter& parameter : net.Parameters()) layers += parameter.decays ? 1 : 0;
  return layers * (2 + shards) - 1;
}

// `jobs` is set before the first runs.
Outcome TakeStep(const NetworkInput& input, const Arithmetic& backward, double lr, Device& device,
                 std::int64_t& jobs) {
  const TrainConfig& config = input.checkpoint.config;
  ResNet net(device, input.checkpoint.net);
  Sgd sgd(net.Parameters(), config.momentum, config.weight_decay, config.mul_free);
  Restore(input.checkpoint, net, sgd);
  jobs = CountJobs(net, config.shards);
  Outcome outcome;
  Context context{device,        input.arithmetic, backward,
                  config.shards, &outcome.layers,  config.mul_free};
  ResNetTraining graph(context, net, input.images);
  const std::vector<std::int64_t> images = FirstImages(input);
  const BatchResult batch = ComputeGradients(config, input.checkpoint.position.epoch, input.data,
                                             Normaliser(input.data), images, graph);
  if (!std::isfinite(batch.loss.sum)) {
    throw WorkFailed(fmt::format("the loss of {} is not a finite number; there is no step to take",
                                 input.checkpoint.path));
  }
  sgd.Step(lr);
  outcome.logits.assign(batch.logits.begin(), batch.logits.end());
  outcome.loss = batch.loss.sum / static_cast<double>(input.images);
  outcome.state = net.State();
  return outcome;
}

// All words of the network's state, parameters and running statistics.
Mismatch CompareStates(const std::vector<StateEntry>& got,
                       const std::vector<StateEntry>& expected) {
  Mismatch all;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const Mismatch one = CompareWords(got[i].value.values, expected[i].value.values,
                                      std::ssize(got[i].value.values));
    all.compared += one.compared;
    all.differing += one.differing;
    if (all.first.empty() && !one.first.empty()) all.first = got[i].name + " " + one.first;
  }
  return all;
}

int RunStep(const StepOptions& options, Ranks& ranks) {
  const NetworkOptions& network = options.network;
  const NetworkInput input = ReadNetworkInput(network, Split::kTrain);
  const TrainConfig& config = input.checkpoint.config;
  Arithmetic backward = input.arithmetic;
  if (network.mul.empty()) backward.product = config.Backward().product;
  if (network.engine.IsHardware() && backward != input.arithmetic) {
    throw Error(
        "An array multiplies in one way, and this run's gradients have another product than its "
        "forward pass; give --mul for both.");
  }
  const double lr = options.lr > 0 ? options.lr : config.lr;
  NetworkEngine engine(network.engine, input.arithmetic, options.check ? options.check_engine : "",
                       ranks);
  CatchInterrupts();
  std::int64_t jobs = 0;
  const auto start = std::chrono::steady_clock::now();
  Outcome outcome;
  Working([&] {
    engine.Run(
        [&](auto device) {
          Progress progress("jobs");
          std::int64_t done = 0;
          const auto watched = MakeWatchedDevice(std::move(device), [&](const Job& job) {
            StopIfInterrupted(fmt::format("before {}, after {} of {} jobs", job.name, done, jobs));
            progress.Update(job.name, done++, jobs);
          });
          outcome = TakeStep(input, backward, lr, *watched, jobs);
        },
        outcome.layers);
  });
  const std::chrono::nanoseconds elapsed = std::chrono::steady_clock::now() - start;
  Mismatch state;
  if (options.check) {
    EngineOptions check;
    check.engine = options.check_engine;
    check.threads = network.engine.threads;
    const std::unique_ptr<Device> other = MakeEngine(check, input.arithmetic);
    state = CompareStates(outcome.state, TakeStep(input, backward, lr, *other, jobs).state);
  }

  const LayerTable table(EngineArray(network.engine, input.arithmetic), outcome.layers);
  const Mismatch& words = table.total().report.mismatch;
  const std::uint32_t crc = LogitsCrc32(outcome.logits);
  if (network.json) {
    nlohmann::ordered_json document = {{"engine", engine.name()},
                                       {"images", input.images},
                                       {"loss", outcome.loss},
                                       {"layers", table.Json()}};
    table.AddTotals(document);
    document["state_compared"] = state.compared;
    document["state_mismatches"] = state.differing;
    document["first_state_mismatch"] = state.first;
    document["logits_crc32"] = crc;
    document["elapsed_ns"] = elapsed.count();
    fmt::print("{}\n", document.dump(2));
  } else {
    table.Print(options.check);
    fmt::print("\nimages {}  loss {:.4f}  logits CRC32 {:08x}\nengine {}  {:.1f} s\n", input.images,
               outcome.loss, crc, engine.name(), static_cast<double>(elapsed.count()) * 1e-9);
    if (options.check) {
      PrintMismatch(words, "words of the GEMMs", options.check_engine);
      PrintMismatch(state, "words of the updated network", options.check_engine);
    }
  }
  return words.differing == 0 && state.differing == 0 ? kDone : kDifferent;
}

}  // namespace

void AddStep(CLI::App& app, int& status, Ranks& ranks) {
  const auto options = std::make_shared<StepOptions>();
  options->network.images = 8;
  options->network.images_option = "--batch";
  CLI::App* command = app.add_subcommand(
      "step", "Take one training step on the simulated array: every gradient, every new weight");
  AddNetworkOptions(*command, options->network);
  command->add_option("--batch", options->network.images, "Training images of the step")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--lr", options->lr, "Learning rate (default: the highest of the run)")
      ->check(CLI::PositiveNumber);
  command->add_flag("--check", options->check,
                    "Compare every word of every GEMM with another engine, and the updated network "
                    "with that of a step taken there alone; exit status 1 where one differs");
  AddCheckEngineOption(*command, options->check_engine);
  command->footer(
      "The images are those with which the run's next epoch begins. The checkpoint's momentum is\n"
      "used; nothing is written.\n\n"
      "Examples:\n"
      "  sumac step --checkpoint runs/pam/model.safetensors --batch 8 --engine rtl --check\n"
      "  sumac step --checkpoint runs/pam/model.safetensors --engine rtl --array 8x8 --json");
  command->callback([options, &status, &ranks] { status = RunStep(*options, ranks); });
}

}  // namespace sumac
