// SPDX-License-Identifier: Apache-2.0
#include "sw/driver/estimate.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <deque>
#include <utility>

#include "model/error.h"
#include "sw/driver/predict.h"

namespace sumac {
namespace {

constexpr int kMostRows = 4096;
// Defaults of the RTL's parameters.
constexpr std::int64_t kCorePsumDepth = 256;
constexpr std::int64_t kAcceleratorPsumDepth = 512;
constexpr std::int64_t kWindowWords = 32768;
constexpr int kMostAcceleratorRows = 128;

// sumac_top as it is by default, around this array.
AcceleratorShape MakeAccelerator(const ArrayShape& array, int bus_bits) {
  if (std::max(array.rows, array.columns) > kMostAcceleratorRows) {
    throw Error(
        fmt::format("An array of {}x{} with a memory bus: the accelerator has at most {} rows and "
                    "columns.",
                    array.rows, array.columns, kMostAcceleratorRows));
  }
  AcceleratorShape shape;
  shape.rows = array.rows;
  shape.columns = array.columns;
  shape.adder_depth = array.adder_depth;
  shape.psum_depth = array.psum_depth;
  shape.bus_words = bus_bits / 32;
  shape.a_words = shape.b_words = kWindowWords;
  return shape;
}

Estimate MakeEstimate(const EstimateOptions& options, const TopologyLayer& layer,
                      const LayerGemm& gemm) {
  const ArrayShape& array = options.array;
  Estimate estimate;
  estimate.macs = gemm.count * gemm.m * gemm.n * gemm.k;
  estimate.places = gemm.count * gemm.m * DivideUp(gemm.n, array.columns) *
                    DivideUp(gemm.k, array.rows) * array.Elements();
  if (options.bus_bits == 0) {
    estimate.cycles = gemm.count * JobCycles(array, gemm.m, gemm.n, gemm.k);
    return estimate;
  }
  const AcceleratorShape shape = MakeAccelerator(array, options.bus_bits);
  AcceleratorTiming memory;
  memory.latency = options.latency;
  memory.result_depth = std::max(memory.result_depth, array.psum_depth);
  const AcceleratorCounts counts =
      PredictJob(shape, TimingOf(shape, memory), TopologyJob(layer, options.batch, gemm.pass));
  const std::int64_t beat_bytes = options.bus_bits / 8;
  estimate.cycles = gemm.count * counts.cycles;
  estimate.bytes_read = gemm.count * counts.read_beats * beat_bytes;
  estimate.bytes_written = gemm.count * counts.write_beats * beat_bytes;
  return estimate;
}

// Estimates of layers that differ in more than their names.
class Estimates {
 public:
  const Estimate& Get(const EstimateOptions& options, TopologyLayer layer, const LayerGemm& gemm) {
    layer.name.clear();
    for (const auto& known : known_) {
      if (known.pass == gemm.pass && known.layer == layer) return known.estimate;
    }
    Estimate estimate = MakeEstimate(options, layer, gemm);
    return known_.emplace_back(Known{layer, gemm.pass, estimate}).estimate;
  }

 private:
  struct Known {
    TopologyLayer layer;
    Pass pass = Pass::kForward;
    Estimate estimate;
  };
  std::deque<Known> known_;
};

}  // namespace

void Estimate::Add(const Estimate& more) {
  macs += more.macs;
  cycles += more.cycles;
  bytes_read += more.bytes_read;
  bytes_written += more.bytes_written;
  places += more.places;
}

ArrayShape ParseArrayShape(const std::string& text, int adder_depth, std::int64_t psum_depth,
                           int bus_bits) {
  ArrayShape array{.adder_depth = adder_depth, .psum_depth = psum_depth};
  if (array.psum_depth == 0) {
    array.psum_depth = bus_bits == 0 ? kCorePsumDepth : kAcceleratorPsumDepth;
  }
  const char* end = text.data() + text.size();
  const auto rows = std::from_chars(text.data(), end, array.rows);
  const bool cross = rows.ec == std::errc() && rows.ptr != end && *rows.ptr == 'x';
  const auto columns = cross ? std::from_chars(rows.ptr + 1, end, array.columns) : rows;
  const auto legal = [](int size) { return size >= 1 && size <= kMostRows; };
  if (!cross || columns.ec != std::errc() || columns.ptr != end || !legal(array.rows) ||
      !legal(array.columns)) {
    throw Error(fmt::format("The array '{}' is not ROWSxCOLUMNS with 1 to {} of each, as in 16x16.",
                            text, kMostRows));
  }
  return array;
}

std::vector<LayerEstimate> EstimateNetwork(const std::vector<TopologyLayer>& layers,
                                           const EstimateOptions& options) {
  std::vector<LayerEstimate> result;
  Estimates estimates;
  for (LayerGemm& gemm : LowerTopology(layers, options.batch, options.training)) {
    const Estimate& estimate = estimates.Get(options, layers[gemm.layer], gemm);
    result.push_back({std::move(gemm), estimate});
  }
  return result;
}

}  // namespace sumac
