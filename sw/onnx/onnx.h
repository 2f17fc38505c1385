// SPDX-License-Identifier: Apache-2.0
// ONNX files (https://onnx.ai). Built with SUMAC_ONNX; otherwise (no_onnx.cc) each throws Error.
#ifndef SUMAC_SW_ONNX_ONNX_H_
#define SUMAC_SW_ONNX_ONNX_H_

#include <string>

#include "sw/graph/graph.h"

namespace sumac {

// The graph of a model file, its constants read, its operators not yet looked at. Throws Error,
// naming the file, the thing and a remedy, where it is damaged, has dynamic shapes, several inputs
// or outputs, tensors that are neither float32 nor int64, or data in other files.
Graph ReadOnnx(const std::string& path);

// Writes a model of opset 13, atomically. Names are kept.
void WriteOnnx(const std::string& path, const Graph& graph,
               const std::vector<std::int64_t>& output_shape);

}  // namespace sumac

#endif  // SUMAC_SW_ONNX_ONNX_H_
