// SPDX-License-Identifier: Apache-2.0
// `run`: a trained network's test images through a device, layer by layer.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/devices.h"
#include "sw/cli/commands.h"
#include "sw/cli/network.h"

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

// One layer over all batches, or the sum of all layers.
struct LayerSum {
  LayerReport report;
  std::int64_t macs = 0;

  double Utilization(std::int64_t elements) const {
    if (elements == 0 || report.cycles == 0) return 0;
    return static_cast<double>(macs) / static_cast<double>(elements) /
           static_cast<double>(report.cycles);
  }
  void Add(const LayerReport& more) {
    macs += more.m * more.n * more.k;
    report.m += more.m;
    report.cycles += more.cycles;
    report.mismatch.compared += more.mismatch.compared;
    report.mismatch.differing += more.mismatch.differing;
    if (report.mismatch.first.empty() && !more.mismatch.first.empty()) {
      report.mismatch.first = LayerName(more.name) + " " + more.mismatch.first;
    }
  }
};

std::vector<LayerSum> SumLayers(const std::vector<LayerReport>& reports) {
  std::vector<LayerSum> layers;
  for (const LayerReport& report : reports) {
    const std::string name = LayerName(report.name);
    auto layer = std::find_if(layers.begin(), layers.end(),
                              [&](const LayerSum& sum) { return sum.report.name == name; });
    if (layer == layers.end()) {
      layer = layers.insert(layer, LayerSum{});
      layer->report.name = name;
      layer->report.n = report.n;
      layer->report.k = report.k;
    }
    layer->Add(report);
  }
  return layers;
}

void PrintTable(const std::vector<LayerSum>& layers, const LayerSum& total, std::int64_t elements,
                bool check) {
  const auto row = [&](const LayerSum& layer, const std::string& sizes) {
    std::string line = fmt::format("{:<18} {}", layer.report.name, sizes);
    line += elements == 0 ? fmt::format(" {:>12} {:>12}", "-", "-")
                          : fmt::format(" {:>12} {:>10.1f} %", layer.report.cycles,
                                        100 * layer.Utilization(elements));
    line += check ? fmt::format(" {:>11}", layer.report.mismatch.differing) : "";
    fmt::print("{}\n", line);
  };
  fmt::print("{:<18} {:>8} {:>6} {:>6} {:>12} {:>12}{}\n", "layer", "M", "N", "K", "cycles",
             "utilization", check ? "  mismatches" : "");
  for (const LayerSum& layer : layers) {
    row(layer, fmt::format("{:>8} {:>6} {:>6}", layer.report.m, layer.report.n, layer.report.k));
  }
  row(total, fmt::format("{:>22}", fmt::format("{} MACs", total.macs)));
}

int RunNetwork(const RunOptions& options) {
  const NetworkOptions& network = options.network;
  const NetworkInput input = ReadNetworkInput(network);
  if (!network.engine.trace.empty()) CheckWritable(network.engine.trace);
  std::unique_ptr<Device> device = MakeEngine(network.engine, input.arithmetic);
  if (options.check) {
    EngineOptions check;
    check.engine = options.check_engine;
    check.threads = network.engine.threads;
    device = MakeCheckedDevice(std::move(device), MakeEngine(check, input.arithmetic));
  }
  const std::string engine = device->name();
  const auto start = std::chrono::steady_clock::now();
  const EvalResult result = ShowImages(input, std::move(device), kLargestBatch);
  const std::chrono::nanoseconds elapsed = std::chrono::steady_clock::now() - start;

  const std::int64_t elements = ProcessingElements(network.engine, input.arithmetic);
  const std::vector<LayerSum> layers = SumLayers(result.layers);
  LayerSum total;
  total.report.name = "total";
  for (const LayerReport& report : result.layers) total.Add(report);
  const Mismatch& mismatch = total.report.mismatch;
  if (network.json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const LayerSum& layer : layers) {
      list.push_back({{"name", layer.report.name},
                      {"m", layer.report.m},
                      {"n", layer.report.n},
                      {"k", layer.report.k},
                      {"cycles", layer.report.cycles},
                      {"utilization", layer.Utilization(elements)},
                      {"mismatches", layer.report.mismatch.differing}});
    }
    const nlohmann::ordered_json document = {{"engine", engine},
                                             {"images", result.images},
                                             {"accuracy", result.accuracy},
                                             {"layers", list},
                                             {"macs", total.macs},
                                             {"cycles", total.report.cycles},
                                             {"utilization", total.Utilization(elements)},
                                             {"compared", mismatch.compared},
                                             {"mismatches", mismatch.differing},
                                             {"first_mismatch", mismatch.first},
                                             {"logits_crc32", result.logits_crc32},
                                             {"elapsed_ns", elapsed.count()}};
    fmt::print("{}\n", document.dump(2));
  } else {
    PrintTable(layers, total, elements, options.check);
    fmt::print("\nimages {}  accuracy {:.2f} %  logits CRC32 {:08x}\nengine {}  {:.1f} s\n",
               result.images, 100 * result.accuracy, result.logits_crc32, engine,
               static_cast<double>(elapsed.count()) * 1e-9);
    if (options.check) {
      fmt::print(
          "compared {} words with the engine {}: {}\n", mismatch.compared, options.check_engine,
          mismatch.differing == 0 ? "all equal" : fmt::format("{} differ", mismatch.differing));
      if (mismatch.differing != 0) fmt::print("first: {}\n", mismatch.first);
    }
  }
  return mismatch.differing == 0 ? kDone : kDifferent;
}

}  // namespace

void AddRun(CLI::App& app, int& status) {
  const auto options = std::make_shared<RunOptions>();
  CLI::App* command = app.add_subcommand(
      "run",
      "Run a trained network on the simulated array: cycles and, layer by layer, every word");
  AddNetworkOptions(*command, options->network);
  command->get_option("--images")->required();
  command->add_flag("--check", options->check,
                    "Compare every word of every layer with another engine; exit status 1 where "
                    "one differs");
  command->add_option("--check-engine", options->check_engine, "The engine of --check")
      ->check(CLI::IsMember({"reference", "simd"}))
      ->capture_default_str();
  command->add_option("--trace", options->network.engine.trace,
                      "rtl: write an FST waveform of the first 4,000 cycles (for GTKWave)");
  command->footer(
      "Utilization is M x N x K over the array's size times its cycles.\n\n"
      "Examples:\n"
      "  sumac run --checkpoint runs/pam/model.safetensors --images 8 --engine rtl --check\n"
      "  sumac run --checkpoint runs/pam/model.safetensors --data fashion-mnist --images 1 "
      "--engine rtl --array 16x16 --trace run.fst --json");
  command->callback([options, &status] { status = RunNetwork(*options); });
}

}  // namespace sumac
