// SPDX-License-Identifier: Apache-2.0
#include "model/view.h"

#include <utility>

namespace sumac {

View MatrixOperand(BufferPtr buffer, std::int64_t offset, std::int64_t outer,
                   std::int64_t outer_stride, std::int64_t k, std::int64_t k_stride) {
  View view;
  view.buffer = std::move(buffer);
  view.offset = offset;
  view.outer[2] = {.extent = outer, .stride = outer_stride};
  view.k[2] = {.extent = k, .stride = k_stride};
  return view;
}

ViewIndex::Part ViewIndex::Split(const std::array<Digit, 3>& digits, std::int64_t index) {
  Part part;
  for (int i = 2; i >= 0; --i) {
    const Digit& digit = digits[static_cast<std::size_t>(i)];
    const std::int64_t value = i == 0 ? index : index % digit.extent;
    index /= digit.extent;
    part.address += value * digit.stride;
    part.y += value * digit.y;
    part.x += value * digit.x;
  }
  return part;
}

}  // namespace sumac
