// SPDX-License-Identifier: Apache-2.0
// Softmax cross-entropy.
#ifndef SUMAC_SW_NN_LOSS_H_
#define SUMAC_SW_NN_LOSS_H_

#include <cstdint>
#include <span>

#include "sw/nn/batch.h"
#include "sw/nn/mul_free.h"

namespace sumac {

struct LossResult {
  double sum = 0;            // of the images' losses, in order
  std::int64_t correct = 0;  // images whose label has the greatest logit, the first such
};

// Of the batch's images this rank has labels.size(), and logits is labels.size() x classes; the
// result is the whole batch's. In binary64 an image: the logits less the greatest, their
// exponentials e, the sum z of e in order; loss = ln z - (logit of the label less the greatest).
// A gradient, where not empty, becomes (e / z - [class is the label]) / images, rounded once.
// With MulFree::kAll: docs/arithmetic.md, "Outside the folds, --mul-free all".
LossResult SoftmaxCrossEntropy(const Batch& batch, std::int64_t classes,
                               std::span<const float> logits, std::span<const std::uint8_t> labels,
                               std::span<float> gradient, MulFree mul_free = MulFree::kGemm);

// The same of a batch that this process has alone.
inline LossResult SoftmaxCrossEntropy(std::int64_t classes, std::span<const float> logits,
                                      std::span<const std::uint8_t> labels,
                                      std::span<float> gradient,
                                      MulFree mul_free = MulFree::kGemm) {
  return SoftmaxCrossEntropy(Batch(static_cast<std::int64_t>(labels.size())), classes, logits,
                             labels, gradient, mul_free);
}

}  // namespace sumac

#endif  // SUMAC_SW_NN_LOSS_H_
