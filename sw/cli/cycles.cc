// SPDX-License-Identifier: Apache-2.0
// `cycles`: what a network would take on an array of any size, by the cycle model alone.
#include "model/cycles.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sw/cli/commands.h"
#include "sw/cli/options.h"
#include "sw/driver/estimate.h"
#include "sw/io/file.h"
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
  std::int64_t psum_depth = 0;  // 0: the default
  int bus_bits = 0;             // not 0: the whole accelerator, on a memory
  std::int64_t latency = 32;
  std::string csv;
  bool training = false;
  bool json = false;
};

double Percent(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

// Columns by the names of SCALE-Sim's COMPUTE_REPORT.csv, and what the memory moves.
std::string CsvLine(const ArrayShape& array, const std::string& name, const Estimate& e) {
  const std::int64_t stalls = e.cycles - e.places / array.Elements();
  return fmt::format("{}, {}, {}, {:.3f}, {:.3f}, {:.3f}, {}, {},\n", name, e.cycles, stalls,
                     Percent(e.macs, e.cycles * array.Elements()), Percent(e.macs, e.places),
                     Percent(e.places, e.cycles * array.Elements()), e.bytes_read, e.bytes_written);
}

void RunCycles(const CyclesOptions& options) {
  EstimateOptions what;
  what.array =
      ParseArrayShape(options.array, options.add_depth, options.psum_depth, options.bus_bits);
  what.batch = options.batch;
  what.training = options.training;
  what.bus_bits = options.bus_bits;
  what.latency = options.latency;
  const ArrayShape& array = what.array;
  const std::vector<TopologyLayer> layers = options.topology.empty()
                                                ? BuiltinTopology(options.network)
                                                : ReadTopologyCsv(options.topology);
  if (!options.csv.empty()) CheckWritable(options.csv);
  const std::vector<LayerEstimate> estimates = EstimateNetwork(layers, what);
  const bool memory = options.bus_bits != 0;
  Estimate total;
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  std::string csv =
      "LayerID, Total Cycles, Stall Cycles, Overall Util %, Mapping Efficiency %, Compute Util %, "
      "Bytes Read, Bytes Written,\n";
  std::size_t width = 5;
  for (const LayerEstimate& line : estimates) width = std::max(width, line.gemm.name.size());
  if (!options.json) {
    fmt::print("{:<{}} {:>6} {:>9} {:>6} {:>9} {:>14} {:>12} {:>12}{}\n", "layer", width, "count",
               "M", "N", "K", "cycles", "utilization", "time [ms]",
               memory ? fmt::format(" {:>12} {:>12}", "read [MB]", "written [MB]") : "");
  }
  const auto milliseconds = [&](std::int64_t cycles) {
    return static_cast<double>(cycles) / options.clock_mhz * 1e-3;
  };
  const auto figures = [&](const Estimate& estimate) {
    std::string line = fmt::format("{:>14} {:>10.1f} % {:>12.3f}", estimate.cycles,
                                   100 * Utilization(array, estimate.macs, estimate.cycles),
                                   milliseconds(estimate.cycles));
    if (memory) {
      line += fmt::format(" {:>12.3f} {:>12.3f}", static_cast<double>(estimate.bytes_read) * 1e-6,
                          static_cast<double>(estimate.bytes_written) * 1e-6);
    }
    return line;
  };
  const auto bytes = [&](const Estimate& estimate, nlohmann::ordered_json& object) {
    if (!memory) return;
    object["bytes_read"] = estimate.bytes_read;
    object["bytes_written"] = estimate.bytes_written;
  };
  for (const auto& [gemm, estimate] : estimates) {
    total.Add(estimate);
    csv += CsvLine(array, gemm.name, estimate);
    if (options.json) {
      list.push_back({{"name", gemm.name},
                      {"count", gemm.count},
                      {"m", gemm.m},
                      {"n", gemm.n},
                      {"k", gemm.k},
                      {"macs", estimate.macs},
                      {"cycles", estimate.cycles},
                      {"utilization", Utilization(array, estimate.macs, estimate.cycles)}});
      bytes(estimate, list.back());
    } else {
      fmt::print("{:<{}} {:>6} {:>9} {:>6} {:>9} {}\n", gemm.name, width, gemm.count, gemm.m,
                 gemm.n, gemm.k, figures(estimate));
    }
  }
  if (options.json) {
    nlohmann::ordered_json document = {
        {"array", options.array},
        {"batch", options.batch},
        {"layers", list},
        {"macs", total.macs},
        {"total_cycles", total.cycles},
        {"utilization", Utilization(array, total.macs, total.cycles)}};
    bytes(total, document);
    document["seconds"] = milliseconds(total.cycles) * 1e-3;
    fmt::print("{}\n", document.dump(2));
  } else {
    fmt::print("{:<{}} {:>33} {}\n", "total", width, fmt::format("{} MACs", total.macs),
               figures(total));
  }
  if (!options.csv.empty()) WriteFileAtomically(options.csv, csv);
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
  command
      ->add_option("--psum-depth", options->psum_depth,
                   "Rows of the partial-sum banks; default 256, with --bus-bits 512")
      ->check(CLI::Range(2, 1 << 20));
  CLI::Option* bus = command
                         ->add_option("--bus-bits", options->bus_bits,
                                      "The whole accelerator, with a memory bus of so many bits")
                         ->check(CLI::IsMember({64, 128, 256, 512}));
  command
      ->add_option("--latency", options->latency, "Of the memory, in cycles: from address to data")
      ->check(CLI::Range(1, 1 << 20))
      ->capture_default_str()
      ->needs(bus);
  command->add_option("--csv", options->csv, "Also write a report with SCALE-Sim's columns");
  command->add_flag("--training", options->training, "Both gradients as well");
  AddJsonOption(*command, options->json);
  command->footer(
      "The cycles are those of sumac_core, its streams never waiting, or, with --bus-bits, of the\n"
      "whole accelerator from memory to memory; both equal the simulation's. MACs in dilation "
      "gaps\n"
      "count. Batch norm and activations are not in them.\n\n"
      "Examples:\n"
      "  sumac cycles --network resnet20 --array 16x16 --bus-bits 128 --batch 8 --training\n"
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
