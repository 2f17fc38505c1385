// SPDX-License-Identifier: Apache-2.0
// The inner loops go over a row's channels, which is what the compiler vectorises; a channel's sums
// never mix.
#include "sw/nn/batch_norm_rows.h"

#include "model/clones.h"
#include "sw/nn/affine.h"

namespace sumac {
namespace {

struct IeeeProduct {
  static float Of(float a, float b) { return a * b; }
  // In binary64, where the product of two binary32 numbers is exact.
  static double Wide(float a, float b) { return static_cast<double>(a) * static_cast<double>(b); }
};

struct AffineProduct {
  static float Of(float a, float b) { return affine::Multiply(a, b); }
  static double Wide(float a, float b) { return static_cast<double>(affine::Multiply(a, b)); }
};

// The two passes that both products have. What they need of the image is copied: their stores could
// otherwise change it, as far as the compiler knows.
template <class Product>
[[gnu::always_inline]] inline void GradientMoments(const NormRows image, double* sums) {
  const std::int64_t channels = image.channels;
  double* sums_dx = sums + channels;
  for (std::int64_t r = 0; r < image.rows; ++r) {
    const float* x = image.x + r * channels;
    float* dy = image.dy + r * channels;
    if (image.y != nullptr) {
      const float* y = image.y + r * channels;
#pragma omp simd
      for (std::int64_t c = 0; c < channels; ++c) dy[c] = y[c] > 0 ? dy[c] : 0.0f;
    }
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) {
      const float xhat = Product::Of(x[c] - image.mean[c], image.invstd[c]);
      sums[c] += static_cast<double>(dy[c]);
      sums_dx[c] += Product::Wide(dy[c], xhat);
    }
  }
}

template <class Product>
[[gnu::always_inline]] inline void InputGradient(const NormRows image) {
  const std::int64_t channels = image.channels;
  for (std::int64_t r = 0; r < image.rows; ++r) {
    const float* x = image.x + r * channels;
    const float* dy = image.dy + r * channels;
    float* dx = image.dx + r * channels;
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) {
      const float xhat = Product::Of(x[c] - image.mean[c], image.invstd[c]);
      const float slant = Product::Of(xhat, image.dx_mean[c]);
      dx[c] = Product::Of((dy[c] - image.dy_mean[c]) - slant, image.scale[c]);
    }
  }
}

}  // namespace

SUMAC_CLONES void AddMoments(const NormRows& image, double* sums) {
  const std::int64_t channels = image.channels;
  double* sums_xx = sums + channels;
  const float* x = image.x;
  for (std::int64_t r = image.rows; r > 0; --r, x += channels) {
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) {
      sums[c] += static_cast<double>(x[c]);
      sums_xx[c] += IeeeProduct::Wide(x[c], x[c]);
    }
  }
}

SUMAC_CLONES void AddSums(const NormRows& image, double* sums) {
  const std::int64_t channels = image.channels;
  const float* x = image.x;
  for (std::int64_t r = image.rows; r > 0; --r, x += channels) {
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) sums[c] += static_cast<double>(x[c]);
  }
}

SUMAC_CLONES void AffineAddSquares(const NormRows& image, double* sums) {
  const std::int64_t channels = image.channels;
  const float* x = image.x;
  const float* mean = image.mean;
  for (std::int64_t r = image.rows; r > 0; --r, x += channels) {
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) {
      const float d = x[c] - mean[c];
      sums[c] += AffineProduct::Wide(d, d);
    }
  }
}

SUMAC_CLONES void IeeeAddGradientMoments(const NormRows& image, double* sums) {
  GradientMoments<IeeeProduct>(image, sums);
}

SUMAC_CLONES void AffineAddGradientMoments(const NormRows& image, double* sums) {
  GradientMoments<AffineProduct>(image, sums);
}

SUMAC_CLONES void IeeeInputGradient(const NormRows& image) { InputGradient<IeeeProduct>(image); }

SUMAC_CLONES void AffineInputGradient(const NormRows& image) {
  InputGradient<AffineProduct>(image);
}

}  // namespace sumac
