// SPDX-License-Identifier: Apache-2.0
#include "sw/nn/pool.h"

#include <algorithm>
#include <vector>

#include "model/float_mode.h"
#include "sw/nn/affine.h"

namespace sumac {

void PoolForward(std::int64_t images, std::int64_t rows, std::int64_t channels, const float* x,
                 float* y, MulFree mul_free) {
  const bool all = mul_free == MulFree::kAll;
#pragma omp parallel
  {
    const ScopedFloatMode mode;
    std::vector<double> sum(static_cast<std::size_t>(channels));
#pragma omp for schedule(static)
    for (std::int64_t image = 0; image < images; ++image) {
      std::fill(sum.begin(), sum.end(), 0.0);
      const float* row = x + image * rows * channels;
      for (std::int64_t r = 0; r < rows; ++r, row += channels) {
        for (std::size_t c = 0; c < sum.size(); ++c) sum[c] += static_cast<double>(row[c]);
      }
      float* out = y + image * channels;
      for (std::size_t c = 0; c < sum.size(); ++c) {
        out[c] = all ? affine::Divide(static_cast<float>(sum[c]), static_cast<float>(rows))
                     : static_cast<float>(sum[c] / static_cast<double>(rows));
      }
    }
  }
}

void PoolBackward(std::int64_t images, std::int64_t rows, std::int64_t channels, const float* dy,
                  float* dx, MulFree mul_free) {
  const auto count = static_cast<float>(rows);
  const bool all = mul_free == MulFree::kAll;
#pragma omp parallel
  {
    const ScopedFloatMode mode;
#pragma omp for schedule(static)
    for (std::int64_t image = 0; image < images; ++image) {
      float* first = dx + image * rows * channels;
      for (std::int64_t c = 0; c < channels; ++c) {
        const float gradient = dy[image * channels + c];
        first[c] = all ? affine::Divide(gradient, count) : gradient / count;
      }
      for (std::int64_t r = 1; r < rows; ++r) std::copy_n(first, channels, first + r * channels);
    }
  }
}

void ShortcutForward(const ConvGeometry& g, std::int64_t images, const float* x, float* y) {
  const std::int64_t before = (g.out_channels - g.in_channels) / 2;
  std::fill_n(y, images * g.OutputWords(), 0.0f);
#pragma omp parallel for schedule(static)
  for (std::int64_t image = 0; image < images; ++image) {
    for (std::int64_t oy = 0; oy < g.OutHeight(); ++oy) {
      for (std::int64_t ox = 0; ox < g.OutWidth(); ++ox) {
        const float* from =
            x + image * g.InputWords() + (oy * g.stride * g.width + ox * g.stride) * g.in_channels;
        float* to = y + image * g.OutputWords() + (oy * g.OutWidth() + ox) * g.out_channels;
        std::copy_n(from, g.in_channels, to + before);
      }
    }
  }
}

void ShortcutBackward(const ConvGeometry& g, std::int64_t images, const float* dy, float* dx) {
  const std::int64_t before = (g.out_channels - g.in_channels) / 2;
  std::fill_n(dx, images * g.InputWords(), 0.0f);
#pragma omp parallel for schedule(static)
  for (std::int64_t image = 0; image < images; ++image) {
    for (std::int64_t oy = 0; oy < g.OutHeight(); ++oy) {
      for (std::int64_t ox = 0; ox < g.OutWidth(); ++ox) {
        const float* from =
            dy + image * g.OutputWords() + (oy * g.OutWidth() + ox) * g.out_channels;
        float* to =
            dx + image * g.InputWords() + (oy * g.stride * g.width + ox * g.stride) * g.in_channels;
        std::copy_n(from + before, g.in_channels, to);
      }
    }
  }
}

}  // namespace sumac
