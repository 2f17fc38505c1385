// SPDX-License-Identifier: Apache-2.0
// GEMM kernels on the shapes that train ResNet-20, beside this CPU's register-only peak. Rates are
// multiply-accumulates a second (GMAC/s in "G"), packing included.
#include <benchmark/benchmark.h>

#include <utility>

#include "model/float_mode.h"
#include "tests/bench/register_peak.h"
#include "tests/model/gemm_cases.h"

namespace sumac::testing {
namespace {

void SetRate(benchmark::State& state, double macs) {
  state.counters["MAC/s"] = benchmark::Counter(macs * static_cast<double>(state.iterations()),
                                               benchmark::Counter::kIsRate);
}

#if defined(__x86_64__)
void RegisterPeak(benchmark::State& state) {
  const ScopedFloatMode mode;
  constexpr std::int64_t kSteps = 1 << 16;
  for (auto _ : state) benchmark::DoNotOptimize(AddInRegisters(kSteps));
  SetRate(state, PeakMacs(kSteps));
}
#endif

constexpr Conv kFirst{.images = 128, .h = 32, .w = 32, .in = 3, .out = 16};
constexpr Conv kFirstGrey{.images = 128, .h = 28, .w = 28, .in = 1, .out = 16};
constexpr Conv kStage1{.images = 128, .h = 32, .w = 32, .in = 16, .out = 16};
constexpr Conv kStage2{.images = 128, .h = 16, .w = 16, .in = 32, .out = 32};
constexpr Conv kStage3{.images = 128, .h = 8, .w = 8, .in = 64, .out = 64};
constexpr Conv kDown2{.images = 128, .h = 32, .w = 32, .in = 16, .out = 32, .stride = 2};
constexpr Conv kDown3{.images = 128, .h = 16, .w = 16, .in = 32, .out = 64, .stride = 2};
constexpr Conv kGrey1{.images = 128, .h = 28, .w = 28, .in = 16, .out = 16};
constexpr Conv kGrey2{.images = 128, .h = 14, .w = 14, .in = 32, .out = 32};
constexpr Conv kGrey3{.images = 128, .h = 7, .w = 7, .in = 64, .out = 64};

constexpr std::pair<const char*, Conv> kConvs[] = {
    {"first_32x32x3", kFirst},    {"first_28x28x1", kFirstGrey}, {"stage1_32x32x16", kStage1},
    {"stage2_16x16x32", kStage2}, {"stage3_8x8x64", kStage3},    {"down2_32x32x16", kDown2},
    {"down3_16x16x32", kDown3},   {"stage1_28x28x16", kGrey1},   {"stage2_14x14x32", kGrey2},
    {"stage3_7x7x64", kGrey3}};
constexpr std::pair<const char*, Pass> kPasses[] = {{"forward", Pass::kForward},
                                                    {"input_gradient", Pass::kInputGradient},
                                                    {"weight_gradient", Pass::kWeightGradient}};

void RunJob(benchmark::State& state, Device& device, const Job& job) {
  device.Run(job);  // makes the device's room
  for (auto _ : state) device.Run(job);
  SetRate(state,
          static_cast<double>(job.m) * static_cast<double>(job.n) * static_cast<double>(job.k));
}

void RunConv(benchmark::State& state, const std::string& kernel, int threads, Product product,
             const Conv& conv, Pass pass) {
  const std::unique_ptr<Device> device = MakeSimdDevice(threads, kernel);
  Random random(1);
  // Activations after ReLU are half zeros; gradients and weights are dense.
  const bool gradient = pass == Pass::kInputGradient;
  Job job = MakeConvJob(*device, conv, pass, random, gradient ? Words::kNormal : Words::kActivation,
                        Words::kNormal);
  job.arithmetic.product = product;
  RunJob(state, *device, job);
}

void RunMatrix(benchmark::State& state, const std::string& kernel, int threads,
               const MatrixShape& shape, Words a) {
  const std::unique_ptr<Device> device = MakeSimdDevice(threads, kernel);
  Random random(1);
  RunJob(state, *device, MakeMatrixJob(*device, shape, random, a, Words::kNormal));
}

void Register() {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) {
    benchmark::RegisterBenchmark("register_peak/avx512", RegisterPeak);
    benchmark::RegisterBenchmark("register_peak/avx512", RegisterPeak)->Threads(2)->UseRealTime();
  }
#endif
  const auto add = [](const std::string& name, auto... arguments) {
    benchmark::RegisterBenchmark(name.c_str(), arguments...)->UseRealTime()->MinTime(0.2);
  };
  for (const std::string& kernel : KernelNames()) {
    for (const int threads : {1, 2}) {
      const std::string variant = "/" + kernel + "/threads:" + std::to_string(threads);
      for (const auto& [conv_name, conv] : kConvs) {
        for (const auto& [pass_name, pass] : kPasses) {
          const std::string name = std::string(conv_name) + "/" + pass_name + variant;
          add("pam/" + name, RunConv, kernel, threads, Product::kPam, conv, pass);
          add("ieee/" + name, RunConv, kernel, threads, Product::kIeee, conv, pass);
        }
      }
      add("pam/matrix_1024" + variant, RunMatrix, kernel, threads,
          MatrixShape{.m = 1024, .n = 1024, .k = 1024}, Words::kNormal);
      add("pam/matrix_1024_relu" + variant, RunMatrix, kernel, threads,
          MatrixShape{.m = 1024, .n = 1024, .k = 1024}, Words::kActivation);
      add("pam/linear_128x10x64" + variant, RunMatrix, kernel, threads,
          MatrixShape{.m = 128, .n = 10, .k = 64, .b_transposed = true}, Words::kNormal);
      add("pam/small_10x64" + variant, RunMatrix, kernel, threads,
          MatrixShape{.m = 1, .n = 10, .k = 64, .b_transposed = true}, Words::kNormal);
    }
  }
}

const bool kRegistered = (Register(), true);

}  // namespace
}  // namespace sumac::testing
