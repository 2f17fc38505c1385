// SPDX-License-Identifier: Apache-2.0
#include "sw/train/step.h"

#include <cmath>
#include <vector>

namespace sumac {

BatchResult ComputeGradients(const TrainConfig& config, std::int64_t epoch, const Dataset& train,
                             const Normaliser& normalise, std::span<const std::int64_t> images,
                             ResNetTraining& graph) {
  const Batch batch = graph.BatchOf(static_cast<std::int64_t>(images.size()));
  const auto own = images.subspan(static_cast<std::size_t>(batch.Begin()),
                                  static_cast<std::size_t>(batch.Own()));
  const auto words = static_cast<std::size_t>(train.height * train.width * train.channels);
  std::vector<std::uint8_t> labels(own.size());
#pragma omp parallel for schedule(static)
  for (std::size_t i = 0; i < own.size(); ++i) {
    const std::int64_t image = own[i];
    const Augmentation augmentation = config.augment == "none"
                                          ? Augmentation{}
                                          : PadCropFlip(config.seed, epoch, image, train.height);
    LoadImage(train, normalise, image, augmentation, graph.input().subspan(i * words, words));
    labels[i] = train.labels[static_cast<std::size_t>(image)];
  }
  BatchResult result;
  result.logits = graph.Forward(batch.images());
  result.loss =
      SoftmaxCrossEntropy(batch, train.classes, result.logits, labels,
                          graph.logit_gradient().first(result.logits.size()), config.mul_free);
  if (std::isfinite(result.loss.sum)) graph.Backward();
  return result;
}

}  // namespace sumac
