// SPDX-License-Identifier: Apache-2.0
#include "sw/graph/plan.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "model/error.h"
#include "sw/io/shape.h"

namespace sumac {
namespace {

// Identity gives a tensor a second name; the first one is used throughout.
void RemoveIdentities(Graph& graph) {
  std::map<std::string, std::string> names;
  const auto first = [&](std::string& name) {
    const auto found = names.find(name);
    if (found != names.end()) name = found->second;
  };
  std::vector<GraphNode> kept;
  for (GraphNode& node : graph.nodes) {
    for (std::string& input : node.inputs) first(input);
    if (node.op != "Identity") {
      kept.push_back(std::move(node));
    } else if (node.inputs.size() == 1 && node.outputs.size() == 1) {
      names[node.outputs[0]] = node.inputs[0];
    } else {
      RefuseNode(graph, node, "needs one input and one output; export it again.");
    }
  }
  first(graph.output);
  graph.nodes = std::move(kept);
}

void CheckNode(const GraphPlan& plan, const GraphNode& node) {
  for (const std::string& name : node.inputs) {
    if (!name.empty() && !plan.shapes.contains(name) && !plan.graph.integers.contains(name)) {
      RefuseNode(plan.graph, node,
                 fmt::format("needs '{}', which no earlier node gives; export it again.", name));
    }
  }
  for (std::size_t i = 1; i < node.outputs.size(); ++i) {
    if (!node.outputs[i].empty()) {
      RefuseNode(plan.graph, node,
                 "has more than one output, which is not supported; export it for inference.");
    }
  }
  if (node.outputs.empty() || plan.shapes.contains(node.outputs[0]) ||
      plan.graph.integers.contains(node.outputs[0])) {
    RefuseNode(plan.graph, node, "has no output of its own; export it again.");
  }
}

// Finds what follows each GEMM and nothing else.
class Fuser {
 public:
  explicit Fuser(const GraphPlan& plan) : plan_(plan), taken_(plan.graph.nodes.size()) {
    for (const GraphNode& node : plan.graph.nodes) {
      for (const std::string& name : node.inputs) ++uses_[name];
    }
    ++uses_[plan.graph.output];
  }

  std::vector<PlanStep> Steps() {
    const std::vector<GraphNode>& nodes = plan_.graph.nodes;
    // A step stands where its last operator stood: all that it needs is there by then.
    std::map<std::size_t, PlanStep> steps;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (taken_[i]) continue;
      PlanStep step;
      step.node = nodes[i];
      step.output = nodes[i].outputs[0];
      std::size_t last = i;
      if (nodes[i].op == "Conv" || nodes[i].op == "Gemm" || nodes[i].op == "MatMul") {
        Extend(step, last);
      }
      steps[last] = std::move(step);
    }
    std::vector<PlanStep> list;
    for (auto& [last, step] : steps) list.push_back(std::move(step));
    return list;
  }

 private:
  // The one node that takes `name`, where it is of this operator.
  std::optional<std::size_t> Next(const std::string& name, const std::string& op) const {
    const auto uses = uses_.find(name);
    if (uses == uses_.end() || uses->second != 1 || name == plan_.graph.output) return std::nullopt;
    for (std::size_t i = 0; i < plan_.graph.nodes.size(); ++i) {
      const GraphNode& node = plan_.graph.nodes[i];
      if (node.op != op || taken_[i]) continue;
      for (const std::string& input : node.inputs) {
        if (input == name) return i;
      }
    }
    return std::nullopt;
  }

  void Take(std::size_t index, PlanStep& step, std::size_t& last) {
    taken_[index] = true;
    step.output = plan_.graph.nodes[index].outputs[0];
    last = index;
  }

  void Extend(PlanStep& step, std::size_t& last) {
    const std::vector<GraphNode>& nodes = plan_.graph.nodes;
    if (step.node.op != "MatMul") {
      if (const auto norm = Next(step.output, "BatchNormalization")) {
        step.norm = {nodes[*norm]};
        Take(*norm, step, last);
      }
    }
    if (const auto sum = Next(step.output, "Add")) {
      const GraphNode& node = nodes[*sum];
      const std::string& other = node.inputs[node.inputs[0] == step.output ? 1 : 0];
      if (plan_.shapes.at(other) == plan_.shapes.at(step.output)) {
        step.residual = other;
        Take(*sum, step, last);
      }
    }
    if (const auto relu = Next(step.output, "Relu")) {
      step.relu = true;
      Take(*relu, step, last);
    }
  }

  const GraphPlan& plan_;
  std::vector<bool> taken_;
  std::map<std::string, int> uses_;
};

}  // namespace

GraphPlan PlanGraph(Graph graph) {
  RemoveIdentities(graph);
  GraphPlan plan;
  plan.graph = std::move(graph);
  for (const auto& [name, tensor] : plan.graph.tensors) plan.shapes[name] = tensor.shape;
  if (!plan.shapes.try_emplace(plan.graph.input.name, plan.graph.input.shape).second) {
    throw Error(fmt::format("{}: the input '{}' is a constant too; export it again.",
                            plan.graph.path, plan.graph.input.name));
  }
  const std::optional<std::int64_t> count = ElementCount(plan.graph.input.shape);
  if (!count || *count == 0) {
    throw Error(fmt::format("{}: the input '{}' has no element; export it again.", plan.graph.path,
                            plan.graph.input.name));
  }
  for (const GraphNode& node : plan.graph.nodes) {
    CheckNode(plan, node);
    plan.shapes[node.outputs[0]] = ResultShape(plan, node);
  }
  if (!plan.shapes.contains(plan.graph.output)) {
    throw Error(fmt::format("{}: no node gives the output '{}'; export it again.", plan.graph.path,
                            plan.graph.output));
  }
  plan.steps = Fuser(plan).Steps();
  return plan;
}

}  // namespace sumac
