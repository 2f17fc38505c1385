// SPDX-License-Identifier: Apache-2.0
// Random GEMM jobs for the tests: operand distributions, and the views that a network makes.
#ifndef SUMAC_TESTS_MODEL_GEMM_CASES_H_
#define SUMAC_TESTS_MODEL_GEMM_CASES_H_

#include <cstdint>
#include <random>
#include <string>

#include "model/device.h"
#include "model/devices.h"

namespace sumac::testing {

using Random = std::mt19937_64;

// How operand words are drawn.
enum class Words {
  kNormal,      // a normal distribution: what training has
  kActivation,  // the same after ReLU: half of them zeros
  kBits,        // any bit pattern
  kHuge,        // the top exponents
  kTiny,        // the bottom exponents, and subnormals
  kEdge,        // zeros of both signs, infinities, NaNs, least and greatest normals, ones
  kMixture,     // mostly normal, a few of any of the above
  kNoFinite,    // infinities and NaNs among normals
  kGradient,    // normals and hardly a zero or a subnormal
};
inline constexpr Words kAllWords[] = {Words::kNormal,  Words::kActivation, Words::kBits,
                                      Words::kHuge,    Words::kTiny,       Words::kEdge,
                                      Words::kMixture, Words::kNoFinite,   Words::kGradient};

Word DrawWord(Random& random, Words words);

// A convolution of `images` images of h x w x in channels, channels-last.
struct Conv {
  std::int64_t images = 1;
  std::int64_t h = 1;
  std::int64_t w = 1;
  std::int64_t in = 1;
  std::int64_t out = 1;
  std::int64_t kh = 3;
  std::int64_t kw = 3;
  std::int64_t stride = 1;
  std::int64_t padding = 1;
  std::int64_t dilation = 1;

  std::int64_t OutH() const { return (h + 2 * padding - dilation * (kh - 1) - 1) / stride + 1; }
  std::int64_t OutW() const { return (w + 2 * padding - dilation * (kw - 1) - 1) / stride + 1; }
  std::string Name() const;
};

enum class Pass { kForward, kInputGradient, kWeightGradient };
inline constexpr Pass kAllPasses[] = {Pass::kForward, Pass::kInputGradient, Pass::kWeightGradient};

// The job of one pass on fresh buffers of the device, A and B filled with the given words.
Job MakeConvJob(Device& device, const Conv& conv, Pass pass, Random& random, Words a, Words b);

// A plain job: A is m x k and B is k x n row-major (or transposed), C row-major.
struct MatrixShape {
  std::int64_t m = 1;
  std::int64_t n = 1;
  std::int64_t k = 1;
  bool a_transposed = false;
  bool b_transposed = false;
  bool c_transposed = false;
};
Job MakeMatrixJob(Device& device, const MatrixShape& shape, Random& random, Words a, Words b);

// Gives the job a C_in: 0 none, 1 a matrix of its own, 2 a bias, 3 C itself.
void AddCIn(Device& device, Job& job, int kind, Random& random, Words words);

// Gives the job every step of the epilogue with probability 1/2; its vectors and residual are parts
// of larger buffers, the residual in C's order or in the other.
void AddEpilogue(Device& device, Job& job, Random& random, Words words);

// Any job at random: shape, view, distributions, arithmetic, C_in, epilogue.
Job MakeRandomJob(Device& device, Random& random);

}  // namespace sumac::testing

#endif  // SUMAC_TESTS_MODEL_GEMM_CASES_H_
