// SPDX-License-Identifier: Apache-2.0
// What is not here: the products of the forward pass, which are the epilogue's (model/epilogue.h),
// and the passes over rows (sw/nn/batch_norm_rows.h).
#include "sw/nn/batch_norm.h"

#include <algorithm>
#include <cmath>

#include "model/add.h"
#include "model/epilogue.h"
#include "model/float_mode.h"
#include "sw/nn/affine.h"
#include "sw/nn/batch_norm_rows.h"
#include "sw/nn/sums.h"

namespace sumac {

namespace {

// The constants of the statistics, as --mul-free all takes them.
constexpr float kAffineEpsilon = static_cast<float>(BatchNorm::kEpsilon);
constexpr float kAffineMomentum = static_cast<float>(BatchNorm::kMomentum);

float IeeeScale(float gamma, double var) {
  return static_cast<float>(static_cast<double>(gamma) / std::sqrt(var + BatchNorm::kEpsilon));
}

float AffineScale(float gamma, float var) {
  return affine::Divide(gamma, affine::SquareRoot(var + kAffineEpsilon));
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

float BatchNorm::Shift(const Arithmetic& arithmetic, std::size_t c, float mean, float scale) const {
  const Word product = Multiply(arithmetic, ToWord(mean), ToWord(scale));
  return ToFloat(Add(ToWord(beta_.value.values[c]), product ^ kSignBit));
}

void BatchNorm::FoldRunning(const Arithmetic& arithmetic, std::span<float> scale,
                            std::span<float> shift, MulFree mul_free) const {
  const ScopedFloatMode mode;
  for (std::size_t c = 0; c < scale.size(); ++c) {
    const float gamma = gamma_.value.values[c];
    const float var = running_var_.value.values[c];
    scale[c] = mul_free == MulFree::kAll ? AffineScale(gamma, var)
                                         : IeeeScale(gamma, static_cast<double>(var));
    shift[c] = Shift(arithmetic, c, running_mean_.value.values[c], scale[c]);
  }
}

void BatchNorm::IeeeStatistics(const Batch& batch, std::int64_t rows, const float* x) {
  const std::int64_t image_words = rows * channels_;
  const std::vector<double> sums =
      SumImages(batch, 2 * channels_, [&](std::int64_t image, double* sum) {
        AddMoments({.rows = rows, .channels = channels_, .x = x + image * image_words}, sum);
      });
  const auto count = static_cast<double>(batch.images() * rows);
  const auto move = [](float& running, double value) {
    running =
        static_cast<float>((1 - kMomentum) * static_cast<double>(running) + kMomentum * value);
  };
  for (std::size_t c = 0; c < mean_.size(); ++c) {
    const double mean = sums[c] / count;
    const double var = std::max(sums[mean_.size() + c] / count - mean * mean, 0.0);
    move(running_mean_.value.values[c], mean);
    move(running_var_.value.values[c], count > 1 ? var * (count / (count - 1)) : var);
    mean_[c] = static_cast<float>(mean);
    invstd_[c] = static_cast<float>(1.0 / std::sqrt(var + kEpsilon));
    scale_[c] = IeeeScale(gamma_.value.values[c], var);
  }
}

void BatchNorm::AffineStatistics(const Batch& batch, std::int64_t rows, const float* x) {
  const std::int64_t image_words = rows * channels_;
  NormRows all{.rows = rows, .channels = channels_};
  const auto image_of = [&](std::int64_t image) {
    NormRows one = all;
    one.x = x + image * image_words;
    return one;
  };
  const std::int64_t rows_in_all = batch.images() * rows;
  const auto count = static_cast<float>(rows_in_all);
  const std::vector<double> sums = SumImages(
      batch, channels_, [&](std::int64_t image, double* sum) { AddSums(image_of(image), sum); });
  for (std::size_t c = 0; c < mean_.size(); ++c) {
    mean_[c] = affine::Divide(static_cast<float>(sums[c]), count);
  }
  // The squares about the mean: of products that are off by up to a ninth, the difference of the
  // mean square and the squared mean could be anything.
  all.mean = mean_.data();
  const std::vector<double> squares =
      SumImages(batch, channels_,
                [&](std::int64_t image, double* sum) { AffineAddSquares(image_of(image), sum); });
  const auto others = static_cast<float>(std::max<std::int64_t>(rows_in_all - 1, 1));
  // By the difference: it comes to rest at the batch's value, however far off the product is.
  const auto move = [](float& running, float value) {
    running += affine::Multiply(kAffineMomentum, value - running);
  };
  for (std::size_t c = 0; c < mean_.size(); ++c) {
    const auto sum = static_cast<float>(squares[c]);
    const float var = affine::Divide(sum, count);
    move(running_mean_.value.values[c], mean_[c]);
    move(running_var_.value.values[c], affine::Divide(sum, others));
    invstd_[c] = AffineScale(1.0f, var);
    scale_[c] = AffineScale(gamma_.value.values[c], var);
  }
}

void BatchNorm::Forward(const Arithmetic& arithmetic, const Batch& batch, std::int64_t rows,
                        const float* x, const float* residual, bool relu, float* y,
                        MulFree mul_free) {
  const ScopedFloatMode mode;
  if (mul_free == MulFree::kAll) {
    AffineStatistics(batch, rows, x);
  } else {
    IeeeStatistics(batch, rows, x);
  }
  for (std::size_t c = 0; c < mean_.size(); ++c) {
    shift_[c] = Shift(arithmetic, c, mean_[c], scale_[c]);
  }
  const Epilogue epilogue{scale_.data(), shift_.data(), residual, relu};
  const std::int64_t images = batch.Own();
#pragma omp parallel for schedule(static)
  for (std::int64_t image = 0; image < images; ++image) {
    EpilogueRows(arithmetic, epilogue, image * rows, rows, channels_, x, y);
  }
}

void BatchNorm::Backward(const Batch& batch, std::int64_t rows, const float* x, const float* y,
                         float* dy, float* dx, MulFree mul_free) const {
  const ScopedFloatMode mode;
  const bool all = mul_free == MulFree::kAll;
  std::vector<float> dy_mean(mean_.size());
  std::vector<float> dx_mean(mean_.size());
  const auto image_of = [&](std::int64_t image) {
    const std::int64_t at = image * rows * channels_;
    return NormRows{.rows = rows,
                    .channels = channels_,
                    .x = x + at,
                    .y = y == nullptr ? nullptr : y + at,
                    .dy = dy + at,
                    .dx = dx + at,
                    .mean = mean_.data(),
                    .invstd = invstd_.data(),
                    .scale = scale_.data(),
                    .dy_mean = dy_mean.data(),
                    .dx_mean = dx_mean.data()};
  };
  const auto add_moments = all ? AffineAddGradientMoments : IeeeAddGradientMoments;
  const std::vector<double> sums =
      SumImages(batch, 2 * channels_,
                [&](std::int64_t image, double* sum) { add_moments(image_of(image), sum); });
  const std::int64_t count = batch.images() * rows;
  const auto mean_of = [&](double sum) {
    return all ? affine::Divide(static_cast<float>(sum), static_cast<float>(count))
               : static_cast<float>(sum / static_cast<double>(count));
  };
  for (std::size_t c = 0; c < mean_.size(); ++c) {
    const double sum = sums[c];
    const double sum_dx = sums[mean_.size() + c];
    beta_.gradient.values[c] = static_cast<float>(sum);
    gamma_.gradient.values[c] = static_cast<float>(sum_dx);
    dy_mean[c] = mean_of(sum);
    dx_mean[c] = mean_of(sum_dx);
  }
  const std::int64_t images = batch.Own();
  const auto input_gradient = all ? AffineInputGradient : IeeeInputGradient;
#pragma omp parallel
  {
    const ScopedFloatMode thread_mode;
#pragma omp for schedule(static)
    for (std::int64_t image = 0; image < images; ++image) input_gradient(image_of(image));
  }
}

}  // namespace sumac
