// SPDX-License-Identifier: Apache-2.0
// A graph made ready to run: every operator known, every shape found, and what follows a GEMM taken
// into its epilogue where that changes no word.
#ifndef SUMAC_SW_GRAPH_PLAN_H_
#define SUMAC_SW_GRAPH_PLAN_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sw/graph/graph.h"

namespace sumac {

using Shape = std::vector<std::int64_t>;

// One operator; a GEMM (Conv, Gemm, MatMul) with the operators after it that its epilogue does.
struct PlanStep {
  GraphNode node;
  std::vector<GraphNode> norm;  // a BatchNormalization, or none
  std::string residual;         // the other operand of an Add; "": none
  bool relu = false;
  std::string output;
};

struct GraphPlan {
  Graph graph;  // without Identity
  std::vector<PlanStep> steps;
  std::map<std::string, Shape> shapes;  // of every tensor that is not an integer constant

  bool IsConstant(const std::string& name) const { return graph.tensors.contains(name); }
};

// Throws Error, naming the operator and the node, where one is not supported or does not fit.
GraphPlan PlanGraph(Graph graph);

// The shape of a node's result, by the shapes of what it needs. Throws Error as PlanGraph does.
Shape ResultShape(const GraphPlan& plan, const GraphNode& node);

// The limits of a Clip, infinite where there is none; the numbers of a Pad's `pads`, 2 a dimension.
struct ClipRange {
  float least;
  float greatest;
};
ClipRange NodeClip(const GraphPlan& plan, const GraphNode& node);
std::vector<std::int64_t> NodePads(const GraphPlan& plan, const GraphNode& node);

}  // namespace sumac

#endif  // SUMAC_SW_GRAPH_PLAN_H_
