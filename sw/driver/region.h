// SPDX-License-Identifier: Apache-2.0
// A part of an operand: which words of memory it needs, and how it lies in an on-chip window once
// they have been loaded.
#ifndef SUMAC_SW_DRIVER_REGION_H_
#define SUMAC_SW_DRIVER_REGION_H_

#include <array>
#include <cstdint>

#include "model/view.h"

namespace sumac {

// A part of a mixed-radix index: of digit i the values from first[i] on, extent[i] of them. As an
// index it is a run of Size() values if it comes from LargestRange.
struct IndexRange {
  std::array<std::int64_t, 3> first{};
  std::array<std::int64_t, 3> extent{1, 1, 1};

  std::int64_t Size() const { return extent[0] * extent[1] * extent[2]; }
};

// The index values from `start` on, at most `limit` (at least 1) of them, as many as can be while
// they are a range in each digit. With `even`, where several such runs are needed to the end of a
// digit, their sizes are evened out.
IndexRange LargestRange(const std::array<Digit, 3>& digits, std::int64_t start, std::int64_t limit,
                        bool even = true);

// Rows of words in memory, packed one after the other into a window.
struct Load {
  std::int64_t address = 0;  // in the operand's buffer
  std::int64_t row_stride = 0;
  std::int64_t rows = 0;   // 0: no element exists
  std::int64_t words = 0;  // of a row

  std::int64_t Size() const { return rows * words; }
};

// The words that the elements of outer x k need, and the view of those elements in a window that
// has the load's words from word 0 on (its buffer is not set).
struct Region {
  Load load;
  View view;
};
Region MakeRegion(const View& view, const IndexRange& outer, const IndexRange& k);

}  // namespace sumac

#endif  // SUMAC_SW_DRIVER_REGION_H_
