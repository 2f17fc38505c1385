// SPDX-License-Identifier: Apache-2.0
#include "sw/nn/loss.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "model/float_mode.h"
#include "sw/nn/affine.h"
#include "sw/nn/math.h"

namespace sumac {

namespace {

// One image's loss; its gradient, of a batch of `images`, where that is not empty.
double IeeeLoss(std::span<const float> row, std::size_t label, float greatest, double images,
                std::span<float> gradient, std::vector<double>& e) {
  double z = 0;
  for (std::size_t c = 0; c < e.size(); ++c) {
    e[c] = Exp(static_cast<double>(row[c]) - static_cast<double>(greatest));
    z += e[c];
  }
  for (std::size_t c = 0; c < gradient.size(); ++c) {
    const double p = e[c] / z - (c == label ? 1.0 : 0.0);
    gradient[c] = static_cast<float>(p / images);
  }
  return Log(z) - (static_cast<double>(row[label]) - static_cast<double>(greatest));
}

// The same in piecewise affine functions on binary32; e holds binary32 numbers.
double AffineLoss(std::span<const float> row, std::size_t label, float greatest, float images,
                  std::span<float> gradient, std::vector<double>& e) {
  double sum = 0;
  for (std::size_t c = 0; c < e.size(); ++c) {
    e[c] = static_cast<double>(affine::Exp(row[c] - greatest));
    sum += e[c];
  }
  const auto z = static_cast<float>(sum);
  double others = 0;
  for (std::size_t c = 0; c < gradient.size(); ++c) {
    if (c == label) continue;
    gradient[c] = affine::Divide(static_cast<float>(e[c]), z);
    others += static_cast<double>(gradient[c]);
  }
  if (!gradient.empty()) gradient[label] = -static_cast<float>(others);
  for (float& word : gradient) word = affine::Divide(word, images);
  return static_cast<double>(affine::Log(z) - (row[label] - greatest));
}

}  // namespace

LossResult SoftmaxCrossEntropy(const Batch& batch, std::int64_t classes,
                               std::span<const float> logits, std::span<const std::uint8_t> labels,
                               std::span<float> gradient, MulFree mul_free) {
  const ScopedFloatMode mode;
  std::vector<double> e(static_cast<std::size_t>(classes));
  // An image's loss, and 1 where it is right.
  std::vector<double> images;
  for (std::size_t image = 0; image < labels.size(); ++image) {
    const auto row = logits.subspan(image * e.size(), e.size());
    const auto part = gradient.empty() ? gradient : gradient.subspan(image * e.size(), e.size());
    const std::size_t label = labels[image];
    const auto greatest = std::max_element(row.begin(), row.end());
    images.push_back(
        mul_free == MulFree::kAll
            ? AffineLoss(row, label, *greatest, static_cast<float>(batch.images()), part, e)
            : IeeeLoss(row, label, *greatest, static_cast<double>(batch.images()), part, e));
    images.push_back(greatest == row.begin() + static_cast<std::ptrdiff_t>(label) ? 1 : 0);
  }
  LossResult result;
  images = batch.Gather(std::move(images), 2);
  for (std::size_t i = 0; i < images.size(); i += 2) {
    result.sum += images[i];
    result.correct += static_cast<std::int64_t>(images[i + 1]);
  }
  return result;
}

}  // namespace sumac
