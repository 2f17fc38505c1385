// SPDX-License-Identifier: Apache-2.0
// Stochastic gradient descent with momentum and weight decay, as torch.optim.SGD defines it.
#ifndef SUMAC_SW_NN_SGD_H_
#define SUMAC_SW_NN_SGD_H_

#include <span>
#include <vector>

#include "sw/nn/mul_free.h"
#include "sw/nn/tensor.h"

namespace sumac {

class Sgd {
 public:
  // Velocities are +0 at first.
  Sgd(std::vector<Parameter> parameters, double momentum, double weight_decay,
      MulFree mul_free = MulFree::kGemm);

  // In binary32, for each word of each parameter, in this order:
  //   g = g + weight_decay * w   (only where the parameter decays)
  //   v = momentum * v + g
  //   w = w - lr * v
  // With MulFree::kAll the products are pam's and the second line is
  //   v = (v - (1 - momentum) * v) + g.
  void Step(double lr);

  const std::vector<Parameter>& parameters() const { return parameters_; }
  // One vector a parameter, in the parameter's order of storage.
  std::vector<std::vector<float>>& velocities() { return velocities_; }
  const std::vector<std::vector<float>>& velocities() const { return velocities_; }

 private:
  std::vector<Parameter> parameters_;
  std::vector<std::vector<float>> velocities_;
  float momentum_;
  float damping_;  // 1 - momentum
  float weight_decay_;
  MulFree mul_free_;
};

}  // namespace sumac

#endif  // SUMAC_SW_NN_SGD_H_
