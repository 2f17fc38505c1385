// SPDX-License-Identifier: Apache-2.0
#include "sw/driver/window_view.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "sw/driver/registers.h"
#include "sw/driver/walk_view.h"

namespace sumac {
namespace {

// What a step or a lane adds to the address (eighths of a word) and to the coordinates. All wrap,
// as the hardware's adders do.
struct Part {
  std::uint32_t address = 0;
  std::uint16_t y = 0;
  std::uint16_t x = 0;
};

// The parts of the first `count` values of an index: digit 2 the fastest, digit 0 without an end.
std::vector<Part> Parts(const std::uint32_t* stride, std::uint32_t extent,
                        const std::uint32_t* share, std::int64_t count) {
  const std::int64_t extent1 = std::max<std::int64_t>(1, extent & 0xFFFF);
  const std::int64_t extent2 = std::max<std::int64_t>(1, extent >> 16);
  std::vector<Part> parts(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t digits[] = {i / (extent1 * extent2), i / extent2 % extent1, i % extent2};
    Part& part = parts[static_cast<std::size_t>(i)];
    for (int d = 0; d < 3; ++d) {
      const auto digit = static_cast<std::uint32_t>(digits[d]);
      part.address += digit * stride[d];
      part.y = static_cast<std::uint16_t>(part.y + digit * (share[d] & 0xFFFF));
      part.x = static_cast<std::uint16_t>(part.x + digit * (share[d] >> 16));
    }
  }
  return parts;
}

// Whether the coordinate, of whose view word the sum is `sum` past the start, is an element's.
bool Exists(std::uint32_t bound, std::uint32_t mask, int sum) {
  const auto t = static_cast<std::int16_t>((bound & 0xFFFF) + static_cast<std::uint32_t>(sum));
  return t >= 0 && static_cast<std::uint32_t>(t) < bound >> 16 &&
         (static_cast<std::uint32_t>(t) & mask) == 0;
}

}  // namespace

void ReadOperand(const std::uint32_t* view, std::span<const float> window, bool lanes_along_outer,
                 std::int64_t outer, std::int64_t k, std::span<float> operand) {
  const std::vector<Part> steps = Parts(view + kViewStepStride, view[kViewStepExtent],
                                        view + kViewStepShare, lanes_along_outer ? k : outer);
  const std::vector<Part> lanes = Parts(view + kViewLaneStride, view[kViewLaneExtent],
                                        view + kViewLaneShare, lanes_along_outer ? outer : k);
  const std::uint32_t y_mask = view[kViewMasks] & 7;
  const std::uint32_t x_mask = view[kViewMasks] >> 8 & 7;
  std::size_t next = 0;
  for (const Part& row : lanes_along_outer ? lanes : steps) {
    for (const Part& column : lanes_along_outer ? steps : lanes) {
      const bool exists = Exists(view[kViewY], y_mask, row.y + column.y) &&
                          Exists(view[kViewX], x_mask, row.x + column.x);
      const std::size_t place =
          (view[kViewStart] + row.address + column.address) >> kWalkFractionBits;
      operand[next++] = exists ? window[place & (window.size() - 1)] : 0.0f;
    }
  }
}

}  // namespace sumac
