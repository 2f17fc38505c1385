// SPDX-License-Identifier: Apache-2.0
#include "sw/onnx/fold_integers.h"

#include <algorithm>

#include "sw/io/shape.h"

namespace sumac {
namespace {

using Integers = std::vector<std::int64_t>;
using Folded = std::optional<IntegerTensor>;

constexpr std::int64_t kMostElements = 1 << 12;  // of a shape or of pads there are few

const onnx::AttributeProto* Find(const onnx::NodeProto& node, const std::string& name) {
  for (const onnx::AttributeProto& attribute : node.attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

Integers Strides(const Integers& shape) {
  Integers strides(shape.size(), 1);
  for (std::size_t i = shape.size(); i-- > 1;) strides[i - 1] = strides[i] * shape[i];
  return strides;
}

// The elements of `shape` that begin at `first` of a tensor and lie `strides` apart.
IntegerTensor Pick(const IntegerTensor& from, const Integers& shape, std::int64_t first,
                   const Integers& strides) {
  IntegerTensor picked{shape, {}};
  const Integers places = Strides(shape);
  const std::int64_t count = ElementCount(shape).value_or(0);
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t at = first;
    for (std::size_t d = 0; d < shape.size(); ++d) at += i / places[d] % shape[d] * strides[d];
    picked.values.push_back(from.values[static_cast<std::size_t>(at)]);
  }
  return picked;
}

Folded Cast(const onnx::NodeProto& node, const IntegerTensor& x) {
  const onnx::AttributeProto* to = Find(node, "to");
  if (to == nullptr || to->i() != onnx::TensorProto::INT64) return std::nullopt;
  return x;
}

Folded Concat(const onnx::NodeProto& node, const std::vector<IntegerTensor>& inputs) {
  const onnx::AttributeProto* axis = Find(node, "axis");
  if (axis == nullptr || axis->i() != 0) return std::nullopt;
  IntegerTensor y{{0}, {}};
  for (const IntegerTensor& x : inputs) {
    if (x.shape.size() != 1) return std::nullopt;
    y.values.insert(y.values.end(), x.values.begin(), x.values.end());
    y.shape[0] += x.shape[0];
    if (y.shape[0] > kMostElements) return std::nullopt;
  }
  return y;
}

Folded ConstantOfShape(const onnx::NodeProto& node, const IntegerTensor& shape) {
  const onnx::AttributeProto* value = Find(node, "value");
  const std::optional<std::int64_t> count = ElementCount(shape.values);
  if (value == nullptr || value->t().data_type() != onnx::TensorProto::INT64 || !count ||
      *count > kMostElements) {
    return std::nullopt;
  }
  std::int64_t word = 0;
  const onnx::TensorProto& tensor = value->t();
  if (tensor.raw_data().size() == sizeof(word)) {
    std::copy_n(tensor.raw_data().data(), sizeof(word), reinterpret_cast<char*>(&word));
  } else if (tensor.int64_data_size() == 1) {
    word = tensor.int64_data(0);
  } else {
    return std::nullopt;
  }
  return IntegerTensor{shape.values, Integers(static_cast<std::size_t>(*count), word)};
}

Folded Gather(const onnx::NodeProto& node, const IntegerTensor& x, const IntegerTensor& indices) {
  const onnx::AttributeProto* axis = Find(node, "axis");
  if ((axis != nullptr && axis->i() != 0) || x.shape.size() != 1 ||
      std::ssize(indices.values) > kMostElements) {
    return std::nullopt;
  }
  IntegerTensor y{indices.shape, {}};
  for (std::int64_t index : indices.values) {
    if (index < 0) index += x.shape[0];
    if (index < 0 || index >= x.shape[0]) return std::nullopt;
    y.values.push_back(x.values[static_cast<std::size_t>(index)]);
  }
  return y;
}

// A number becomes a list of one; its axis is an attribute, from opset 13 on an input.
Folded Unsqueeze(const onnx::NodeProto& node, const std::vector<IntegerTensor>& inputs) {
  Integers axes;
  if (inputs.size() == 2) axes = inputs[1].values;
  if (const onnx::AttributeProto* listed = Find(node, "axes")) {
    axes.assign(listed->ints().begin(), listed->ints().end());
  }
  if (axes != Integers{0} || inputs.empty() || !inputs[0].shape.empty()) return std::nullopt;
  return IntegerTensor{{1}, inputs[0].values};
}

Folded Reshape(const IntegerTensor& x, const IntegerTensor& shape) {
  IntegerTensor y{shape.values, x.values};
  const std::int64_t count = std::ssize(x.values);
  const auto open = std::ranges::find(y.shape, -1);
  if (open != y.shape.end()) {
    *open = 1;
    const std::optional<std::int64_t> others = ElementCount(y.shape);
    if (!others || *others == 0) return std::nullopt;
    *open = count / *others;
  }
  if (ElementCount(y.shape) != count) return std::nullopt;
  return y;
}

// data, starts, ends, axes, steps.
Folded Slice(const std::vector<IntegerTensor>& inputs) {
  if (inputs.size() != 5) return std::nullopt;
  const IntegerTensor& x = inputs[0];
  const std::size_t axes = inputs[3].values.size();
  for (std::size_t i = 1; i < 5; ++i) {
    if (inputs[i].values.size() != axes) return std::nullopt;
  }
  Integers shape = x.shape;
  Integers strides = Strides(x.shape);
  std::int64_t first = 0;
  std::vector<bool> cut(shape.size());
  for (std::size_t i = 0; i < axes; ++i) {
    const std::int64_t axis = inputs[3].values[i];
    const std::int64_t step = inputs[4].values[i];
    if (axis < 0 || axis >= std::ssize(shape) || step == 0 || step < -kMostElements ||
        step > kMostElements || cut[static_cast<std::size_t>(axis)]) {
      return std::nullopt;
    }
    const auto d = static_cast<std::size_t>(axis);
    cut[d] = true;
    const std::int64_t extent = shape[d];
    // A negative place counts from the end; one outside is moved to the nearest that can be.
    const auto place = [&](std::int64_t at) {
      const std::int64_t least = step > 0 ? 0 : -1;
      return std::clamp(at < 0 ? at + extent : at, least, extent + least);
    };
    const std::int64_t start = place(inputs[1].values[i]);
    const std::int64_t length = (place(inputs[2].values[i]) - start) * (step > 0 ? 1 : -1);
    const std::int64_t stride = step > 0 ? step : -step;
    if (start < 0) return std::nullopt;
    shape[d] = length <= 0 ? 0 : (length + stride - 1) / stride;
    first += start * strides[d];
    strides[d] *= step;
  }
  return Pick(x, shape, first, strides);
}

Folded Transpose(const onnx::NodeProto& node, const IntegerTensor& x) {
  const onnx::AttributeProto* perm = Find(node, "perm");
  const bool swaps = perm != nullptr && perm->ints_size() == 2 && perm->ints(0) == 1 &&
                     perm->ints(1) == 0 && x.shape.size() == 2;
  if (!swaps) return std::nullopt;
  const Integers strides = Strides(x.shape);
  return Pick(x, {x.shape[1], x.shape[0]}, 0, {strides[1], strides[0]});
}

}  // namespace

std::optional<IntegerTensor> FoldIntegers(const onnx::NodeProto& node,
                                          const std::map<std::string, IntegerTensor>& known) {
  std::vector<IntegerTensor> inputs;
  for (const std::string& name : node.input()) {
    const auto found = known.find(name);
    if (found == known.end()) return std::nullopt;
    inputs.push_back(found->second);
  }
  const std::string& op = node.op_type();
  if (op == "Concat") return Concat(node, inputs);
  if (op == "Slice") return Slice(inputs);
  if (op == "Unsqueeze") return Unsqueeze(node, inputs);
  if (op == "Gather" && inputs.size() == 2) return Gather(node, inputs[0], inputs[1]);
  if (op == "Reshape" && inputs.size() == 2) return Reshape(inputs[0], inputs[1]);
  if (inputs.size() != 1) return std::nullopt;
  if (op == "Cast") return Cast(node, inputs[0]);
  if (op == "ConstantOfShape") return ConstantOfShape(node, inputs[0]);
  if (op == "Transpose") return Transpose(node, inputs[0]);
  return std::nullopt;
}

}  // namespace sumac
