// SPDX-License-Identifier: Apache-2.0
// One spatial axis of a convolution's view: a position digit and a kernel digit that share a
// bounded coordinate, t = position * step + tap * tap_step - padding.
#ifndef SUMAC_MODEL_GEMM_AXIS_H_
#define SUMAC_MODEL_GEMM_AXIS_H_

#include <cstdint>
#include <optional>
#include <span>

#include "model/view.h"

namespace sumac::gemm {

struct Axis {
  std::int64_t positions = 1;
  std::int64_t step = 1;
  std::int64_t taps = 1;
  std::int64_t tap_step = 1;
  Bound bound;

  // Takes the axis' digit, if it is next, off the front of `digits`. False where the digit is of no
  // form that an axis has.
  static bool Take(std::span<const Digit>& digits, bool y, std::int64_t& extent,
                   std::int64_t& step) {
    if (digits.empty()) return true;
    const Digit& digit = digits.front();
    const std::int64_t own = y ? digit.y : digit.x;
    if (own == 0) return true;
    if (own < 0 || digit.stride != 0 || (y ? digit.x : digit.y) != 0) return false;
    extent = digit.extent;
    step = own;
    digits = digits.subspan(1);
    return true;
  }
};

}  // namespace sumac::gemm

#endif  // SUMAC_MODEL_GEMM_AXIS_H_
