// SPDX-License-Identifier: Apache-2.0
// `run`: a trained network's test images through a device, layer by layer.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sw/cli/commands.h"
#include "sw/cli/layer_table.h"
#include "sw/cli/network.h"
#include "sw/cli/network_engine.h"

namespace sumac {
namespace {

constexpr std::int64_t kLargestBatch = 64;  // images that pass a layer together

struct RunOptions {
  NetworkOptions network;
  bool check = false;
  std::string check_engine = "reference";
};

// "layer1.0.conv1 forward" is "layer1.0.conv1": here all jobs are forward.
std::string LayerName(const std::string& job) { return job.substr(0, job.find(' ')); }

int RunNetwork(const RunOptions& options, Ranks& ranks) {
  const NetworkOptions& network = options.network;
  const NetworkInput input = ReadNetworkInput(network, Split::kTest);
  if (!network.engine.trace.empty()) CheckWritable(network.engine.trace);
  NetworkEngine engine(network.engine, input.arithmetic, options.check ? options.check_engine : "",
                       ranks);
  const auto start = std::chrono::steady_clock::now();
  EvalResult result;
  engine.Run([&](auto device) { result = ShowImages(input, std::move(device), kLargestBatch); },
             result.layers);
  const std::chrono::nanoseconds elapsed = std::chrono::steady_clock::now() - start;

  std::vector<LayerReport> reports = result.layers;
  for (LayerReport& report : reports) report.name = LayerName(report.name);
  const LayerTable table(EngineArray(network.engine, input.arithmetic), reports);
  const Mismatch& mismatch = table.total().report.mismatch;
  if (network.json) {
    nlohmann::ordered_json document = {{"engine", engine.name()},
                                       {"images", result.images},
                                       {"accuracy", result.accuracy},
                                       {"layers", table.Json()}};
    table.AddTotals(document);
    document["logits_crc32"] = result.logits_crc32;
    document["elapsed_ns"] = elapsed.count();
    fmt::print("{}\n", document.dump(2));
  } else {
    table.Print(options.check);
    fmt::print("\nimages {}  accuracy {:.2f} %  logits CRC32 {:08x}\nengine {}  {:.1f} s\n",
               result.images, 100 * result.accuracy, result.logits_crc32, engine.name(),
               static_cast<double>(elapsed.count()) * 1e-9);
    if (options.check) PrintMismatch(mismatch, "words", options.check_engine);
  }
  return mismatch.differing == 0 ? kDone : kDifferent;
}

}  // namespace

void AddRun(CLI::App& app, int& status, Ranks& ranks) {
  const auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand(
      "run",
      "Run a trained network on the simulated array: cycles and, layer by layer, every word");
  AddNetworkOptions(*command, options->network);
  AddImagesOption(*command, options->network)->required();
  command->add_flag("--check", options->check,
                    "Compare every word of every layer with another engine; exit status 1 where "
                    "one differs");
  AddCheckEngineOption(*command, options->check_engine);
  AddTraceOption(*command, options->network.engine);
  command->footer(
      "Utilization is M x N x K over the array's size times its cycles. The predicted cycles are "
      "the cycle model's, without a look at the simulation; streams that stall take more.\n\n"
      "Examples:\n"
      "  sumac run --checkpoint runs/pam/model.safetensors --images 8 --engine rtl --check\n"
      "  sumac run --checkpoint runs/pam/model.safetensors --data fashion-mnist --images 1 "
      "--engine rtl --array 16x16 --trace run.fst --json");
  command->callback([options, &status, &ranks] { status = RunNetwork(*options, ranks); });
}

}  // namespace sumac
