// SPDX-License-Identifier: Apache-2.0
#include "sw/nn/sgd.h"

#include <utility>

#include "model/clones.h"
#include "model/float_mode.h"
#include "sw/nn/affine.h"

namespace sumac {
namespace {

// The factors of a step.
struct Factors {
  float momentum;
  float damping;
  float decay;
  float rate;
};

// Words are `count` of weights w, their gradients and their velocities v.
void IeeeStep(const Factors f, bool decays, std::size_t count, const float* gradient, float* v,
              float* w) {
  for (std::size_t i = 0; i < count; ++i) {
    const float g = decays ? gradient[i] + f.decay * w[i] : gradient[i];
    v[i] = f.momentum * v[i] + g;
    w[i] = w[i] - f.rate * v[i];
  }
}

SUMAC_CLONES void AffineStep(const Factors f, bool decays, std::size_t count, const float* gradient,
                             float* v, float* w) {
  for (std::size_t i = 0; i < count; ++i) {
    const float g = decays ? gradient[i] + affine::Multiply(f.decay, w[i]) : gradient[i];
    v[i] = (v[i] - affine::Multiply(f.damping, v[i])) + g;
    w[i] = w[i] - affine::Multiply(f.rate, v[i]);
  }
}

}  // namespace

Sgd::Sgd(std::vector<Parameter> parameters, double momentum, double weight_decay, MulFree mul_free)
    : parameters_(std::move(parameters)),
      momentum_(static_cast<float>(momentum)),
      damping_(static_cast<float>(1 - momentum)),
      weight_decay_(static_cast<float>(weight_decay)),
      mul_free_(mul_free) {
  for (const Parameter& parameter : parameters_) {
    velocities_.emplace_back(parameter.value.values.size());
  }
}

void Sgd::Step(double lr) {
  const ScopedFloatMode mode;
  const Factors factors{momentum_, damping_, weight_decay_, static_cast<float>(lr)};
  const auto step = mul_free_ == MulFree::kAll ? AffineStep : IeeeStep;
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    step(factors, parameters_[p].decays, velocities_[p].size(),
         parameters_[p].gradient.values.data(), velocities_[p].data(),
         parameters_[p].value.values.data());
  }
}

}  // namespace sumac
