// SPDX-License-Identifier: Apache-2.0
// Random GEMM jobs for `verify`: every kind of view, start value and operand that a device must
// take, from a seed.
#ifndef SUMAC_SW_CLI_RANDOM_JOB_H_
#define SUMAC_SW_CLI_RANDOM_JOB_H_

#include <cstdint>
#include <random>
#include <string>

#include "model/device.h"

namespace sumac {

// Whole numbers from the C++ standard's 64-bit Mersenne twister, whose values the standard fixes.
class CaseRandom {
 public:
  CaseRandom(std::uint64_t seed, std::int64_t number);

  std::uint64_t Bits() { return engine_(); }
  // From low to high, both included.
  std::int64_t Between(std::int64_t low, std::int64_t high);
  bool OneIn(std::int64_t n) { return Between(1, n) == 1; }

 private:
  std::mt19937_64 engine_;
};

// A job for an array of rows x columns, its operands in buffers of `device`: M and N from 1, K
// from 0, around and across the array's tiles.
struct RandomJob {
  Job job;
  std::string description;  // "A im2col of unit words, B transposed of corner words, ..."
};
RandomJob MakeRandomJob(Device& device, CaseRandom& random, const Arithmetic& arithmetic, int rows,
                        int columns);

}  // namespace sumac

#endif  // SUMAC_SW_CLI_RANDOM_JOB_H_
