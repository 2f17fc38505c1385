// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sw/cli/random_job.h"
#include "sw/nn/conv.h"

namespace sumac {
namespace {

// In half of the layers a group's channels are a multiple of 16: those the kernels treat in ways of
// their own.
std::int64_t RandomChannels(CaseRandom& random, bool by_16) {
  return by_16 ? 16 * random.Between(1, 3) : random.Between(1, 20);
}

ConvGeometry RandomGeometry(CaseRandom& random, const LayerLimits& limits, std::int64_t images) {
  for (;;) {
    ConvGeometry g;
    const bool by_16 = random.OneIn(2);
    g.height = random.Between(1, 16);
    g.width = random.Between(1, 16);
    g.in_channels = RandomChannels(random, by_16);
    g.out_channels = RandomChannels(random, by_16);
    g.groups = random.OneIn(4) ? random.Between(2, 4) : 1;
    g.kernel = random.OneIn(2) ? 3 : random.Between(1, 5);
    if (random.OneIn(4)) g.kernel_width = random.Between(1, 5);
    g.stride = random.OneIn(2) ? 1 : random.Between(2, 4);
    if (limits.power_of_two && g.stride == 3) g.stride = 8;
    g.padding = random.OneIn(2) ? (g.kernel - 1) / 2 : random.Between(0, g.kernel);
    const std::int64_t extent = 2 * g.padding;
    if (g.height + extent < g.kernel || g.width + extent < g.KernelWidth()) continue;
    const std::int64_t taps = g.groups * g.WeightWords();
    const std::int64_t pixels = std::max(g.height * g.width, g.OutHeight() * g.OutWidth());
    if (images * taps * pixels <= limits.macs) return g;
  }
}

}  // namespace

RandomJobs MakeRandomLayer(Device& device, CaseRandom& random, const Arithmetic& arithmetic,
                           const LayerLimits& limits) {
  const std::int64_t images = random.Between(1, 3);
  const ConvGeometry g = RandomGeometry(random, limits, images);
  RandomJobs result;
  std::string& text = result.description;
  text = fmt::format(
      "layer of {} x {} x {} x {} to {} channels, {} groups, kernel {} x {}, stride {}, padding "
      "{};",
      images, g.height, g.width, g.in_channels, g.out_channels, g.groups, g.kernel, g.KernelWidth(),
      g.stride, g.padding);

  // The words that training has, or any.
  const bool training = random.OneIn(2);
  const auto tensor = [&](const char* name, WordKind usual, std::int64_t words) {
    const WordKind kind = training ? usual : RandomKind(random);
    text += fmt::format(" {} of {} words,", name, Name(kind));
    return Tensor{RandomBuffer(device, random, kind, words), {}};
  };
  const Tensor x = tensor("x", WordKind::kActivation, images * g.InputWords());
  const Tensor w = tensor("w", WordKind::kUnit, g.groups * g.WeightWords());
  const Tensor y = tensor("y", WordKind::kUnit, images * g.OutputWords());
  const Tensor bias = tensor("bias", WordKind::kUnit, g.OutputPitch());
  const bool has_bias = random.OneIn(2);
  const bool own_output = random.OneIn(3);
  const Tensor dy = own_output ? y : tensor("dy", WordKind::kFewSpecials, images * g.OutputWords());
  const Tensor dx = tensor("dx", WordKind::kUnit, images * g.InputWords());
  const Tensor dw = tensor("dw", WordKind::kUnit, g.groups * g.WeightWords());
  const bool accumulate = random.OneIn(2);
  const std::int64_t first = random.Between(0, images - 1);  // of the weight gradient's images
  text += fmt::format("{}{} passes", own_output ? " dy is y," : "", accumulate ? " dx added," : "");

  const auto add = [&](Job job, const char* pass, std::int64_t group) {
    job.name = fmt::format("verify {} {}", pass, group);
    job.arithmetic = arithmetic;
    result.jobs.push_back(std::move(job));
    if (group == 0) text += fmt::format(" {}", pass);
  };
  if (own_output || !random.OneIn(3)) {
    for (std::int64_t group = 0; group < g.groups; ++group) {
      Job job = ConvForwardJob(g, images, x, w, has_bias ? &bias : nullptr, y);
      job.a.offset += group * g.in_channels;
      job.b.offset += group * g.WeightWords();
      job.c.offset = group * g.out_channels;
      if (job.c_in) job.c_in->offset = group * g.out_channels;
      std::string epilogue;
      if (random.OneIn(2)) AddRandomEpilogue(device, random, job, epilogue);
      add(std::move(job), "forward", group);
      text += epilogue;
    }
  }
  if (result.jobs.empty() || !random.OneIn(3)) {
    for (std::int64_t group = 0; group < g.groups; ++group) {
      Job job = ConvInputGradientJob(g, images, dy, w, dx, accumulate);
      job.a.offset += group * g.out_channels;
      job.b.offset += group * g.WeightWords();
      job.c.offset = group * g.in_channels;
      if (job.c_in) job.c_in->offset = group * g.in_channels;
      add(std::move(job), "input-gradient", group);
    }
  }
  if (!random.OneIn(3)) {
    for (std::int64_t group = 0; group < g.groups; ++group) {
      Job job = ConvWeightGradientJob(g, first, images - first, x, dy, dw);
      job.a.offset += group * g.in_channels;
      job.b.offset += group * g.out_channels;
      job.c.offset = group * g.WeightWords();
      add(std::move(job), "weight-gradient", group);
    }
  }
  return result;
}

}  // namespace sumac
