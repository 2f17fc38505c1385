// SPDX-License-Identifier: Apache-2.0
// The views of convolutions with 3 x 3 taps and stride 1, as the sparse runs take them.
#ifndef SUMAC_MODEL_GEMM_TRIPLE_TAP_H_
#define SUMAC_MODEL_GEMM_TRIPLE_TAP_H_

#include <array>
#include <cstdint>

#include "model/view.h"

namespace sumac::gemm {

// Whether a coordinate is that of 3 taps with stride 1 and at most 2 of padding.
constexpr bool IsTripleTap(const Bound& bound, std::int64_t positions) {
  return bound.dilation == 1 && bound.extent >= 1 && bound.padding >= 0 && bound.padding <= 2 &&
         positions == bound.extent + 2 * bound.padding - 2;
}

// Whether the view is of a channels-last tensor at positions (image, y, x) and taps (row, column,
// channel); which of its two indices is which differs from pass to pass.
constexpr bool IsTripleTap(const View& view, const std::array<Digit, 3>& positions,
                           const std::array<Digit, 3>& taps) {
  const std::array<Digit, 3> spatial = {
      Digit{.extent = positions[0].extent, .stride = positions[0].stride},
      Digit{.extent = positions[1].extent, .y = 1}, Digit{.extent = positions[2].extent, .x = 1}};
  const std::int64_t channels = taps[2].extent;
  const std::array<Digit, 3> kernel = {Digit{.extent = 3, .y = 1}, Digit{.extent = 3, .x = 1},
                                       Digit{.extent = channels, .stride = 1}};
  return positions == spatial && taps == kernel && IsTripleTap(view.y, positions[1].extent) &&
         IsTripleTap(view.x, positions[2].extent) && view.x.stride == channels &&
         view.y.stride == view.x.extent * channels;
}

}  // namespace sumac::gemm

#endif  // SUMAC_MODEL_GEMM_TRIPLE_TAP_H_
