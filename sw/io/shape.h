// SPDX-License-Identifier: Apache-2.0
// Shapes as files state them: not to be trusted.
#ifndef SUMAC_SW_IO_SHAPE_H_
#define SUMAC_SW_IO_SHAPE_H_

#include <cstdint>
#include <optional>
#include <vector>

namespace sumac {

// The product of the extents (1 for none), or nothing where an extent is negative or the product
// reaches 2^60, so that four times it, and one more, still fit.
inline std::optional<std::int64_t> ElementCount(const std::vector<std::int64_t>& shape) {
  constexpr std::int64_t kLimit = std::int64_t{1} << 60;
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 0 || extent >= kLimit) return std::nullopt;
    if (extent != 0 && count >= (kLimit + extent - 1) / extent) return std::nullopt;
    count *= extent;
  }
  return count;
}

}  // namespace sumac

#endif  // SUMAC_SW_IO_SHAPE_H_
