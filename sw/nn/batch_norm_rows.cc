// SPDX-License-Identifier: Apache-2.0
// The inner loops go over a row's channels, which is what the compiler vectorises; a channel's sums
// never mix.
#include "sw/nn/batch_norm_rows.h"

#include <algorithm>
#include <cstring>

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

// The two passes that both products have, over channels from `first` on. What they need of the
// image is copied: their stores could otherwise change it, as far as the compiler knows.
template <class Product>
[[gnu::always_inline]] inline void GradientMoments(const NormRows image, std::int64_t first,
                                                   double* sums) {
  const std::int64_t channels = image.channels;
  double* sums_dx = sums + channels;
  for (std::int64_t r = 0; r < image.rows; ++r) {
    const float* x = image.x + r * channels;
    float* dy = image.dy + r * channels;
    if (image.y != nullptr) {
      const float* y = image.y + r * channels;
#pragma omp simd
      for (std::int64_t c = first; c < channels; ++c) dy[c] = y[c] > 0 ? dy[c] : 0.0f;
    }
#pragma omp simd
    for (std::int64_t c = first; c < channels; ++c) {
      const float xhat = Product::Of(x[c] - image.mean[c], image.invstd[c]);
      sums[c] += static_cast<double>(dy[c]);
      sums_dx[c] += Product::Wide(dy[c], xhat);
    }
  }
}

template <class Product>
[[gnu::always_inline]] inline void InputGradient(const NormRows image, std::int64_t channels) {
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

// Sums go over kLanes channels at a time through all rows, so that they stay in registers.
constexpr int kLanes = 8;
using Floats = float __attribute__((vector_size(kLanes * sizeof(float))));
using Doubles = double __attribute__((vector_size(kLanes * sizeof(double))));

// Vectors only pass between functions that are inlined into one.
[[gnu::always_inline]] inline void Load(const float* p, Floats& v) { std::memcpy(&v, p, sizeof v); }
[[gnu::always_inline]] inline void Load(const double* p, Doubles& v) {
  std::memcpy(&v, p, sizeof v);
}

// Calls pass(rows) for a few rows of an image at a time, which stay in a first-level cache while
// all channels' sums go over them.
template <class Pass>
[[gnu::always_inline]] inline void ForRowBlocks(NormRows image, Pass pass) {
  constexpr std::int64_t kBlockRows = 32;
  const std::int64_t rows = image.rows;
  const std::int64_t words = kBlockRows * image.channels;
  for (std::int64_t first = 0; first < rows; first += kBlockRows) {
    image.rows = std::min(kBlockRows, rows - first);
    pass(image);
    image.x += words;
    if (image.y != nullptr) image.y += words;
    if (image.dy != nullptr) image.dy += words;
  }
}

template <bool kRelu>
[[gnu::always_inline]] inline void IeeeMoments(const NormRows& image, std::int64_t c,
                                               double* sums) {
  const std::int64_t channels = image.channels;
  const float* x_row = image.x + c;
  const float* y_row = kRelu ? image.y + c : nullptr;
  float* dy_row = image.dy + c;
  Floats mean, invstd;
  Load(image.mean + c, mean);
  Load(image.invstd + c, invstd);
  Doubles sum, sum_dx;
  Load(sums + c, sum);
  Load(sums + channels + c, sum_dx);
  for (std::int64_t r = 0; r < image.rows; ++r) {
    Floats x, dy;
    Load(x_row + r * channels, x);
    Load(dy_row + r * channels, dy);
    if constexpr (kRelu) {
      Floats y;
      Load(y_row + r * channels, y);
      dy = y > 0 ? dy : Floats{};
      std::memcpy(dy_row + r * channels, &dy, sizeof dy);
    }
    const Floats xhat = (x - mean) * invstd;
    const Doubles wide = __builtin_convertvector(dy, Doubles);
    sum += wide;
    sum_dx += wide * __builtin_convertvector(xhat, Doubles);
  }
  std::memcpy(sums + c, &sum, sizeof sum);
  std::memcpy(sums + channels + c, &sum_dx, sizeof sum_dx);
}

}  // namespace

SUMAC_CLONES void AddMoments(const NormRows& image, double* sums) {
  ForRowBlocks(
      image, [&](const NormRows& rows) __attribute__((always_inline)) {
        const std::int64_t channels = rows.channels;
        double* sums_xx = sums + channels;
        std::int64_t first = 0;
        for (; first + kLanes <= channels; first += kLanes) {
          const float* x = rows.x + first;
          Doubles sum, sum_xx;
          Load(sums + first, sum);
          Load(sums_xx + first, sum_xx);
          for (std::int64_t r = rows.rows; r > 0; --r, x += channels) {
            Floats words;
            Load(x, words);
            const Doubles wide = __builtin_convertvector(words, Doubles);
            sum += wide;
            sum_xx += wide * wide;
          }
          std::memcpy(sums + first, &sum, sizeof sum);
          std::memcpy(sums_xx + first, &sum_xx, sizeof sum_xx);
        }
        const float* x = rows.x;
        for (std::int64_t r = rows.rows; r > 0; --r, x += channels) {
          for (std::int64_t c = first; c < channels; ++c) {
            sums[c] += static_cast<double>(x[c]);
            sums_xx[c] += IeeeProduct::Wide(x[c], x[c]);
          }
        }
      });
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
  ForRowBlocks(
      image, [&](const NormRows& rows) __attribute__((always_inline)) {
        std::int64_t first = 0;
        for (; first + kLanes <= rows.channels; first += kLanes) {
          if (rows.y != nullptr) {
            IeeeMoments<true>(rows, first, sums);
          } else {
            IeeeMoments<false>(rows, first, sums);
          }
        }
        if (first < rows.channels) GradientMoments<IeeeProduct>(rows, first, sums);
      });
}

SUMAC_CLONES void AffineAddGradientMoments(const NormRows& image, double* sums) {
  GradientMoments<AffineProduct>(image, 0, sums);
}

// The usual numbers of channels are constants, for which the compiler keeps theirs in registers.
SUMAC_CLONES void IeeeInputGradient(const NormRows& image) {
  if (image.channels == 16) return InputGradient<IeeeProduct>(image, 16);
  if (image.channels == 32) return InputGradient<IeeeProduct>(image, 32);
  InputGradient<IeeeProduct>(image, image.channels);
}

SUMAC_CLONES void AffineInputGradient(const NormRows& image) {
  InputGradient<AffineProduct>(image, image.channels);
}

}  // namespace sumac
