// SPDX-License-Identifier: Apache-2.0
#include "sw/graph/window.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace sumac {
namespace {

constexpr std::int64_t kLargest = 1 << 20;  // of any number: their products stay exact

// A list of `count` numbers from `least` on.
std::vector<std::int64_t> List(const Graph& graph, const GraphNode& node, const char* name,
                               std::size_t count, std::int64_t least) {
  std::vector<std::int64_t> list = node.Integers(name, std::vector<std::int64_t>(count, least));
  const bool good = list.size() == count && std::ranges::all_of(list, [&](std::int64_t value) {
                      return value >= least && value <= kLargest;
                    });
  if (!good) {
    RefuseNode(graph, node,
               fmt::format("has {} [{}], expected {} numbers of {} or more (images have two "
                           "dimensions).",
                           name, fmt::join(list, ", "), count, least));
  }
  return list;
}

void PadToSame(WindowAxis& axis, bool more_before) {
  axis.out = (axis.size + axis.stride - 1) / axis.stride;
  const std::int64_t reach = (axis.out - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1;
  const std::int64_t padding = std::max<std::int64_t>(0, reach - axis.size);
  axis.before = (padding + (more_before ? 1 : 0)) / 2;
  axis.after = padding - axis.before;
}

}  // namespace

std::array<WindowAxis, 2> NodeWindow(const Graph& graph, const GraphNode& node,
                                     const std::vector<std::int64_t>& shape,
                                     const std::vector<std::int64_t>& kernel) {
  if (kernel.empty() && !node.Has("kernel_shape")) {
    RefuseNode(graph, node, "has no kernel_shape; export it again.");
  }
  std::vector<std::int64_t> sizes = kernel;
  if (node.Has("kernel_shape")) sizes = List(graph, node, "kernel_shape", 2, 1);
  if (!kernel.empty() && sizes != kernel) {
    RefuseNode(graph, node,
               fmt::format("has kernel_shape [{}] and weights of [{}]; export it again.",
                           fmt::join(sizes, ", "), fmt::join(kernel, ", ")));
  }
  const std::vector<std::int64_t> strides = List(graph, node, "strides", 2, 1);
  const std::vector<std::int64_t> dilations = List(graph, node, "dilations", 2, 1);
  const std::vector<std::int64_t> pads = List(graph, node, "pads", 4, 0);
  const std::string automatic = node.Text("auto_pad", "NOTSET");
  const bool ceil = node.Integer("ceil_mode", 0) != 0;
  std::array<WindowAxis, 2> window;
  for (std::size_t i = 0; i < 2; ++i) {
    WindowAxis& axis = window[i];
    axis = {.size = shape[2 + i],
            .kernel = sizes[i],
            .stride = strides[i],
            .dilation = dilations[i],
            .before = pads[i],
            .after = pads[2 + i]};
    if (automatic == "SAME_UPPER" || automatic == "SAME_LOWER") {
      PadToSame(axis, automatic == "SAME_LOWER");
      continue;
    }
    if (automatic == "VALID") {
      axis.before = axis.after = 0;
    } else if (automatic != "NOTSET") {
      RefuseNode(graph, node, fmt::format("has auto_pad '{}', which is unknown.", automatic));
    }
    const std::int64_t moves =
        axis.size + axis.before + axis.after - ((axis.kernel - 1) * axis.dilation + 1);
    if (moves < 0) {
      RefuseNode(graph, node,
                 fmt::format("has a window of {} x {} that does not fit into images of {} x {}; "
                             "give larger images or more padding.",
                             sizes[0], sizes[1], shape[2], shape[3]));
    }
    axis.out = (moves + (ceil ? axis.stride - 1 : 0)) / axis.stride + 1;
    // A last window that starts beyond the image is left out, as PyTorch does.
    if (ceil && (axis.out - 1) * axis.stride >= axis.size + axis.before) --axis.out;
  }
  return window;
}

}  // namespace sumac
