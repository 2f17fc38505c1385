// SPDX-License-Identifier: Apache-2.0
// An operand's view as the accelerator walks it (rtl/sumac_walk.sv, docs/rtl.md "Views"): the
// strides of the two coordinates are folded into those of the digits, so that the hardware adds
// and compares, and never multiplies or divides.
#ifndef SUMAC_SW_DRIVER_WALK_VIEW_H_
#define SUMAC_SW_DRIVER_WALK_VIEW_H_

#include <array>
#include <cstdint>

#include "model/view.h"

namespace sumac {

// Addresses count eighths of a word: input dilations are powers of two up to 8.
constexpr int kWalkFractionBits = 3;

// What one index (outer or k) adds. Digit 0 is the most significant.
struct WalkIndex {
  std::array<Digit, 3> digits;  // strides in eighths of a word
  // Neighbours in digit 2 are neighbours in memory and share both coordinates.
  bool unit = false;
};

// An element exists where 0 <= t < limit and t & mask == 0 for t = start + the digits' sum.
struct WalkBound {
  std::int64_t start = 0;
  std::int64_t limit = 1;
  std::int64_t mask = 0;
};

struct WalkView {
  std::int64_t start = 0;  // eighths of a word
  WalkIndex outer;
  WalkIndex k;
  WalkBound y;
  WalkBound x;
};

// Throws Error where a dilation is not 1, 2, 4 or 8. Digits that continue each other are merged, so
// that runs are as long as the operand allows.
WalkView MakeWalkView(const View& view);

}  // namespace sumac

#endif  // SUMAC_SW_DRIVER_WALK_VIEW_H_
