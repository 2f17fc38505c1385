// SPDX-License-Identifier: Apache-2.0
// The learning rate of each step.
#ifndef SUMAC_SW_TRAIN_SCHEDULE_H_
#define SUMAC_SW_TRAIN_SCHEDULE_H_

#include <cstdint>

#include "sw/train/config.h"

namespace sumac {

// Of step 0 .. epochs * steps_per_epoch - 1, in binary64. Of W = floor(warmup * steps_per_epoch)
// steps, step t has lr * (t + 1) / W. Of the other T steps, step W + t has, by the schedule:
//   cosine    lr * (1 + cos(pi * t / T)) / 2
//   step      lr, a tenth from half of all steps on, a hundredth from three quarters on
//   constant  lr
double LearningRate(const TrainConfig& config, std::int64_t steps_per_epoch, std::int64_t step);

}  // namespace sumac

#endif  // SUMAC_SW_TRAIN_SCHEDULE_H_
