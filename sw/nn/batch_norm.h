// SPDX-License-Identifier: Apache-2.0
// Batch normalisation (S. Ioffe and C. Szegedy, 2015) over all rows of a batch, one channel at a
// time, with the residual addition and the ReLU that follow it.
#ifndef SUMAC_SW_NN_BATCH_NORM_H_
#define SUMAC_SW_NN_BATCH_NORM_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/arithmetic.h"
#include "sw/nn/batch.h"
#include "sw/nn/mul_free.h"
#include "sw/nn/tensor.h"

namespace sumac {

class BatchNorm {
 public:
  static constexpr double kEpsilon = 1e-5;
  static constexpr double kMomentum = 0.1;  // of the running statistics

  // Parameters "<name>.weight" (gamma) and "<name>.bias" (beta), statistics "<name>.running_mean"
  // and "<name>.running_var".
  BatchNorm(Device& device, const std::string& name, std::int64_t channels);

  const Parameter& gamma() const { return gamma_; }
  const Parameter& beta() const { return beta_; }
  const StateEntry& running_mean() const { return running_mean_; }
  const StateEntry& running_var() const { return running_var_; }

  // Inference is an epilogue, y = add(product(x, scale), shift), with
  //   scale = gamma / sqrt(var + epsilon)        in binary64, rounded once,
  //   shift = add(beta, -product(mean, scale)),
  // of the running statistics. The product is the arithmetic's. Both have a word a channel. With
  // MulFree::kAll, here and below, the statistics, their roots and quotients and the backward pass
  // are those of docs/arithmetic.md, "Outside the folds, --mul-free all".
  void FoldRunning(const Arithmetic& arithmetic, std::span<float> scale, std::span<float> shift,
                   MulFree mul_free = MulFree::kGemm) const;

  // Training: y = relu(product(x, scale) + shift + residual) by the same formulas with the batch's
  // mean and biased variance, which are kept for Backward; x is kept by the caller. The running
  // statistics move by kMomentum towards the mean and the unbiased variance. x, y and the residual
  // are images x rows x channels, of this rank's images; the statistics are the whole batch's.
  void Forward(const Arithmetic& arithmetic, const Batch& batch, std::int64_t rows, const float* x,
               const float* residual, bool relu, float* y, MulFree mul_free = MulFree::kGemm);

  // Of the last Forward, in IEEE binary32. `y` is its result where it ended in a ReLU, else null:
  // dy becomes dy where y > 0 and +0 elsewhere, in place (and so is the residual's gradient too).
  // Then gamma's and beta's gradients are set, and
  //   dx = scale * ((dy - mean(dy)) - xhat * mean(dy * xhat)),  xhat = (x - mean) * invstd.
  // dx may be dy.
  void Backward(const Batch& batch, std::int64_t rows, const float* x, const float* y, float* dy,
                float* dx, MulFree mul_free = MulFree::kGemm) const;

 private:
  // Of a batch: they set mean_, invstd_ and scale_ and move the running statistics.
  void IeeeStatistics(const Batch& batch, std::int64_t rows, const float* x);
  void AffineStatistics(const Batch& batch, std::int64_t rows, const float* x);
  float Shift(const Arithmetic& arithmetic, std::size_t c, float mean, float scale) const;

  std::int64_t channels_;
  Parameter gamma_, beta_;
  StateEntry running_mean_, running_var_;
  std::vector<float> mean_, invstd_, scale_, shift_;  // of the last Forward
};

}  // namespace sumac

#endif  // SUMAC_SW_NN_BATCH_NORM_H_
