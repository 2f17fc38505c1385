// SPDX-License-Identifier: Apache-2.0
// Speed of the Verilated arrays: one GEMM (a layer of ResNet-20: M 2048, K 144, N 32) on every
// array, one thread. Rates are simulated clock cycles and multiply-accumulates a second of host
// time, tiling and packing included.
#include <benchmark/benchmark.h>

#include <random>

#include "model/names.h"
#include "sim/rtl.h"

namespace sumac {
namespace {

void RunArray(benchmark::State& state, const RtlArray& array) {
  RtlOptions options;
  options.array = array.Geometry();
  options.arithmetic = array.arithmetic;
  options.threads = 1;
  const auto device = MakeRtlDevice(options);
  constexpr std::int64_t kM = 2048;
  constexpr std::int64_t kN = 32;
  constexpr std::int64_t kK = 144;
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  const auto fill = [&](std::int64_t words) {
    BufferPtr buffer = device->Allocate(words);
    for (float& word : device->Map(*buffer)) word = normal(random);
    return buffer;
  };
  Job job;
  job.name = "bench";
  job.m = kM;
  job.n = kN;
  job.k = kK;
  job.arithmetic = array.arithmetic;
  job.a = MatrixOperand(fill(kM * kK), 0, kM, kK, kK, 1);
  job.b = MatrixOperand(fill(kN * kK), 0, kN, kK, kK, 1);
  job.c = {.buffer = device->Allocate(kM * kN), .row_stride = kN};
  double cycles = 0;
  for (auto _ : state) cycles += static_cast<double>(device->Run(job).cycles);
  state.counters["cycle/s"] = benchmark::Counter(cycles, benchmark::Counter::kIsRate);
  state.counters["MAC/s"] = benchmark::Counter(
      static_cast<double>(kM * kN * kK * state.iterations()), benchmark::Counter::kIsRate);
}

const int registered = [] {
  for (const RtlArray& array : RtlArrays()) {
    const std::string name = "Rtl/" + array.Geometry() + "/" +
                             ProductName(array.arithmetic.product) + "/" +
                             FormatName(array.arithmetic.mantissa_bits);
    benchmark::RegisterBenchmark(name.c_str(), RunArray, array)->Unit(benchmark::kMillisecond);
  }
  return 0;
}();

}  // namespace
}  // namespace sumac
