// SPDX-License-Identifier: Apache-2.0
// Runs the inference graph over images and counts.
#ifndef SUMAC_SW_TRAIN_EVALUATE_H_
#define SUMAC_SW_TRAIN_EVALUATE_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "sw/io/dataset.h"
#include "sw/nn/context.h"
#include "sw/nn/resnet.h"

namespace sumac {

struct EvalResult {
  std::int64_t images = 0;
  double accuracy = 0;              // in [0, 1]
  double loss = 0;                  // mean cross-entropy
  std::uint32_t logits_crc32 = 0;   // LogitsCrc32
  std::vector<float> logits;        // images x classes
  std::vector<LayerReport> layers;  // one a job and batch, in order
};

// The first `images` of the data set, `batch` at a time. `progress` (may be empty) is called with
// the number of images done after each batch; where it returns false the rest is left out. Throws
// Error where the images do not fit the network or there are fewer.
EvalResult Evaluate(Context& context, const ResNet& net, const Dataset& data, std::int64_t images,
                    std::int64_t batch, const std::function<bool(std::int64_t)>& progress = {});

// zlib's CRC-32 of the logits' little-endian words, in order.
std::uint32_t LogitsCrc32(std::span<const float> logits);

// Throws Error, telling both, where the images or classes are not the network's.
void CheckFits(const Dataset& data, const ResNetConfig& net);

}  // namespace sumac

#endif  // SUMAC_SW_TRAIN_EVALUATE_H_
