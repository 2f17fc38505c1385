// SPDX-License-Identifier: Apache-2.0
#include "sw/onnx/resnet_graph.h"

#include <string>
#include <utility>

#include "model/devices.h"

namespace sumac {
namespace {

constexpr float kEpsilon = static_cast<float>(BatchNorm::kEpsilon);

GraphAttribute Integers(std::vector<std::int64_t> values) { return {std::move(values), {}, ""}; }
GraphAttribute Number(float value) { return {{}, {value}, ""}; }
GraphAttribute Text(const std::string& text) { return {{}, {}, text}; }

class Builder {
 public:
  explicit Builder(Graph& graph) : graph_(graph) {}

  // Each adds a node and returns the name of its result, which is the node's own.
  std::string Add(const std::string& op, const std::string& name, std::vector<std::string> inputs,
                  std::map<std::string, GraphAttribute> attributes = {}) {
    graph_.nodes.push_back({op, name, std::move(inputs), {name}, std::move(attributes)});
    return name;
  }

  std::string ConvNorm(const Conv& conv, const std::string& norm, const std::string& x) {
    const ConvGeometry& g = conv.geometry();
    const std::string y = Add("Conv", conv.name(), {x, conv.name() + ".weight"},
                              {{"kernel_shape", Integers({g.kernel, g.kernel})},
                               {"strides", Integers({g.stride, g.stride})},
                               {"pads", Integers({g.padding, g.padding, g.padding, g.padding})}});
    return Add("BatchNormalization", norm,
               {y, norm + ".weight", norm + ".bias", norm + ".running_mean", norm + ".running_var"},
               {{"epsilon", Number(kEpsilon)}});
  }

  // Option A (docs/arithmetic.md, "Block and shortcut").
  std::string Shortcut(const ConvGeometry& g, const std::string& name, const std::string& x) {
    if (g.in_channels == g.out_channels) return x;
    const std::string pixels =
        Add("MaxPool", name + ".pixels", {x},
            {{"kernel_shape", Integers({1, 1})}, {"strides", Integers({g.stride, g.stride})}});
    const std::int64_t added = g.out_channels - g.in_channels;
    const std::string pads = name + ".pads";
    graph_.integers[pads] = {0, added / 2, 0, 0, 0, added - added / 2, 0, 0};
    return Add("Pad", name, {pixels, pads}, {{"mode", Text("constant")}});
  }

 private:
  Graph& graph_;
};

}  // namespace

Graph ResNetGraph(const Checkpoint& checkpoint, std::int64_t batch) {
  const std::unique_ptr<Device> device = MakeReferenceDevice(1);
  const ResNet net = MakeNetwork(*device, checkpoint);
  Graph graph;
  graph.path = checkpoint.path;
  const ResNetConfig& config = net.config();
  graph.input = {"image", {batch, config.channels, config.height, config.width}};
  for (NamedTensor& tensor : StateTensors(net)) {
    const std::string name = tensor.name;
    graph.tensors[name] = std::move(tensor);
  }
  Builder builder(graph);
  std::string x = builder.Add("Relu", "relu1", {builder.ConvNorm(net.conv1(), "bn1", "image")});
  for (const ResNet::Block& block : net.blocks()) {
    const std::string& first = block.conv1.name();
    const std::string name = first.substr(0, first.rfind('.') + 1);
    std::string y = builder.ConvNorm(block.conv1, name + "bn1", x);
    y = builder.Add("Relu", name + "relu1", {y});
    y = builder.ConvNorm(block.conv2, name + "bn2", y);
    x = builder.Shortcut(block.conv1.geometry(), name + "shortcut", x);
    y = builder.Add("Add", name + "sum", {y, x});
    x = builder.Add("Relu", name + "relu2", {y});
  }
  x = builder.Add("GlobalAveragePool", "pool", {x});
  x = builder.Add("Flatten", "features", {x});
  graph.output = "logits";
  builder.Add("Gemm", "linear", {x, "linear.weight", "linear.bias"}, {{"transB", Integers({1})}});
  graph.nodes.back().outputs = {graph.output};
  return graph;
}

}  // namespace sumac
