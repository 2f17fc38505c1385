// SPDX-License-Identifier: Apache-2.0
// The operators that are no GEMM, on the host. Tensors of four dimensions are channels-last here
// (NHWC) and have ONNX's shape (NCHW) beside them; all others lie as they read.
#ifndef SUMAC_SW_GRAPH_HOST_OPERATORS_H_
#define SUMAC_SW_GRAPH_HOST_OPERATORS_H_

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "sw/graph/plan.h"
#include "sw/graph/window.h"

namespace sumac {

// Copies of words in ONNX's order, channels-last, and back.
void ToChannelsLast(const Shape& shape, std::span<const float> onnx, std::span<float> inside);
void FromChannelsLast(const Shape& shape, std::span<const float> inside, std::span<float> onnx);

// y = add(a, b), where an extent of 1, or none, is repeated.
void AddTensors(const Shape& a_shape, std::span<const float> a, const Shape& b_shape,
                std::span<const float> b, const Shape& shape, std::span<float> y);

// y = add(x held between the limits, +0); a NaN stays one.
void ClipWords(const ClipRange& range, std::span<const float> x, std::span<float> y);

// y = x with `value` around it; pads as ONNX has them: before every dimension, then after.
void PadTensor(const Shape& x_shape, std::span<const float> x, std::span<const std::int64_t> pads,
               float value, const Shape& y_shape, std::span<float> y);

// y = add(the greatest of the window, +0), a NaN where there is one; padding is left out.
void MaxPool(const std::array<WindowAxis, 2>& window, std::int64_t images, std::int64_t channels,
             std::span<const float> x, std::span<float> y);

// y = binary32(S / n), S the binary64 sum over the window, row by row, from +0; n its positions
// inside the image, or with `count_padding` inside the padded one.
void AveragePool(const std::array<WindowAxis, 2>& window, bool count_padding, std::int64_t images,
                 std::int64_t channels, std::span<const float> x, std::span<float> y);

}  // namespace sumac

#endif  // SUMAC_SW_GRAPH_HOST_OPERATORS_H_
