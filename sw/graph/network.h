// SPDX-License-Identifier: Apache-2.0
// Runs a graph: its GEMMs as jobs of a device, one a convolution's group, the rest on the host.
#ifndef SUMAC_SW_GRAPH_NETWORK_H_
#define SUMAC_SW_GRAPH_NETWORK_H_

#include <span>
#include <vector>

#include "sw/graph/plan.h"
#include "sw/nn/context.h"

namespace sumac {

// The network's output for one input, both in ONNX's order (NCHW). The context's forward arithmetic
// is that of every job; each is reported under its node's name. Which words: docs/onnx.md.
std::vector<float> RunGraph(Context& context, const GraphPlan& plan, std::span<const float> input);

}  // namespace sumac

#endif  // SUMAC_SW_GRAPH_NETWORK_H_
