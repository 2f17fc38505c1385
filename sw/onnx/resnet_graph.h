// SPDX-License-Identifier: Apache-2.0
// A trained ResNet as a graph of ONNX's operators.
#ifndef SUMAC_SW_ONNX_RESNET_GRAPH_H_
#define SUMAC_SW_ONNX_RESNET_GRAPH_H_

#include <cstdint>

#include "sw/graph/graph.h"
#include "sw/train/checkpoint.h"

namespace sumac {

// For `batch` images N x C x H x W named "image", to "logits". Weights and statistics keep the
// checkpoint's names, which are PyTorch's; nodes have the layers'. A shortcut that halves the image
// is a MaxPool of one pixel with stride 2 and a Pad of channels. Throws Error where the checkpoint
// is not whole.
Graph ResNetGraph(const Checkpoint& checkpoint, std::int64_t batch);

}  // namespace sumac

#endif  // SUMAC_SW_ONNX_RESNET_GRAPH_H_
