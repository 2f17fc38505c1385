// SPDX-License-Identifier: Apache-2.0
#include "sw/train/schedule.h"

#include "model/float_mode.h"
#include "sw/nn/affine.h"
#include "sw/nn/math.h"

namespace sumac {
namespace {

double IeeeRate(const TrainConfig& config, const ScheduleSteps& steps, std::int64_t step) {
  if (step < steps.warmup) {
    return config.lr * static_cast<double>(step + 1) / static_cast<double>(steps.warmup);
  }
  if (config.schedule == "cosine") {
    const double t =
        static_cast<double>(step - steps.warmup) / static_cast<double>(steps.total - steps.warmup);
    return config.lr * (1 + CosPi(t)) / 2;
  }
  if (config.schedule == "step" && 2 * step >= steps.total) {
    return 4 * step >= 3 * steps.total ? config.lr / 100 : config.lr / 10;
  }
  return config.lr;
}

float AffineRate(const TrainConfig& config, const ScheduleSteps& steps, std::int64_t step) {
  const auto lr = static_cast<float>(config.lr);
  if (step < steps.warmup) {
    return affine::Divide(affine::Multiply(lr, static_cast<float>(step + 1)),
                          static_cast<float>(steps.warmup));
  }
  if (config.schedule == "cosine") {
    const float t = affine::Divide(static_cast<float>(step - steps.warmup),
                                   static_cast<float>(steps.total - steps.warmup));
    const float rest = 1.0f - t;
    const float share = t < 0.5f ? 1.0f - affine::Multiply(2.0f, affine::Multiply(t, t))
                                 : affine::Multiply(2.0f, affine::Multiply(rest, rest));
    return affine::Multiply(lr, share);
  }
  if (config.schedule == "step" && 2 * step >= steps.total) {
    return affine::Divide(lr, 4 * step >= 3 * steps.total ? 100.0f : 10.0f);
  }
  return lr;
}

}  // namespace

ScheduleSteps CountSteps(const TrainConfig& config, std::int64_t steps_per_epoch) {
  const ScopedFloatMode mode;
  return {static_cast<std::int64_t>(config.warmup * static_cast<double>(steps_per_epoch)),
          config.epochs * steps_per_epoch};
}

double LearningRate(const TrainConfig& config, const ScheduleSteps& steps, std::int64_t step) {
  const ScopedFloatMode mode;
  return config.mul_free == MulFree::kAll ? static_cast<double>(AffineRate(config, steps, step))
                                          : IeeeRate(config, steps, step);
}

}  // namespace sumac
