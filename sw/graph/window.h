// SPDX-License-Identifier: Apache-2.0
// The window that a convolution or a pooling moves over an image.
#ifndef SUMAC_SW_GRAPH_WINDOW_H_
#define SUMAC_SW_GRAPH_WINDOW_H_

#include <array>
#include <cstdint>
#include <vector>

#include "sw/graph/graph.h"

namespace sumac {

// One direction: y or x.
struct WindowAxis {
  std::int64_t size = 1;  // of the image
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t before = 0;  // padding
  std::int64_t after = 0;
  std::int64_t out = 1;
};

// Of a node on an NCHW shape, from kernel_shape (or `kernel`, of a convolution's weights), strides,
// dilations, pads, auto_pad and ceil_mode: y, then x. Throws Error where they do not fit.
std::array<WindowAxis, 2> NodeWindow(const Graph& graph, const GraphNode& node,
                                     const std::vector<std::int64_t>& shape,
                                     const std::vector<std::int64_t>& kernel = {});

}  // namespace sumac

#endif  // SUMAC_SW_GRAPH_WINDOW_H_
