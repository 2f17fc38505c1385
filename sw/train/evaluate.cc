// SPDX-License-Identifier: Apache-2.0
#include "sw/train/evaluate.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <bit>

#include "model/error.h"
#include "sw/nn/loss.h"
#include "sw/train/images.h"

namespace sumac {

EvalResult Evaluate(Context& context, const ResNet& net, const Dataset& data, std::int64_t images,
                    std::int64_t batch, const std::function<bool(std::int64_t)>& progress) {
  CheckFits(data, net.config());
  if (images < 1 || images > data.count) {
    throw Error(
        fmt::format("{} images were asked for, but {} has 1 to {}", images, data.name, data.count));
  }
  if (batch < 1) throw Error(fmt::format("a batch of {} images is none: take 1 or more", batch));
  batch = std::min(batch, images);
  EvalResult result;
  Context own = context;
  own.reports = &result.layers;
  const int ranks = own.BatchOf(batch).ranks();
  ResNetInference graph(own, net, (batch + ranks - 1) / ranks);
  const Normaliser normalise(data);
  const auto words = static_cast<std::size_t>(data.height * data.width * data.channels);
  double loss = 0;
  std::int64_t correct = 0;
  while (result.images < images) {
    const std::int64_t now = std::min(batch, images - result.images);
    const Batch shared = own.BatchOf(now);
    const std::int64_t first = result.images + shared.Begin();
#pragma omp parallel for schedule(static)
    for (std::int64_t i = 0; i < shared.Own(); ++i) {
      LoadImage(data, normalise, first + i, {},
                graph.input().subspan(static_cast<std::size_t>(i) * words, words));
    }
    // Of a small batch a rank may have no image.
    const std::span<const float> own_logits =
        shared.Own() > 0 ? graph.Run(shared.Own()) : std::span<const float>{};
    const std::span<const std::uint8_t> labels(data.labels.data() + first,
                                               static_cast<std::size_t>(shared.Own()));
    const LossResult part =
        SoftmaxCrossEntropy(shared, net.config().classes, own_logits, labels, {}, context.mul_free);
    loss += part.sum;
    correct += part.correct;
    const std::vector<float> logits =
        shared.Gather(std::vector<float>(own_logits.begin(), own_logits.end()), data.classes);
    result.logits.insert(result.logits.end(), logits.begin(), logits.end());
    result.images += now;
    if (progress && !progress(result.images)) break;
  }
  result.loss = loss / static_cast<double>(result.images);
  result.accuracy = static_cast<double>(correct) / static_cast<double>(result.images);
  result.logits_crc32 = LogitsCrc32(result.logits);
  return result;
}

std::uint32_t LogitsCrc32(std::span<const float> logits) {
  static_assert(std::endian::native == std::endian::little, "the CRC is of little-endian words");
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(logits.data()), logits.size() * sizeof(float)));
}

void CheckFits(const Dataset& data, const ResNetConfig& net) {
  if (data.channels != net.channels || data.height != net.height || data.width != net.width ||
      data.classes != net.classes) {
    throw Error(
        fmt::format("{} has {} x {} x {} images of {} classes, but the network takes "
                    "{} x {} x {} and {} classes",
                    data.name, data.height, data.width, data.channels, data.classes, net.height,
                    net.width, net.channels, net.classes));
  }
}

}  // namespace sumac
