// SPDX-License-Identifier: Apache-2.0
#include <onnx/onnx_pb.h>

#include "sw/io/file.h"
#include "sw/onnx/onnx.h"

namespace sumac {
namespace {

constexpr int kIrVersion = 7;
constexpr int kOpset = 13;

void SetValue(onnx::ValueInfoProto& value, const std::string& name,
              const std::vector<std::int64_t>& shape) {
  value.set_name(name);
  onnx::TypeProto::Tensor& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t extent : shape) type.mutable_shape()->add_dim()->set_dim_value(extent);
}

void SetAttribute(onnx::AttributeProto& proto, const std::string& name,
                  const GraphAttribute& attribute, bool list) {
  proto.set_name(name);
  if (!attribute.integers.empty() && list) {
    proto.set_type(onnx::AttributeProto::INTS);
    for (const std::int64_t value : attribute.integers) proto.add_ints(value);
  } else if (!attribute.integers.empty()) {
    proto.set_type(onnx::AttributeProto::INT);
    proto.set_i(attribute.integers.front());
  } else if (!attribute.numbers.empty()) {
    proto.set_type(onnx::AttributeProto::FLOAT);
    proto.set_f(attribute.numbers.front());
  } else {
    proto.set_type(onnx::AttributeProto::STRING);
    proto.set_s(attribute.text);
  }
}

bool IsList(const std::string& attribute) {
  return attribute == "kernel_shape" || attribute == "strides" || attribute == "pads" ||
         attribute == "dilations";
}

}  // namespace

void WriteOnnx(const std::string& path, const Graph& graph,
               const std::vector<std::int64_t>& output_shape) {
  onnx::ModelProto model;
  model.set_ir_version(kIrVersion);
  model.set_producer_name("sumac");
  model.add_opset_import()->set_version(kOpset);
  onnx::GraphProto& proto = *model.mutable_graph();
  proto.set_name("sumac");
  SetValue(*proto.add_input(), graph.input.name, graph.input.shape);
  SetValue(*proto.add_output(), graph.output, output_shape);
  for (const GraphNode& node : graph.nodes) {
    onnx::NodeProto& out = *proto.add_node();
    out.set_op_type(node.op);
    out.set_name(node.name);
    for (const std::string& name : node.inputs) out.add_input(name);
    for (const std::string& name : node.outputs) out.add_output(name);
    for (const auto& [name, attribute] : node.attributes) {
      SetAttribute(*out.add_attribute(), name, attribute, IsList(name));
    }
  }
  for (const auto& [name, tensor] : graph.tensors) {
    onnx::TensorProto& out = *proto.add_initializer();
    out.set_name(name);
    out.set_data_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t extent : tensor.shape) out.add_dims(extent);
    out.set_raw_data(tensor.values.data(), tensor.values.size() * sizeof(float));
  }
  for (const auto& [name, values] : graph.integers) {
    onnx::TensorProto& out = *proto.add_initializer();
    out.set_name(name);
    out.set_data_type(onnx::TensorProto::INT64);
    out.add_dims(static_cast<std::int64_t>(values.size()));
    out.set_raw_data(values.data(), values.size() * sizeof(std::int64_t));
  }
  std::string bytes;
  model.SerializeToString(&bytes);
  WriteFileAtomically(path, bytes);
}

}  // namespace sumac
