// SPDX-License-Identifier: Apache-2.0
// The learning rate of each step.
#ifndef SUMAC_SW_TRAIN_SCHEDULE_H_
#define SUMAC_SW_TRAIN_SCHEDULE_H_

#include <cstdint>

#include "sw/train/config.h"

namespace sumac {

// A run's steps, counted once: of all `total`, the first `warmup` = floor(warmup * steps_per_epoch)
// raise the learning rate.
struct ScheduleSteps {
  std::int64_t warmup = 0;
  std::int64_t total = 0;
};
ScheduleSteps CountSteps(const TrainConfig& config, std::int64_t steps_per_epoch);

// Of step 0 .. total - 1, in binary64. Of W warm-up steps, step t has lr * (t + 1) / W. Of the
// other T steps, step W + t has, by the schedule:
//   cosine    lr * (1 + cos(pi * t / T)) / 2
//   step      lr, a tenth from half of all steps on, a hundredth from three quarters on
//   constant  lr
// With mul-free all: in binary32 by pam and padiv, the cosine being two parabolas
// (docs/arithmetic.md, "Outside the folds, --mul-free all").
double LearningRate(const TrainConfig& config, const ScheduleSteps& steps, std::int64_t step);

}  // namespace sumac

#endif  // SUMAC_SW_TRAIN_SCHEDULE_H_
