// SPDX-License-Identifier: Apache-2.0
#include "sw/graph/fold_norm.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "model/add.h"
#include "model/float_mode.h"

namespace sumac {
namespace {

constexpr float kDefaultEpsilon = 1e-5f;

double ShortestDecimal(float number) {
  const std::string text = fmt::format("{}", number);
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

FoldedChannels FoldNorm(const GraphPlan& plan, const GraphNode& node,
                        const Arithmetic& arithmetic) {
  const ScopedFloatMode mode;
  const auto input = [&](std::size_t index) -> const std::vector<float>& {
    return plan.graph.tensors.at(node.inputs[index]).values;
  };
  const std::vector<float>&gamma = input(1), &beta = input(2), &mean = input(3), &var = input(4);
  const double epsilon = ShortestDecimal(node.Number("epsilon", kDefaultEpsilon));
  FoldedChannels folded;
  for (std::size_t c = 0; c < gamma.size(); ++c) {
    const double deviation = std::sqrt(static_cast<double>(var[c]) + epsilon);
    const auto scale = static_cast<float>(static_cast<double>(gamma[c]) / deviation);
    const Word product = Multiply(arithmetic, ToWord(mean[c]), ToWord(scale));
    folded.scale.push_back(scale);
    folded.shift.push_back(ToFloat(Add(ToWord(beta[c]), product ^ kSignBit)));
  }
  return folded;
}

}  // namespace sumac
