// SPDX-License-Identifier: Apache-2.0
// Nodes that compute constant shapes and pads. PyTorch writes a Pad's numbers as such a chain.
#ifndef SUMAC_SW_ONNX_FOLD_INTEGERS_H_
#define SUMAC_SW_ONNX_FOLD_INTEGERS_H_

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sumac {

struct IntegerTensor {
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> values;  // row-major
};

// What a Cast, Concat, ConstantOfShape, Gather, Reshape, Slice, Transpose or Unsqueeze of known
// integers gives. None
// where an operand is not known, or the node is another one, of another type or malformed.
std::optional<IntegerTensor> FoldIntegers(const onnx::NodeProto& node,
                                          const std::map<std::string, IntegerTensor>& known);

}  // namespace sumac

#endif  // SUMAC_SW_ONNX_FOLD_INTEGERS_H_
