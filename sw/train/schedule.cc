// SPDX-License-Identifier: Apache-2.0
#include "sw/train/schedule.h"

#include "model/float_mode.h"
#include "sw/nn/math.h"

namespace sumac {

double LearningRate(const TrainConfig& config, std::int64_t steps_per_epoch, std::int64_t step) {
  const ScopedFloatMode mode;
  const std::int64_t total = config.epochs * steps_per_epoch;
  const auto warmup =
      static_cast<std::int64_t>(config.warmup * static_cast<double>(steps_per_epoch));
  if (step < warmup) {
    return config.lr * static_cast<double>(step + 1) / static_cast<double>(warmup);
  }
  if (config.schedule == "cosine") {
    const double t = static_cast<double>(step - warmup) / static_cast<double>(total - warmup);
    return config.lr * (1 + CosPi(t)) / 2;
  }
  if (config.schedule == "step" && 2 * step >= total) {
    return 4 * step >= 3 * total ? config.lr / 100 : config.lr / 10;
  }
  return config.lr;
}

}  // namespace sumac
