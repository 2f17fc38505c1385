// SPDX-License-Identifier: Apache-2.0
#include "sw/nn/loss.h"

#include <algorithm>
#include <vector>

#include "model/float_mode.h"
#include "sw/nn/math.h"

namespace sumac {

LossResult SoftmaxCrossEntropy(std::int64_t classes, std::span<const float> logits,
                               std::span<const std::uint8_t> labels, std::span<float> gradient) {
  const ScopedFloatMode mode;
  const auto images = static_cast<double>(labels.size());
  std::vector<double> e(static_cast<std::size_t>(classes));
  LossResult result;
  for (std::size_t image = 0; image < labels.size(); ++image) {
    const auto row = logits.subspan(image * e.size(), e.size());
    const std::size_t label = labels[image];
    const auto greatest = std::max_element(row.begin(), row.end());
    double z = 0;
    for (std::size_t c = 0; c < e.size(); ++c) {
      e[c] = Exp(static_cast<double>(row[c]) - static_cast<double>(*greatest));
      z += e[c];
    }
    result.sum += Log(z) - (static_cast<double>(row[label]) - static_cast<double>(*greatest));
    result.correct += greatest == row.begin() + static_cast<std::ptrdiff_t>(label) ? 1 : 0;
    if (gradient.empty()) continue;
    for (std::size_t c = 0; c < e.size(); ++c) {
      const double p = e[c] / z - (c == label ? 1.0 : 0.0);
      gradient[image * e.size() + c] = static_cast<float>(p / images);
    }
  }
  return result;
}

}  // namespace sumac
