// SPDX-License-Identifier: Apache-2.0
#include "sw/graph/host_operators.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "model/add.h"
#include "model/float_mode.h"

namespace sumac {
namespace {

float AddFloats(float a, float b) { return ToFloat(Add(ToWord(a), ToWord(b))); }

// The words from an element to the next one of each dimension, where a tensor lies as it does
// inside.
Shape Strides(const Shape& shape) {
  Shape strides(shape.size());
  std::int64_t stride = 1;
  const auto place = [&](std::size_t i) {
    strides[i] = stride;
    stride *= shape[i];
  };
  if (shape.size() == 4) {
    for (const std::size_t i : {1, 3, 2, 0}) place(i);
  } else {
    for (std::size_t i = shape.size(); i-- > 0;) place(i);
  }
  return strides;
}

// Calls visit(the index of each dimension) for every element, the last dimension fastest.
template <typename Visit>
void ForEach(const Shape& shape, Visit visit) {
  Shape index(shape.size());
  while (true) {
    visit(index);
    std::size_t i = shape.size();
    while (i > 0 && ++index[i - 1] == shape[i - 1]) index[--i] = 0;
    if (i == 0) return;
  }
}

std::size_t Address(const Shape& index, const Shape& strides) {
  std::int64_t address = 0;
  for (std::size_t i = 0; i < index.size(); ++i) address += index[i] * strides[i];
  return static_cast<std::size_t>(address);
}

// The positions of a window's place in one direction, [begin, end) of its `kernel` ones, that are
// at least `least` and below `limit`.
struct Taps {
  std::int64_t begin = 0;
  std::int64_t end = 0;
};
Taps Inside(const WindowAxis& axis, std::int64_t place, std::int64_t least, std::int64_t limit) {
  const std::int64_t start = place * axis.stride - axis.before;
  Taps taps{axis.kernel, 0};
  for (std::int64_t i = 0; i < axis.kernel; ++i) {
    const std::int64_t at = start + i * axis.dilation;
    if (at < least || at >= limit) continue;
    taps.begin = std::min(taps.begin, i);
    taps.end = i + 1;
  }
  return taps;
}

// For every place of the window on an image: its taps inside, and the pixels' words.
template <typename Place>
void ForEachPlace(const std::array<WindowAxis, 2>& window, std::int64_t images, Place place) {
  const WindowAxis& y = window[0];
  const WindowAxis& x = window[1];
#pragma omp parallel
  {
    const ScopedFloatMode mode;
#pragma omp for schedule(static)
    for (std::int64_t row = 0; row < images * y.out; ++row) {
      const std::int64_t image = row / y.out;
      const Taps rows = Inside(y, row % y.out, 0, y.size);
      for (std::int64_t ox = 0; ox < x.out; ++ox) {
        const Taps columns = Inside(x, ox, 0, x.size);
        const std::int64_t top = row % y.out * y.stride - y.before;
        const std::int64_t left = ox * x.stride - x.before;
        std::vector<std::int64_t> pixels;
        for (std::int64_t r = rows.begin; r < rows.end; ++r) {
          for (std::int64_t q = columns.begin; q < columns.end; ++q) {
            pixels.push_back((image * y.size + top + r * y.dilation) * x.size + left +
                             q * x.dilation);
          }
        }
        place(row * x.out + ox, row % y.out, ox, pixels);
      }
    }
  }
}

}  // namespace

void ToChannelsLast(const Shape& shape, std::span<const float> onnx, std::span<float> inside) {
  std::size_t i = 0;
  const Shape strides = Strides(shape);
  ForEach(shape, [&](const Shape& index) { inside[Address(index, strides)] = onnx[i++]; });
}

void FromChannelsLast(const Shape& shape, std::span<const float> inside, std::span<float> onnx) {
  std::size_t i = 0;
  const Shape strides = Strides(shape);
  ForEach(shape, [&](const Shape& index) { onnx[i++] = inside[Address(index, strides)]; });
}

void AddTensors(const Shape& a_shape, std::span<const float> a, const Shape& b_shape,
                std::span<const float> b, const Shape& shape, std::span<float> y) {
  // An extent of 1 is repeated by a stride of 0. Dimensions that an operand lacks come first.
  const auto repeated = [&](const Shape& operand) {
    Shape strides(shape.size() - operand.size());
    const Shape own = Strides(operand);
    for (std::size_t i = 0; i < operand.size(); ++i) {
      strides.push_back(operand[i] == 1 ? 0 : own[i]);
    }
    return strides;
  };
  const Shape a_strides = repeated(a_shape);
  const Shape b_strides = repeated(b_shape);
  const Shape strides = Strides(shape);
  ForEach(shape, [&](const Shape& index) {
    y[Address(index, strides)] =
        AddFloats(a[Address(index, a_strides)], b[Address(index, b_strides)]);
  });
}

void ClipWords(const ClipRange& range, std::span<const float> x, std::span<float> y) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    float value = x[i];
    if (value < range.least) value = range.least;
    if (value > range.greatest) value = range.greatest;
    y[i] = AddFloats(value, 0);
  }
}

void PadTensor(const Shape& x_shape, std::span<const float> x, std::span<const std::int64_t> pads,
               float value, const Shape& y_shape, std::span<float> y) {
  std::ranges::fill(y, value);
  const Shape from = Strides(x_shape);
  const Shape to = Strides(y_shape);
  const std::size_t corner = Address(Shape(pads.begin(), pads.begin() + std::ssize(x_shape)), to);
  ForEach(x_shape,
          [&](const Shape& index) { y[corner + Address(index, to)] = x[Address(index, from)]; });
}

void MaxPool(const std::array<WindowAxis, 2>& window, std::int64_t images, std::int64_t channels,
             std::span<const float> x, std::span<float> y) {
  ForEachPlace(window, images, [&](std::int64_t place, std::int64_t, std::int64_t, auto& pixels) {
    for (std::int64_t c = 0; c < channels; ++c) {
      float greatest = -std::numeric_limits<float>::infinity();
      for (const std::int64_t pixel : pixels) {
        const float value = x[static_cast<std::size_t>(pixel * channels + c)];
        if (value > greatest || std::isnan(value)) greatest = value;
      }
      y[static_cast<std::size_t>(place * channels + c)] = AddFloats(greatest, 0);
    }
  });
}

void AveragePool(const std::array<WindowAxis, 2>& window, bool count_padding, std::int64_t images,
                 std::int64_t channels, std::span<const float> x, std::span<float> y) {
  const auto padded = [](const WindowAxis& axis, std::int64_t place) {
    const Taps taps = Inside(axis, place, -axis.before, axis.size + axis.after);
    return taps.end - taps.begin;
  };
  ForEachPlace(
      window, images, [&](std::int64_t place, std::int64_t oy, std::int64_t ox, auto& pixels) {
        const std::int64_t count =
            count_padding ? padded(window[0], oy) * padded(window[1], ox) : std::ssize(pixels);
        for (std::int64_t c = 0; c < channels; ++c) {
          double sum = 0;
          for (const std::int64_t pixel : pixels) {
            sum += static_cast<double>(x[static_cast<std::size_t>(pixel * channels + c)]);
          }
          y[static_cast<std::size_t>(place * channels + c)] =
              static_cast<float>(sum / static_cast<double>(count));
        }
      });
}

}  // namespace sumac
