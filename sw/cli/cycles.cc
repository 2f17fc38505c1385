// SPDX-License-Identifier: Apache-2.0
// `cycles`: what a network would take on an array of any size, by the cycle model alone.
#include "model/cycles.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sw/cli/commands.h"
#include "sw/cli/options.h"
#include "sw/topology/topology.h"

namespace sumac {
namespace {

struct CyclesOptions {
  std::string network;
  std::string topology;  // a CSV file instead
  std::string array = "16x16";
  std::int64_t batch = 1;
  double clock_mhz = 100;
  int add_depth = 2;
  std::int64_t psum_depth = 256;
  bool training = false;
  bool json = false;
};

constexpr int kMostRows = 4096;

// "16x8" is 16 rows of 8 columns.
ArrayShape ParseArray(const CyclesOptions& options) {
  ArrayShape array{.adder_depth = options.add_depth, .psum_depth = options.psum_depth};
  const char* end = options.array.data() + options.array.size();
  const auto rows = std::from_chars(options.array.data(), end, array.rows);
  const bool cross = rows.ec == std::errc() && rows.ptr != end && *rows.ptr == 'x';
  const auto columns = cross ? std::from_chars(rows.ptr + 1, end, array.columns) : rows;
  const auto legal = [](int size) { return size >= 1 && size <= kMostRows; };
  if (!cross || columns.ec != std::errc() || columns.ptr != end || !legal(array.rows) ||
      !legal(array.columns)) {
    throw Error(fmt::format("--array {} is not ROWSxCOLUMNS with 1 to {} of each, as in 16x16.",
                            options.array, kMostRows));
  }
  return array;
}

void RunCycles(const CyclesOptions& options) {
  const ArrayShape array = ParseArray(options);
  const std::vector<TopologyLayer> layers = options.topology.empty()
                                                ? BuiltinTopology(options.network)
                                                : ReadTopologyCsv(options.topology);
  const std::vector<LayerGemm> gemms = LowerTopology(layers, options.batch, options.training);
  std::int64_t total_cycles = 0;
  std::int64_t total_macs = 0;
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  std::size_t width = 5;
  for (const LayerGemm& gemm : gemms) width = std::max(width, gemm.name.size());
  if (!options.json) {
    fmt::print("{:<{}} {:>6} {:>9} {:>6} {:>9} {:>14} {:>12} {:>12}\n", "layer", width, "count",
               "M", "N", "K", "cycles", "utilization", "time [ms]");
  }
  const auto milliseconds = [&](std::int64_t cycles) {
    return static_cast<double>(cycles) / options.clock_mhz * 1e-3;
  };
  for (const LayerGemm& gemm : gemms) {
    const std::int64_t cycles = gemm.count * JobCycles(array, gemm.m, gemm.n, gemm.k);
    const std::int64_t macs = gemm.count * gemm.m * gemm.n * gemm.k;
    const double utilization = Utilization(array, macs, cycles);
    total_cycles += cycles;
    total_macs += macs;
    if (options.json) {
      list.push_back({{"name", gemm.name},
                      {"count", gemm.count},
                      {"m", gemm.m},
                      {"n", gemm.n},
                      {"k", gemm.k},
                      {"macs", macs},
                      {"cycles", cycles},
                      {"utilization", utilization}});
    } else {
      fmt::print("{:<{}} {:>6} {:>9} {:>6} {:>9} {:>14} {:>10.1f} % {:>12.3f}\n", gemm.name, width,
                 gemm.count, gemm.m, gemm.n, gemm.k, cycles, 100 * utilization,
                 milliseconds(cycles));
    }
  }
  const double utilization = Utilization(array, total_macs, total_cycles);
  if (options.json) {
    const nlohmann::ordered_json document = {{"array", options.array},
                                             {"batch", options.batch},
                                             {"layers", list},
                                             {"macs", total_macs},
                                             {"total_cycles", total_cycles},
                                             {"utilization", utilization},
                                             {"seconds", milliseconds(total_cycles) * 1e-3}};
    fmt::print("{}\n", document.dump(2));
  } else {
    fmt::print("{:<{}} {:>33} {:>14} {:>10.1f} % {:>12.3f}\n", "total", width,
               fmt::format("{} MACs", total_macs), total_cycles, 100 * utilization,
               milliseconds(total_cycles));
  }
}

}  // namespace

void AddCycles(CLI::App& app, int&) {
  const auto options = std::make_shared<CyclesOptions>();
  CLI::App* command = app.add_subcommand(
      "cycles", "Tell how many cycles a network takes on an array, without simulating it");
  CLI::Option* network = command->add_option("--network", options->network, "A built-in network")
                             ->check(CLI::IsMember(TopologyNames()));
  CLI::Option* topology =
      command->add_option("--topology", options->topology, "A topology file of SCALE-Sim (CSV)");
  network->excludes(topology);
  command->add_option("--array", options->array, "ROWSxCOLUMNS, of any size")
      ->capture_default_str();
  command->add_option("--batch", options->batch, "Images")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str();
  command->add_option("--clock-mhz", options->clock_mhz, "Clock")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command->add_option("--add-depth", options->add_depth, "Pipeline registers of the adder")
      ->check(CLI::Range(1, 4))
      ->capture_default_str();
  command->add_option("--psum-depth", options->psum_depth, "Rows of the partial-sum banks")
      ->check(CLI::Range(2, 1 << 20))
      ->capture_default_str();
  command->add_flag("--training", options->training, "Both gradients as well");
  AddJsonOption(*command, options->json);
  command->footer(
      "The cycles are those of sumac_core, equal to its simulation, with streams that never wait:\n"
      "the memory around it is not in them. MACs in dilation gaps count.\n\n"
      "Examples:\n"
      "  sumac cycles --network resnet50-imagenet --array 32x32 --batch 4 --clock-mhz 500\n"
      "  sumac cycles --topology topologies/alexnet.csv --array 16x16 --training --json");
  command->callback([options] {
    if (options->network.empty() && options->topology.empty()) {
      throw Error("Name a network: --network with one of `sumac cycles --help`, or --topology.");
    }
    RunCycles(*options);
  });
}

}  // namespace sumac
