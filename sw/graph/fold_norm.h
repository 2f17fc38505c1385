// SPDX-License-Identifier: Apache-2.0
// A BatchNormalization of inference as the affine step of an epilogue.
#ifndef SUMAC_SW_GRAPH_FOLD_NORM_H_
#define SUMAC_SW_GRAPH_FOLD_NORM_H_

#include <vector>

#include "model/arithmetic.h"
#include "sw/graph/plan.h"

namespace sumac {

struct FoldedChannels {
  std::vector<float> scale;
  std::vector<float> shift;
};

// By docs/arithmetic.md, "Batch norm": scale = binary32(gamma / sqrt(var + epsilon)) in binary64,
// shift = add(beta, -product(mean, scale)). The epsilon is the shortest decimal number that the
// node's binary32 word is nearest to: what was written in the program that exported it.
FoldedChannels FoldNorm(const GraphPlan& plan, const GraphNode& node, const Arithmetic& arithmetic);

}  // namespace sumac

#endif  // SUMAC_SW_GRAPH_FOLD_NORM_H_
