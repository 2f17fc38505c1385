// SPDX-License-Identifier: Apache-2.0
// Random jobs for `verify`: every kind of view, start value, epilogue and operand that a device
// must take, from a seed.
#ifndef SUMAC_SW_CLI_RANDOM_JOB_H_
#define SUMAC_SW_CLI_RANDOM_JOB_H_

#include <cstdint>
#include <string>
#include <vector>

#include "model/device.h"
#include "sw/cli/random_words.h"

namespace sumac {

// Jobs in their order, and in words what they are.
struct RandomJobs {
  std::vector<Job> jobs;
  std::string description;  // "A im2col of unit words, B transposed of corner words, ..."
};

// One GEMM for an array of rows x columns, its operands in buffers of `device`: M and N from 1, K
// from 0, around and across the array's tiles.
RandomJobs MakeRandomGemm(Device& device, CaseRandom& random, const Arithmetic& arithmetic,
                          int rows, int columns);

// What a random layer may be.
struct LayerLimits {
  std::int64_t macs = 0;      // of one of its passes
  bool power_of_two = false;  // its stride has to be one
};

// A convolution layer: a job a group for its forward pass, its input gradient and its weight
// gradient, of which some may be left out. In some layers the gradients are taken at the layer's
// own output, so that a job needs the words of the one before.
RandomJobs MakeRandomLayer(Device& device, CaseRandom& random, const Arithmetic& arithmetic,
                           const LayerLimits& limits);

// Gives the job each step of the epilogue with probability 1/2, and says so.
void AddRandomEpilogue(Device& device, CaseRandom& random, Job& job, std::string& description);

}  // namespace sumac

#endif  // SUMAC_SW_CLI_RANDOM_JOB_H_
