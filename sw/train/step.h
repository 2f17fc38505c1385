// SPDX-License-Identifier: Apache-2.0
// One batch through the training graph.
#ifndef SUMAC_SW_TRAIN_STEP_H_
#define SUMAC_SW_TRAIN_STEP_H_

#include <cstdint>
#include <span>

#include "sw/io/dataset.h"
#include "sw/nn/loss.h"
#include "sw/nn/resnet.h"
#include "sw/train/config.h"
#include "sw/train/images.h"

namespace sumac {

struct BatchResult {
  // This rank's images x classes; the graph's, until its next Forward.
  std::span<const float> logits;
  LossResult loss;  // the whole batch's
};

// Shows the images of a batch (indices into `train`, augmented as `config` says for this epoch) to
// the network and leaves the loss's gradient in its parameters, each rank its own images. Where the
// loss is not finite it does not: there is nothing to learn from.
BatchResult ComputeGradients(const TrainConfig& config, std::int64_t epoch, const Dataset& train,
                             const Normaliser& normalise, std::span<const std::int64_t> images,
                             ResNetTraining& graph);

}  // namespace sumac

#endif  // SUMAC_SW_TRAIN_STEP_H_
