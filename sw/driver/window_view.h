// SPDX-License-Identifier: Apache-2.0
// An operand out of an on-chip window, by the view in a descriptor (docs/registers.md, "Views").
#ifndef SUMAC_SW_DRIVER_WINDOW_VIEW_H_
#define SUMAC_SW_DRIVER_WINDOW_VIEW_H_

#include <cstdint>
#include <span>

namespace sumac {

// Fills `operand`, outer x k words, row-major: element (o, i) is the view's at step o and lane i
// or, with `lanes_along_outer`, at step i and lane o; +0 where there is none. `view` are the 18
// words of the view. The window's size is a power of two; addresses wrap in it.
void ReadOperand(const std::uint32_t* view, std::span<const float> window, bool lanes_along_outer,
                 std::int64_t outer, std::int64_t k, std::span<float> operand);

}  // namespace sumac

#endif  // SUMAC_SW_DRIVER_WINDOW_VIEW_H_
