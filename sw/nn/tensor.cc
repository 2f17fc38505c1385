// SPDX-License-Identifier: Apache-2.0
#include "sw/nn/tensor.h"

#include <utility>

#include "model/error.h"

namespace sumac {

Tensor MakeTensor(Device& device, std::int64_t words) {
  Tensor tensor;
  tensor.buffer = device.Allocate(words);
  tensor.values = device.Map(*tensor.buffer);
  if (static_cast<std::int64_t>(tensor.values.size()) != words) {
    throw Error("device " + device.name() +
                " does not map its memory into the host's, which networks need: use another");
  }
  return tensor;
}

Parameter MakeParameter(Device& device, std::string name, std::vector<std::int64_t> shape,
                        bool decays) {
  std::int64_t words = 1;
  for (const std::int64_t extent : shape) words *= extent;
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.shape = std::move(shape);
  parameter.value = MakeTensor(device, words);
  parameter.gradient = MakeTensor(device, words);
  parameter.decays = decays;
  return parameter;
}

}  // namespace sumac
