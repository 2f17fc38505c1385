// SPDX-License-Identifier: Apache-2.0
// What is not here: the products of the forward pass, which are the epilogue's (model/epilogue.h).
// All passes read each tensor once and are bound by memory. The loops over rows keep a block of
// channels in vector registers; a block is a row of kLanes channels, a channel's sums never mix.
#include "sw/nn/batch_norm.h"

#include <algorithm>
#include <cmath>

#include "model/add.h"
#include "model/epilogue.h"
#include "model/float_mode.h"
#include "sw/nn/sums.h"

// The same operations on wider registers where the CPU has them; words are the same.
#if defined(__SANITIZE_ADDRESS__) || !defined(__OPTIMIZE__)
#define SUMAC_CLONES
#else
#define SUMAC_CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#endif

namespace sumac {
namespace {

constexpr int kLanes = 8;
using Floats = float __attribute__((vector_size(sizeof(float) * kLanes), aligned(4), may_alias));
using Doubles = double __attribute__((vector_size(sizeof(double) * kLanes), aligned(8), may_alias));

template <typename Vector, typename Scalar>
inline Vector& At(Scalar* p) {
  return *reinterpret_cast<Vector*>(p);
}
template <typename Vector, typename Scalar>
inline const Vector& At(const Scalar* p) {
  return *reinterpret_cast<const Vector*>(p);
}

// Adds one image's sums of x to sum[c], of x * x to sum_xx[c].
SUMAC_CLONES void AddMoments(std::int64_t rows, std::int64_t channels, const float* x, double* sum,
                             double* sum_xx) {
  std::int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) {
    Doubles s = {};
    Doubles q = {};
    const float* p = x + c;
    for (std::int64_t r = 0; r < rows; ++r, p += channels) {
      const Doubles v = __builtin_convertvector(At<Floats>(p), Doubles);
      s += v;
      q += v * v;
    }
    At<Doubles>(sum + c) = s;
    At<Doubles>(sum_xx + c) = q;
  }
  for (; c < channels; ++c) {
    for (std::int64_t r = 0; r < rows; ++r) {
      const auto v = static_cast<double>(x[r * channels + c]);
      sum[c] += v;
      sum_xx[c] += v * v;
    }
  }
}

// Masks one image's dy by y > 0 where y is not null; adds its sums of dy to sum[c], of dy * xhat
// to sum_dx[c].
SUMAC_CLONES void AddGradientMoments(std::int64_t rows, std::int64_t channels, const float* x,
                                     const float* y, float* dy, const float* mean,
                                     const float* invstd, double* sum, double* sum_dx) {
  std::int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) {
    const Floats m = At<Floats>(mean + c);
    const Floats i = At<Floats>(invstd + c);
    const Floats zero = {};
    Doubles s = {};
    Doubles q = {};
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::int64_t at = r * channels + c;
      Floats d = At<Floats>(dy + at);
      if (y != nullptr) {
        d = At<Floats>(y + at) > zero ? d : zero;
        At<Floats>(dy + at) = d;
      }
      const Doubles wide = __builtin_convertvector(d, Doubles);
      const Floats xhat = (At<Floats>(x + at) - m) * i;
      s += wide;
      q += wide * __builtin_convertvector(xhat, Doubles);
    }
    At<Doubles>(sum + c) = s;
    At<Doubles>(sum_dx + c) = q;
  }
  for (; c < channels; ++c) {
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::int64_t at = r * channels + c;
      if (y != nullptr && !(y[at] > 0)) dy[at] = 0;
      const float xhat = (x[at] - mean[c]) * invstd[c];
      sum[c] += static_cast<double>(dy[at]);
      sum_dx[c] += static_cast<double>(dy[at]) * static_cast<double>(xhat);
    }
  }
}

// dx = scale * ((dy - dy_mean) - xhat * dx_mean) over one image.
SUMAC_CLONES void InputGradient(std::int64_t rows, std::int64_t channels, const float* x,
                                const float* dy, const float* mean, const float* invstd,
                                const float* scale, const float* dy_mean, const float* dx_mean,
                                float* dx) {
  std::int64_t c = 0;
  for (; c + kLanes <= channels; c += kLanes) {
    const Floats m = At<Floats>(mean + c);
    const Floats i = At<Floats>(invstd + c);
    const Floats k = At<Floats>(scale + c);
    const Floats a = At<Floats>(dy_mean + c);
    const Floats b = At<Floats>(dx_mean + c);
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::int64_t at = r * channels + c;
      const Floats xhat = (At<Floats>(x + at) - m) * i;
      At<Floats>(dx + at) = k * ((At<Floats>(dy + at) - a) - xhat * b);
    }
  }
  for (; c < channels; ++c) {
    for (std::int64_t r = 0; r < rows; ++r) {
      const std::int64_t at = r * channels + c;
      const float xhat = (x[at] - mean[c]) * invstd[c];
      dx[at] = scale[c] * ((dy[at] - dy_mean[c]) - xhat * dx_mean[c]);
    }
  }
}

}  // namespace

BatchNorm::BatchNorm(Device& device, const std::string& name, std::int64_t channels)
    : channels_(channels),
      gamma_(MakeParameter(device, name + ".weight", {channels}, false)),
      beta_(MakeParameter(device, name + ".bias", {channels}, false)),
      running_mean_{name + ".running_mean", {channels}, MakeTensor(device, channels)},
      running_var_{name + ".running_var", {channels}, MakeTensor(device, channels)} {
  std::fill(gamma_.value.values.begin(), gamma_.value.values.end(), 1.0f);
  std::fill(running_var_.value.values.begin(), running_var_.value.values.end(), 1.0f);
  for (std::vector<float>* row : {&mean_, &invstd_, &scale_, &shift_}) {
    row->resize(static_cast<std::size_t>(channels));
  }
}

BatchNorm::Folded BatchNorm::Fold(const Arithmetic& arithmetic, std::size_t c, float mean,
                                  double var) const {
  const double deviation = std::sqrt(var + kEpsilon);
  const auto scale = static_cast<float>(static_cast<double>(gamma_.value.values[c]) / deviation);
  const Word product = Multiply(arithmetic, ToWord(mean), ToWord(scale));
  return {scale, ToFloat(Add(ToWord(beta_.value.values[c]), product ^ kSignBit))};
}

void BatchNorm::FoldRunning(const Arithmetic& arithmetic, std::span<float> scale,
                            std::span<float> shift) const {
  const ScopedFloatMode mode;
  for (std::size_t c = 0; c < scale.size(); ++c) {
    const Folded folded = Fold(arithmetic, c, running_mean_.value.values[c],
                               static_cast<double>(running_var_.value.values[c]));
    scale[c] = folded.scale;
    shift[c] = folded.shift;
  }
}

void BatchNorm::Forward(const Arithmetic& arithmetic, std::int64_t images, std::int64_t rows,
                        const float* x, const float* residual, bool relu, float* y) {
  const ScopedFloatMode mode;
  const std::int64_t image_words = rows * channels_;
  const std::vector<double> sums =
      SumImages(images, 2 * channels_, [&](std::int64_t image, double* sum) {
        AddMoments(rows, channels_, x + image * image_words, sum, sum + channels_);
      });
  const auto count = static_cast<double>(images * rows);
  const auto move = [](float& running, double batch) {
    running =
        static_cast<float>((1 - kMomentum) * static_cast<double>(running) + kMomentum * batch);
  };
  for (std::size_t c = 0; c < mean_.size(); ++c) {
    const double mean = sums[c] / count;
    const double var = std::max(sums[mean_.size() + c] / count - mean * mean, 0.0);
    move(running_mean_.value.values[c], mean);
    move(running_var_.value.values[c], count > 1 ? var * (count / (count - 1)) : var);
    mean_[c] = static_cast<float>(mean);
    invstd_[c] = static_cast<float>(1.0 / std::sqrt(var + kEpsilon));
    const Folded folded = Fold(arithmetic, c, mean_[c], var);
    scale_[c] = folded.scale;
    shift_[c] = folded.shift;
  }
#pragma omp parallel for schedule(static)
  for (std::int64_t image = 0; image < images; ++image) {
    const std::int64_t at = image * image_words;
    std::copy_n(x + at, image_words, y + at);
    ApplyEpilogue(
        arithmetic,
        {scale_.data(), shift_.data(), residual == nullptr ? nullptr : residual + at, relu},
        channels_, {y + at, static_cast<std::size_t>(image_words)});
  }
}

void BatchNorm::Backward(std::int64_t images, std::int64_t rows, const float* x, const float* y,
                         float* dy, float* dx) const {
  const ScopedFloatMode mode;
  const std::int64_t image_words = rows * channels_;
  const std::vector<double> sums =
      SumImages(images, 2 * channels_, [&](std::int64_t image, double* sum) {
        const std::int64_t at = image * image_words;
        AddGradientMoments(rows, channels_, x + at, y == nullptr ? nullptr : y + at, dy + at,
                           mean_.data(), invstd_.data(), sum, sum + channels_);
      });
  const auto count = static_cast<double>(images * rows);
  std::vector<float> dy_mean(mean_.size());
  std::vector<float> dx_mean(mean_.size());
  for (std::size_t c = 0; c < mean_.size(); ++c) {
    const double sum = sums[c];
    const double sum_dx = sums[mean_.size() + c];
    beta_.gradient.values[c] = static_cast<float>(sum);
    gamma_.gradient.values[c] = static_cast<float>(sum_dx);
    dy_mean[c] = static_cast<float>(sum / count);
    dx_mean[c] = static_cast<float>(sum_dx / count);
  }
#pragma omp parallel
  {
    const ScopedFloatMode thread_mode;
#pragma omp for schedule(static)
    for (std::int64_t image = 0; image < images; ++image) {
      const std::int64_t at = image * image_words;
      InputGradient(rows, channels_, x + at, dy + at, mean_.data(), invstd_.data(), scale_.data(),
                    dy_mean.data(), dx_mean.data(), dx + at);
    }
  }
}

}  // namespace sumac
