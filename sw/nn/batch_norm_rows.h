// SPDX-License-Identifier: Apache-2.0
// Batch norm's passes over one image's rows, each of which reads its tensors once and is bound by
// memory: with IEEE products, and without any multiplication ("Affine": integer-add products).
#ifndef SUMAC_SW_NN_BATCH_NORM_ROWS_H_
#define SUMAC_SW_NN_BATCH_NORM_ROWS_H_

#include <cstdint>

namespace sumac {

// One image's words, rows x channels, and a word a channel of the others. A pass uses those that it
// names.
struct NormRows {
  std::int64_t rows = 0;
  std::int64_t channels = 0;
  const float* x = nullptr;
  const float* y = nullptr;  // the forward result where a ReLU ended it, else null
  float* dy = nullptr;
  float* dx = nullptr;
  const float* mean = nullptr;
  const float* invstd = nullptr;
  const float* scale = nullptr;
  const float* dy_mean = nullptr;
  const float* dx_mean = nullptr;
};

// sums[c] += x, sums[channels + c] += x * x.
void AddMoments(const NormRows& image, double* sums);
// sums[c] += x.
void AddSums(const NormRows& image, double* sums);
// sums[c] += pam(d, d), where d = x - mean.
void AffineAddSquares(const NormRows& image, double* sums);

// dy becomes +0 wherever not y > 0; sums[c] += dy, sums[channels + c] += dy * xhat, where
// xhat = (x - mean) * invstd.
void IeeeAddGradientMoments(const NormRows& image, double* sums);
void AffineAddGradientMoments(const NormRows& image, double* sums);

// dx = scale * ((dy - dy_mean) - xhat * dx_mean). dx may be dy.
void IeeeInputGradient(const NormRows& image);
void AffineInputGradient(const NormRows& image);

}  // namespace sumac

#endif  // SUMAC_SW_NN_BATCH_NORM_ROWS_H_
