// SPDX-License-Identifier: Apache-2.0
#include "sw/driver/walk_view.h"

#include <bit>
#include <string>

#include "model/error.h"

namespace sumac {
namespace {

constexpr std::int64_t kOne = std::int64_t{1} << kWalkFractionBits;

// Eighths of a word that one step of the coordinate adds to the address.
std::int64_t CoordinateStep(const Bound& bound) {
  const std::int64_t dilation = bound.dilation;
  if (dilation < 1 || dilation > kOne ||
      !std::has_single_bit(static_cast<std::uint64_t>(dilation))) {
    throw Error("An operand has input dilation " + std::to_string(dilation) +
                "; the accelerator takes 1, 2, 4 and 8.");
  }
  return bound.stride * (kOne / dilation);
}

WalkBound MakeBound(const Bound& bound) {
  return {-bound.padding, bound.extent * bound.dilation, bound.dilation - 1};
}

// Whether `low` running through its extent and then `high` moving on is one longer digit.
bool Continues(const Digit& high, const Digit& low) {
  return high.extent == 1 || (high.stride == low.extent * low.stride &&
                              high.y == low.extent * low.y && high.x == low.extent * low.x);
}

WalkIndex MakeIndex(const std::array<Digit, 3>& digits, std::int64_t y_step, std::int64_t x_step) {
  WalkIndex index;
  std::size_t place = 3;  // of the least significant digit that is in use
  for (std::size_t i = 3; i-- > 0;) {
    Digit digit = digits[i];
    if (digit.extent == 1) continue;
    digit.stride = digit.stride * kOne + digit.y * y_step + digit.x * x_step;
    if (place < 3 && Continues(digit, index.digits[place])) {
      index.digits[place].extent *= digit.extent;
    } else {
      index.digits[--place] = digit;
    }
  }
  const Digit& last = index.digits[2];
  index.unit = last.stride == kOne && last.y == 0 && last.x == 0;
  return index;
}

}  // namespace

WalkView MakeWalkView(const View& view) {
  const std::int64_t y_step = CoordinateStep(view.y);
  const std::int64_t x_step = CoordinateStep(view.x);
  WalkView walk;
  walk.start = view.offset * kOne - view.y.padding * y_step - view.x.padding * x_step;
  walk.outer = MakeIndex(view.outer, y_step, x_step);
  walk.k = MakeIndex(view.k, y_step, x_step);
  walk.y = MakeBound(view.y);
  walk.x = MakeBound(view.x);
  return walk;
}

}  // namespace sumac
