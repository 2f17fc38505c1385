// SPDX-License-Identifier: Apache-2.0
#include "sw/nn/sgd.h"

#include <utility>

#include "model/float_mode.h"

namespace sumac {

Sgd::Sgd(std::vector<Parameter> parameters, double momentum, double weight_decay)
    : parameters_(std::move(parameters)),
      momentum_(static_cast<float>(momentum)),
      weight_decay_(static_cast<float>(weight_decay)) {
  for (const Parameter& parameter : parameters_) {
    velocities_.emplace_back(parameter.value.values.size());
  }
}

void Sgd::Step(double lr) {
  const ScopedFloatMode mode;
  const auto rate = static_cast<float>(lr);
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    float* w = parameters_[p].value.values.data();
    const float* gradient = parameters_[p].gradient.values.data();
    float* v = velocities_[p].data();
    const bool decays = parameters_[p].decays;
    for (std::size_t i = 0; i < velocities_[p].size(); ++i) {
      const float g = decays ? gradient[i] + weight_decay_ * w[i] : gradient[i];
      v[i] = momentum_ * v[i] + g;
      w[i] = w[i] - rate * v[i];
    }
  }
}

}  // namespace sumac
