// SPDX-License-Identifier: Apache-2.0
// Global average pooling, and the option A shortcut.
#ifndef SUMAC_SW_NN_POOL_H_
#define SUMAC_SW_NN_POOL_H_

#include <cstdint>

#include "sw/nn/conv.h"
#include "sw/nn/mul_free.h"

namespace sumac {

// y (images x channels) is the mean of x (images x rows x channels) over an image's rows: a
// binary64 sum in row order, divided by their number, rounded once; with MulFree::kAll the sum is
// rounded first, and the quotient is padiv.
void PoolForward(std::int64_t images, std::int64_t rows, std::int64_t channels, const float* x,
                 float* y, MulFree mul_free = MulFree::kGemm);
// dx = dy / rows in binary32, or padiv, the same for all rows.
void PoolBackward(std::int64_t images, std::int64_t rows, std::int64_t channels, const float* dy,
                  float* dx, MulFree mul_free = MulFree::kGemm);

// The shortcut around a block whose first convolution has this geometry: every stride-th row and
// column, (out_channels - in_channels) / 2 zero channels before and the rest after.
void ShortcutForward(const ConvGeometry& geometry, std::int64_t images, const float* x, float* y);
// Its transpose: +0 where no output comes from.
void ShortcutBackward(const ConvGeometry& geometry, std::int64_t images, const float* dy,
                      float* dx);

}  // namespace sumac

#endif  // SUMAC_SW_NN_POOL_H_
