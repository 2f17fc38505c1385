// SPDX-License-Identifier: Apache-2.0
// Bit-exact comparison (docs/arithmetic.md, "What counts as bit-exact").
#ifndef SUMAC_MODEL_COMPARE_H_
#define SUMAC_MODEL_COMPARE_H_

#include <cstdint>
#include <span>

#include "model/device.h"

namespace sumac {

// Compares rows x columns words (row-major) as words; `first` tells index [m][n], both words in hex
// and as numbers.
Mismatch CompareWords(std::span<const float> got, std::span<const float> expected,
                      std::int64_t columns);

}  // namespace sumac

#endif  // SUMAC_MODEL_COMPARE_H_
