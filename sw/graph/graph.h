// SPDX-License-Identifier: Apache-2.0
// A network from outside: operators of ONNX, by name, between named tensors. Shapes and constants
// are ONNX's (images NCHW, convolution weights OIHW).
#ifndef SUMAC_SW_GRAPH_GRAPH_H_
#define SUMAC_SW_GRAPH_GRAPH_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sw/io/safetensors.h"

namespace sumac {

// One of the three; a single number is a list of one.
struct GraphAttribute {
  std::vector<std::int64_t> integers;
  std::vector<float> numbers;
  std::string text;
};

struct GraphNode {
  std::string op;
  std::string name;                 // never empty
  std::vector<std::string> inputs;  // "": left out
  std::vector<std::string> outputs;
  std::map<std::string, GraphAttribute> attributes;

  // An attribute's value, or what it is where it is absent.
  std::int64_t Integer(const std::string& attribute, std::int64_t absent) const;
  std::vector<std::int64_t> Integers(const std::string& attribute,
                                     std::vector<std::int64_t> absent) const;
  float Number(const std::string& attribute, float absent) const;
  std::string Text(const std::string& attribute, const std::string& absent) const;
  bool Has(const std::string& attribute) const { return attributes.contains(attribute); }
  // "" where the input is left out.
  std::string Input(std::size_t index) const { return index < inputs.size() ? inputs[index] : ""; }
};

struct GraphValue {
  std::string name;
  std::vector<std::int64_t> shape;
};

struct Graph {
  std::string path;  // the file that it is from, for messages
  GraphValue input;
  std::string output;
  std::vector<GraphNode> nodes;  // each after those that it needs
  std::map<std::string, NamedTensor> tensors;
  std::map<std::string, std::vector<std::int64_t>> integers;  // constants that are shapes
};

// Throws Error: "FILE: OP 'NODE' WHAT".
[[noreturn]] void RefuseNode(const Graph& graph, const GraphNode& node, const std::string& what);

// Weights as the file's tensors, under their names and in ONNX's order, which is PyTorch's too; all
// else as JSON in its metadata "sumac.graph". Throws Error.
void WriteGraph(const std::string& path, const Graph& graph);
Graph ReadGraph(const std::string& path);

}  // namespace sumac

#endif  // SUMAC_SW_GRAPH_GRAPH_H_
