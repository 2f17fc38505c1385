// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <onnx/onnx_pb.h>

#include <cstring>
#include <optional>
#include <utility>

#include "model/error.h"
#include "sw/graph/plan.h"
#include "sw/io/file.h"
#include "sw/io/shape.h"
#include "sw/onnx/fold_integers.h"
#include "sw/onnx/onnx.h"

namespace sumac {
namespace {

using IntegerTensors = std::map<std::string, IntegerTensor>;

constexpr std::size_t kLargestModel = 0x7FFFFFFF;  // Protocol Buffers' own limit
constexpr std::int64_t kOldestOpset = 7;           // before, operators broadcast by attributes

[[noreturn]] void Refuse(const Graph& graph, const std::string& sentence) {
  throw Error(graph.path + ": " + sentence);
}

// The elements of a tensor: raw little-endian bytes, or the field of their type.
template <typename T, typename Field>
std::vector<T> Elements(const Graph& graph, const onnx::TensorProto& tensor, const Field& field,
                        std::int64_t count) {
  std::vector<T> values(field.begin(), field.end());
  if (tensor.has_raw_data()) {
    const std::string& raw = tensor.raw_data();
    values.resize(raw.size() / sizeof(T));
    if (!values.empty()) std::memcpy(values.data(), raw.data(), values.size() * sizeof(T));
    if (raw.size() % sizeof(T) != 0) values.clear();
  }
  if (std::ssize(values) != count) {
    Refuse(graph,
           fmt::format("the tensor '{}' has {} elements, and its shape [{}] {}; export it again.",
                       tensor.name(), values.size(), fmt::join(tensor.dims(), ", "), count));
  }
  return values;
}

void AddTensor(Graph& graph, IntegerTensors& integers, const std::string& name,
               const onnx::TensorProto& tensor) {
  if (tensor.data_location() == onnx::TensorProto::EXTERNAL || tensor.external_data_size() > 0) {
    Refuse(graph, fmt::format("the tensor '{}' lies in another file; export the model with its "
                              "weights inside (below 2 GB).",
                              name));
  }
  const std::vector<std::int64_t> shape(tensor.dims().begin(), tensor.dims().end());
  const std::optional<std::int64_t> count = ElementCount(shape);
  if (!count) {
    Refuse(graph, fmt::format("the tensor '{}' has the impossible shape [{}]; export it again.",
                              name, fmt::join(shape, ", ")));
  }
  if (graph.tensors.contains(name) || integers.contains(name)) {
    Refuse(graph, fmt::format("the tensor '{}' stands twice; export it again.", name));
  }
  if (tensor.data_type() == onnx::TensorProto::FLOAT) {
    graph.tensors[name] = {name, shape,
                           Elements<float>(graph, tensor, tensor.float_data(), *count)};
  } else if (tensor.data_type() == onnx::TensorProto::INT64) {
    integers[name] = {shape, Elements<std::int64_t>(graph, tensor, tensor.int64_data(), *count)};
  } else {
    const onnx::TensorProto::DataType type =
        onnx::TensorProto::DataType_IsValid(tensor.data_type())
            ? static_cast<onnx::TensorProto::DataType>(tensor.data_type())
            : onnx::TensorProto::UNDEFINED;
    Refuse(graph, fmt::format("the tensor '{}' is of type {}; export the model in float32.", name,
                              onnx::TensorProto::DataType_Name(type)));
  }
}

GraphValue FixedShape(const Graph& graph, const onnx::ValueInfoProto& value) {
  const onnx::TypeProto::Tensor& type = value.type().tensor_type();
  if (type.elem_type() != onnx::TensorProto::FLOAT) {
    Refuse(graph, fmt::format("the input '{}' is not of float32; export the model in float32.",
                              value.name()));
  }
  GraphValue result{value.name(), {}};
  for (const onnx::TensorShapeProto::Dimension& dimension : type.shape().dim()) {
    if (!dimension.has_dim_value() || dimension.dim_value() < 1) {
      Refuse(graph,
             fmt::format("the input '{}' has the dynamic dimension '{}'; export the model with "
                         "fixed shapes (without dynamic_axes).",
                         value.name(), dimension.dim_param()));
    }
    result.shape.push_back(dimension.dim_value());
  }
  if (result.shape.empty()) {
    Refuse(graph, fmt::format("the input '{}' has no shape; export the model with fixed shapes.",
                              value.name()));
  }
  return result;
}

GraphNode Node(const Graph& graph, const onnx::NodeProto& proto) {
  GraphNode node;
  node.op = proto.op_type();
  node.inputs.assign(proto.input().begin(), proto.input().end());
  node.outputs.assign(proto.output().begin(), proto.output().end());
  node.name = OneLine(!proto.name().empty()   ? proto.name()
                      : !node.outputs.empty() ? node.outputs.front()
                                              : "without name");
  if (!proto.domain().empty() && proto.domain() != "ai.onnx") {
    RefuseNode(
        graph, node,
        fmt::format("is of the domain '{}'; only ONNX's own operators are known.", proto.domain()));
  }
  for (const onnx::AttributeProto& attribute : proto.attribute()) {
    GraphAttribute value;
    switch (attribute.type()) {
      case onnx::AttributeProto::INT:
        value.integers = {attribute.i()};
        break;
      case onnx::AttributeProto::INTS:
        value.integers.assign(attribute.ints().begin(), attribute.ints().end());
        break;
      case onnx::AttributeProto::FLOAT:
        value.numbers = {attribute.f()};
        break;
      case onnx::AttributeProto::FLOATS:
        value.numbers.assign(attribute.floats().begin(), attribute.floats().end());
        break;
      case onnx::AttributeProto::STRING:
        value.text = attribute.s();
        break;
      default:
        break;  // an operator that has another one is refused by its name
    }
    node.attributes[attribute.name()] = std::move(value);
  }
  return node;
}

// A Constant becomes a tensor, as does what a node computes of integers alone. False where the node
// is none of these.
bool AddConstant(Graph& graph, IntegerTensors& integers, const onnx::NodeProto& proto) {
  if (const auto folded = FoldIntegers(proto, integers); folded && proto.output_size() == 1) {
    return integers.try_emplace(proto.output(0), *folded).second;
  }
  if (proto.op_type() != "Constant" || proto.output_size() != 1 || proto.attribute_size() != 1) {
    return false;
  }
  const onnx::AttributeProto& value = proto.attribute(0);
  onnx::TensorProto tensor;
  if (value.name() == "value") {
    tensor = value.t();
  } else if (value.name() == "value_float") {
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    tensor.add_float_data(value.f());
  } else if (value.name() == "value_int") {
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_int64_data(value.i());
  } else if (value.name() == "value_ints") {
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_dims(value.ints_size());
    *tensor.mutable_int64_data() = value.ints();
  } else {
    return false;
  }
  AddTensor(graph, integers, proto.output(0), tensor);
  return true;
}

// The shape of a tensor that an earlier node gives, as integers. False where the node is another.
bool AddShape(const Graph& graph, IntegerTensors& integers, const onnx::NodeProto& proto) {
  if (proto.op_type() != "Shape" || proto.input_size() != 1 || proto.output_size() != 1 ||
      proto.attribute_size() != 0) {
    return false;
  }
  Graph until = graph;
  until.output = proto.input(0);
  const GraphPlan plan = PlanGraph(std::move(until));
  const Shape& shape = plan.shapes.at(plan.graph.output);
  return integers.try_emplace(proto.output(0), IntegerTensor{{std::ssize(shape)}, shape}).second;
}

void AddNode(Graph& graph, const IntegerTensors& integers, const onnx::NodeProto& proto) {
  graph.nodes.push_back(Node(graph, proto));
  for (const std::string& name : graph.nodes.back().inputs) {
    const auto found = integers.find(name);
    if (found != integers.end()) graph.integers[name] = found->second.values;
  }
}

}  // namespace

Graph ReadOnnx(const std::string& path) {
  Graph graph;
  graph.path = path;
  onnx::ModelProto model;
  if (!model.ParseFromString(ReadFile(path, kLargestModel)) || !model.has_graph()) {
    Refuse(graph, "expected a whole ONNX model, found something else; export it again.");
  }
  for (const onnx::OperatorSetIdProto& opset : model.opset_import()) {
    if (opset.domain().empty() && opset.version() < kOldestOpset) {
      Refuse(graph, fmt::format("its operators are those of opset {}; export it with opset {} or a "
                                "later one.",
                                opset.version(), kOldestOpset));
    }
  }
  const onnx::GraphProto& proto = model.graph();
  IntegerTensors integers;
  for (const onnx::TensorProto& tensor : proto.initializer()) {
    AddTensor(graph, integers, tensor.name(), tensor);
  }
  std::vector<const onnx::ValueInfoProto*> inputs;  // older files list the weights among them
  for (const onnx::ValueInfoProto& value : proto.input()) {
    if (!graph.tensors.contains(value.name()) && !integers.contains(value.name())) {
      inputs.push_back(&value);
    }
  }
  if (inputs.size() != 1 || proto.output_size() != 1) {
    Refuse(graph, fmt::format("expected one input and one output, found {} and {}; export the part "
                              "that has one of each.",
                              inputs.size(), proto.output_size()));
  }
  graph.input = FixedShape(graph, *inputs.front());
  graph.output = proto.output(0).name();
  for (const onnx::NodeProto& node : proto.node()) {
    if (!AddShape(graph, integers, node) && !AddConstant(graph, integers, node)) {
      AddNode(graph, integers, node);
    }
  }
  return graph;
}

}  // namespace sumac
