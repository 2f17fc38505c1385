// SPDX-License-Identifier: Apache-2.0
// A tensor: words of a device that the host sees too. Its shape stands with the layer that uses it;
// images are NHWC, convolution weights OHWI, always contiguous.
#ifndef SUMAC_SW_NN_TENSOR_H_
#define SUMAC_SW_NN_TENSOR_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/device.h"

namespace sumac {

// A handle: copies share the words.
struct Tensor {
  BufferPtr buffer;
  std::span<float> values;
};

// `words` words, all +0. Throws Error where the host cannot address the device's memory.
Tensor MakeTensor(Device& device, std::int64_t words);

// What a checkpoint holds under one name. A four-dimensional shape is PyTorch's OIHW of words that
// are stored OHWI; any other shape is stored as it reads.
struct StateEntry {
  std::string name;
  std::vector<std::int64_t> shape;
  Tensor value;
};

// A state entry that is trained.
struct Parameter : StateEntry {
  Tensor gradient;
  bool decays = false;  // weight decay applies: convolution and linear weights
};

Parameter MakeParameter(Device& device, std::string name, std::vector<std::int64_t> shape,
                        bool decays);

}  // namespace sumac

#endif  // SUMAC_SW_NN_TENSOR_H_
