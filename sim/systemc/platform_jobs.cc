// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/platform_jobs.h"

#include <random>

#include "sw/nn/conv.h"
#include "sw/nn/tensor.h"

namespace sumac {
namespace {

constexpr std::int64_t kImages = 2;

// Tensors of numbers in [-1, 1), from a seed.
class Source {
 public:
  Source(Device& device, std::uint32_t seed) : device_(device), random_(seed) {}

  Tensor Make(std::int64_t words) {
    Tensor tensor = MakeTensor(device_, words);
    for (float& word : tensor.values) {
      word = static_cast<float>(static_cast<std::int32_t>(random_())) * 0x1p-31f;
    }
    return tensor;
  }

 private:
  Device& device_;
  std::mt19937 random_;
};

PlatformJob Forward(Device& device, const ConvGeometry& geometry) {
  Source source(device, 1);
  const Tensor x = source.Make(kImages * geometry.InputWords());
  const Tensor w = source.Make(geometry.WeightWords());
  const Tensor bias = source.Make(geometry.out_channels);
  const Tensor y = MakeTensor(device, kImages * geometry.OutputWords());
  return {ConvForwardJob(geometry, kImages, x, w, &bias, y), y.values};
}

PlatformJob InputGradient(Device& device, const ConvGeometry& geometry) {
  Source source(device, 2);
  const Tensor dy = source.Make(kImages * geometry.OutputWords());
  const Tensor w = source.Make(geometry.WeightWords());
  const Tensor dx = source.Make(kImages * geometry.InputWords());
  return {ConvInputGradientJob(geometry, kImages, dy, w, dx, true), dx.values};
}

PlatformJob WeightGradient(Device& device, const ConvGeometry& geometry) {
  Source source(device, 3);
  const Tensor x = source.Make(kImages * geometry.InputWords());
  const Tensor dy = source.Make(kImages * geometry.OutputWords());
  const Tensor dw = MakeTensor(device, geometry.WeightWords());
  return {ConvWeightGradientJob(geometry, 0, kImages, x, dy, dw), dw.values};
}

// C = ReLU((C_in + A B) * scale + shift + residual).
PlatformJob Gemm(Device& device, std::int64_t m, std::int64_t n, std::int64_t k) {
  Source source(device, 4);
  const Tensor c = MakeTensor(device, m * n);
  Job job;
  job.m = m;
  job.n = n;
  job.k = k;
  job.a = MatrixOperand(source.Make(m * k).buffer, 0, m, k, k, 1);
  job.b = MatrixOperand(source.Make(k * n).buffer, 0, n, 1, k, n);
  job.c_in = MatrixView{.buffer = source.Make(m * n).buffer, .row_stride = n};
  job.c = {.buffer = c.buffer, .row_stride = n};
  job.epilogue.affine = {{source.Make(n).buffer, 0}, {source.Make(n).buffer, 0}};
  job.epilogue.residual = MatrixView{.buffer = source.Make(m * n).buffer, .row_stride = n};
  job.epilogue.relu = true;
  return {job, c.values};
}

}  // namespace

std::vector<NamedJob> PlatformJobs(std::int64_t size) {
  ConvGeometry conv;
  conv.height = conv.width = size;
  conv.in_channels = 16;
  conv.out_channels = 32;
  conv.kernel = 3;
  conv.padding = 1;
  ConvGeometry strided = conv;
  strided.stride = 2;
  const std::int64_t m = size * size;
  return {
      {"conv 16->32 forward", [conv](Device& device) { return Forward(device, conv); }},
      {"conv 16->32 input gradient",
       [conv](Device& device) { return InputGradient(device, conv); }},
      {"conv 16->32 weight gradient",
       [conv](Device& device) { return WeightGradient(device, conv); }},
      {"conv 16->32 /2 forward", [strided](Device& device) { return Forward(device, strided); }},
      {"conv 16->32 /2 input gradient",
       [strided](Device& device) { return InputGradient(device, strided); }},
      {"conv 16->32 /2 weight gradient",
       [strided](Device& device) { return WeightGradient(device, strided); }},
      {"product with C_in and epilogue", [m](Device& device) { return Gemm(device, m, 40, 100); }},
  };
}

}  // namespace sumac
