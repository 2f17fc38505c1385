// SPDX-License-Identifier: Apache-2.0
// A View brought to a form that shows what it is: for the SIMD device's packing.
#ifndef SUMAC_MODEL_GEMM_VIEW_H_
#define SUMAC_MODEL_GEMM_VIEW_H_

#include <cstdint>
#include <vector>

#include "model/view.h"

namespace sumac::gemm {

// The same elements at the same addresses as a View, without digits of extent 1, with adjacent
// digits merged where they count as one, and with coordinates that are never out of bounds turned
// into plain strides.
struct CompactView {
  explicit CompactView(const View& view);

  // A view with the same elements.
  View Expanded() const;

  View source;  // as given
  std::int64_t offset = 0;
  std::vector<Digit> outer;  // most significant first
  std::vector<Digit> k;
  Bound y;
  Bound x;
  bool bounded = false;  // some element may be +0
};

// What the indices begin .. end - 1 of a mixed-radix number add to address and coordinates.
std::vector<ViewIndex::Part> Parts(const std::vector<Digit>& digits, std::int64_t begin,
                                   std::int64_t end);

// Whether a digit only adds to the address.
constexpr bool IsPlain(const Digit& digit) { return digit.y == 0 && digit.x == 0; }

}  // namespace sumac::gemm

#endif  // SUMAC_MODEL_GEMM_VIEW_H_
