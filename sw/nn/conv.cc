// SPDX-License-Identifier: Apache-2.0
#include "sw/nn/conv.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

#include "model/float_mode.h"
#include "sw/nn/sums.h"

namespace sumac {
namespace {

// The im2col view of x: outer (image, oy, ox), k (r, q, ic).
View InputView(const ConvGeometry& g, std::int64_t images, const Tensor& x) {
  View view;
  view.buffer = x.buffer;
  view.outer = {Digit{.extent = images, .stride = g.InputWords()},
                Digit{.extent = g.OutHeight(), .y = g.stride},
                Digit{.extent = g.OutWidth(), .x = g.stride}};
  view.k = {Digit{.extent = g.kernel, .y = 1}, Digit{.extent = g.KernelWidth(), .x = 1},
            Digit{.extent = g.in_channels, .stride = 1}};
  view.y = {.extent = g.height, .stride = g.width * g.InputPitch(), .padding = g.padding};
  view.x = {.extent = g.width, .stride = g.InputPitch(), .padding = g.padding};
  return view;
}

}  // namespace

Job ConvForwardJob(const ConvGeometry& g, std::int64_t images, const Tensor& x, const Tensor& w,
                   const Tensor* bias, const Tensor& y) {
  Job job;
  job.m = images * g.OutHeight() * g.OutWidth();
  job.n = g.out_channels;
  job.k = g.kernel * g.KernelWidth() * g.in_channels;
  job.a = InputView(g, images, x);
  job.b = MatrixOperand(w.buffer, 0, job.n, job.k, job.k, 1);
  if (bias != nullptr) job.c_in = MatrixView{.buffer = bias->buffer};
  job.c = {.buffer = y.buffer, .row_stride = g.OutputPitch()};
  return job;
}

Job ConvInputGradientJob(const ConvGeometry& g, std::int64_t images, const Tensor& dy,
                         const Tensor& w, const Tensor& dx, bool accumulate) {
  Job job;
  job.m = images * g.height * g.width;
  job.n = g.in_channels;
  job.k = g.kernel * g.KernelWidth() * g.out_channels;
  job.a.buffer = dy.buffer;
  job.a.outer = {Digit{.extent = images, .stride = g.OutputWords()},
                 Digit{.extent = g.height, .y = 1}, Digit{.extent = g.width, .x = 1}};
  job.a.k = {Digit{.extent = g.kernel, .y = 1}, Digit{.extent = g.KernelWidth(), .x = 1},
             Digit{.extent = g.out_channels, .stride = 1}};
  job.a.y = {.extent = g.OutHeight(),
             .stride = g.OutWidth() * g.OutputPitch(),
             .padding = g.kernel - 1 - g.padding,
             .dilation = g.stride};
  job.a.x = {.extent = g.OutWidth(),
             .stride = g.OutputPitch(),
             .padding = g.KernelWidth() - 1 - g.padding,
             .dilation = g.stride};
  // The rotated kernel: the last position first.
  const std::int64_t row = g.KernelWidth() * g.in_channels;
  job.b.buffer = w.buffer;
  job.b.offset = g.kernel * row - g.in_channels;
  job.b.outer[2] = {.extent = g.in_channels, .stride = 1};
  job.b.k = {Digit{.extent = g.kernel, .stride = -row},
             Digit{.extent = g.KernelWidth(), .stride = -g.in_channels},
             Digit{.extent = g.out_channels, .stride = g.kernel * row}};
  job.c = {.buffer = dx.buffer, .row_stride = g.InputPitch()};
  if (accumulate) job.c_in = job.c;
  return job;
}

Job ConvWeightGradientJob(const ConvGeometry& g, std::int64_t first, std::int64_t images,
                          const Tensor& x, const Tensor& dy, const Tensor& dw) {
  Job job;
  job.m = g.kernel * g.KernelWidth() * g.in_channels;
  job.n = g.out_channels;
  job.k = images * g.OutHeight() * g.OutWidth();
  job.a = InputView(g, images, x);
  job.a.offset = first * g.InputWords();
  std::swap(job.a.outer, job.a.k);
  job.b = MatrixOperand(dy.buffer, first * g.OutputWords(), job.n, 1, job.k, g.OutputPitch());
  job.c = {.buffer = dw.buffer, .row_stride = 1, .column_stride = job.m};
  return job;
}

Conv::Conv(Device& device, std::string name, const ConvGeometry& geometry, bool bias)
    : name_(std::move(name)), geometry_(geometry) {
  std::vector<std::int64_t> shape = {geometry.out_channels, geometry.in_channels};
  if (geometry.kernel > 1) shape.insert(shape.end(), {geometry.kernel, geometry.kernel});
  weight_ = MakeParameter(device, name_ + ".weight", std::move(shape), true);
  if (bias) bias_ = MakeParameter(device, name_ + ".bias", {geometry.out_channels}, false);
}

Job Conv::ForwardJob(const Context& context, std::int64_t images, const Tensor& x,
                     const Tensor& y) const {
  Job job = ConvForwardJob(geometry_, images, x, weight_.value, bias_ ? &bias_->value : nullptr, y);
  job.name = name_ + " forward";
  job.arithmetic = context.forward;
  return job;
}

void Conv::Forward(Context& context, std::int64_t images, const Tensor& x, const Tensor& y) const {
  const Job job = ForwardJob(context, images, x, y);
  RunJobs(context, {&job, 1});
}

void Conv::InputGradient(Context& context, std::int64_t images, const Tensor& dy, const Tensor& dx,
                         bool accumulate) const {
  Job job = ConvInputGradientJob(geometry_, images, dy, weight_.value, dx, accumulate);
  job.name = name_ + " input-gradient";
  job.arithmetic = context.backward;
  RunJobs(context, {&job, 1});
}

std::vector<Job> Conv::WeightGradientJobs(const Context& context, std::int64_t images,
                                          const Tensor& x, const Tensor& dy,
                                          std::span<const Tensor> partial) const {
  const Batch batch = context.BatchOf(images);
  std::vector<Job> jobs;
  for (int i = 0; i < batch.ShardsOfRank(); ++i) {
    const int shard = batch.FirstShard() + i;
    const std::int64_t first = batch.ShardBegin(shard);
    const std::int64_t end = batch.ShardBegin(shard + 1);
    const Tensor& dw = i == 0 ? weight_.gradient : partial[static_cast<std::size_t>(i) - 1];
    jobs.push_back(ConvWeightGradientJob(geometry_, first - batch.Begin(), end - first, x, dy, dw));
    jobs.back().name = name_ + " weight-gradient";
    jobs.back().arithmetic = context.backward;
  }
  return jobs;
}

void Conv::BiasGradient(const Batch& batch, const Tensor& dy) const {
  const std::int64_t rows = geometry_.OutHeight() * geometry_.OutWidth();
  const std::int64_t channels = geometry_.out_channels;
  const std::vector<double> sums = SumImages(batch, channels, [&](std::int64_t image, double* sum) {
    const float* row = dy.values.data() + image * rows * channels;
    for (std::int64_t r = 0; r < rows; ++r, row += channels) {
      for (std::int64_t c = 0; c < channels; ++c) sum[c] += static_cast<double>(row[c]);
    }
  });
  for (std::size_t c = 0; c < sums.size(); ++c) {
    bias_->gradient.values[c] = static_cast<float>(sums[c]);
  }
}

void Conv::Backward(Context& context, std::int64_t images, const Tensor& x, const Tensor& dy,
                    const Tensor* dx, bool accumulate) const {
  if (dx != nullptr) InputGradient(context, context.BatchOf(images).Own(), dy, *dx, accumulate);
  const ConvPass pass{*this, x, dy};
  ParameterGradients(context, images, {&pass, 1});
}

void ParameterGradients(Context& context, std::int64_t images, std::span<const ConvPass> passes) {
  const ScopedFloatMode mode;
  const Batch batch = context.BatchOf(images);
  std::vector<std::vector<Tensor>> partial;  // a pass's gradients of this rank's shards but one
  std::vector<Job> jobs;
  for (const ConvPass& pass : passes) {
    std::vector<Tensor>& sums = partial.emplace_back();
    for (int i = 1; i < batch.ShardsOfRank(); ++i) {
      sums.push_back(MakeTensor(context.device, pass.conv.geometry().WeightWords()));
    }
    std::ranges::move(pass.conv.WeightGradientJobs(context, images, pass.x, pass.dy, sums),
                      std::back_inserter(jobs));
  }
  RunJobs(context, jobs);
  for (std::size_t i = 0; i < passes.size(); ++i) {
    const Conv& conv = passes[i].conv;
    const std::span<float> sum = conv.weight().gradient.values;
    std::vector<std::span<const float>> shards = {sum};
    for (const Tensor& more : partial[i]) shards.emplace_back(more.values);
    batch.SumShards(shards, sum);
    if (conv.bias()) conv.BiasGradient(batch, passes[i].dy);
  }
}

}  // namespace sumac
