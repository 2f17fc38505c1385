// SPDX-License-Identifier: Apache-2.0
#include "sw/graph/graph.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "model/error.h"
#include "sw/io/json.h"

namespace sumac {
namespace {

using nlohmann::ordered_json;

constexpr char kKey[] = "sumac.graph";
constexpr int kVersion = 1;

const GraphAttribute* Find(const GraphNode& node, const std::string& name) {
  const auto found = node.attributes.find(name);
  return found == node.attributes.end() ? nullptr : &found->second;
}

ordered_json ToJson(const GraphNode& node) {
  ordered_json attributes = ordered_json::object();
  for (const auto& [name, attribute] : node.attributes) {
    if (!attribute.integers.empty()) attributes[name]["integers"] = attribute.integers;
    if (!attribute.numbers.empty()) attributes[name]["numbers"] = attribute.numbers;
    if (!attribute.text.empty()) attributes[name]["text"] = attribute.text;
  }
  return {{"op", node.op},
          {"name", node.name},
          {"inputs", node.inputs},
          {"outputs", node.outputs},
          {"attributes", attributes}};
}

GraphNode NodeFromJson(const ordered_json& json) {
  GraphNode node;
  node.op = json.at("op");
  node.name = OneLine(json.at("name").get<std::string>());
  node.inputs = json.at("inputs");
  node.outputs = json.at("outputs");
  for (const auto& [name, value] : json.at("attributes").items()) {
    GraphAttribute attribute;
    attribute.integers = value.value("integers", attribute.integers);
    attribute.numbers = value.value("numbers", attribute.numbers);
    attribute.text = value.value("text", attribute.text);
    node.attributes[name] = std::move(attribute);
  }
  return node;
}

}  // namespace

std::int64_t GraphNode::Integer(const std::string& attribute, std::int64_t absent) const {
  const GraphAttribute* found = Find(*this, attribute);
  return found == nullptr || found->integers.empty() ? absent : found->integers.front();
}

std::vector<std::int64_t> GraphNode::Integers(const std::string& attribute,
                                              std::vector<std::int64_t> absent) const {
  const GraphAttribute* found = Find(*this, attribute);
  return found == nullptr ? absent : found->integers;
}

float GraphNode::Number(const std::string& attribute, float absent) const {
  const GraphAttribute* found = Find(*this, attribute);
  return found == nullptr || found->numbers.empty() ? absent : found->numbers.front();
}

std::string GraphNode::Text(const std::string& attribute, const std::string& absent) const {
  const GraphAttribute* found = Find(*this, attribute);
  return found == nullptr ? absent : found->text;
}

void RefuseNode(const Graph& graph, const GraphNode& node, const std::string& what) {
  throw Error(fmt::format("{}: {} '{}' {}", graph.path, node.op, node.name, what));
}

void WriteGraph(const std::string& path, const Graph& graph) {
  ordered_json nodes = ordered_json::array();
  for (const GraphNode& node : graph.nodes) nodes.push_back(ToJson(node));
  const ordered_json document = {{"version", kVersion},
                                 {"input", graph.input.name},
                                 {"shape", graph.input.shape},
                                 {"output", graph.output},
                                 {"nodes", nodes},
                                 {"integers", graph.integers}};
  TensorFile file;
  file.metadata[kKey] = JsonText(path, document);
  for (const auto& [name, tensor] : graph.tensors) file.tensors.push_back(tensor);
  WriteSafetensors(path, file);
}

Graph ReadGraph(const std::string& path) {
  TensorFile file = ReadSafetensors(path);
  const auto text = file.metadata.find(kKey);
  if (text == file.metadata.end()) {
    throw Error(fmt::format(
        "{} holds no graph; give an ONNX model or what `sumac import` wrote (a checkpoint of "
        "`sumac train` is for `sumac run`).",
        path));
  }
  Graph graph;
  graph.path = path;
  try {
    const ordered_json document = ParseJson<ordered_json>(text->second);
    if (document.at("version") != kVersion) {
      throw Error(fmt::format("{}: its graph is of version {}, expected {}; import it again.", path,
                              document.at("version").dump(), kVersion));
    }
    graph.input = {document.at("input"), document.at("shape")};
    graph.output = document.at("output");
    for (const ordered_json& node : document.at("nodes")) {
      graph.nodes.push_back(NodeFromJson(node));
    }
    graph.integers = document.at("integers");
  } catch (const nlohmann::json::exception&) {
    throw Error(
        fmt::format("{}: its graph is not as `sumac import` writes it; import it again.", path));
  }
  for (NamedTensor& tensor : file.tensors) {
    const std::string name = tensor.name;
    graph.tensors[name] = std::move(tensor);
  }
  return graph;
}

}  // namespace sumac
