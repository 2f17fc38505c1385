// SPDX-License-Identifier: Apache-2.0
// What a network would take, by the cycle models.
#include <pybind11/stl.h>

#include "python/engine.h"
#include "sw/driver/estimate.h"

namespace sumac::python {
namespace {

using pybind11::literals::operator""_a;

pybind11::dict Figures(const ArrayShape& array, const Estimate& estimate, const char* cycles,
                       bool memory) {
  pybind11::dict figures;
  figures["macs"] = estimate.macs;
  figures[cycles] = estimate.cycles;
  figures["utilization"] = Utilization(array, estimate.macs, estimate.cycles);
  if (memory) {
    figures["bytes_read"] = estimate.bytes_read;
    figures["bytes_written"] = estimate.bytes_written;
  }
  return figures;
}

// The document of `sumac cycles --json`, but its seconds.
pybind11::dict Cycles(const std::string& network, const std::string& topology,
                      const std::string& array, std::int64_t batch, bool training, int bus_bits,
                      std::int64_t latency, int add_depth, std::int64_t psum_depth) {
  EstimateOptions options;
  options.array = ParseArrayShape(array, add_depth, psum_depth, bus_bits);
  options.batch = batch;
  options.training = training;
  options.bus_bits = bus_bits;
  options.latency = latency;
  std::vector<LayerEstimate> lines;
  {
    const pybind11::gil_scoped_release released;
    lines = EstimateNetwork(topology.empty() ? BuiltinTopology(network) : ReadTopologyCsv(topology),
                            options);
  }
  Estimate total;
  pybind11::list layers;
  for (const auto& [gemm, estimate] : lines) {
    pybind11::dict layer("name"_a = gemm.name, "count"_a = gemm.count, "m"_a = gemm.m,
                         "n"_a = gemm.n, "k"_a = gemm.k);
    layer.attr("update")(Figures(options.array, estimate, "cycles", bus_bits != 0));
    layers.append(layer);
    total.Add(estimate);
  }
  pybind11::dict document("array"_a = array, "batch"_a = batch, "layers"_a = layers);
  document.attr("update")(Figures(options.array, total, "total_cycles", bus_bits != 0));
  return document;
}

}  // namespace

void AddCycles(pybind11::module_& module) {
  module.def("cycles", &Cycles);
  module.def("networks", &TopologyNames);
}

}  // namespace sumac::python
