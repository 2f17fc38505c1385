// SPDX-License-Identifier: Apache-2.0
// The layouts behind ChooseLayout, each null where it does not cover the view.
#ifndef SUMAC_MODEL_GEMM_LAYOUTS_H_
#define SUMAC_MODEL_GEMM_LAYOUTS_H_

#include <memory>

#include "model/gemm_layout.h"
#include "model/gemm_view.h"

namespace sumac::gemm {

// gemm_planes.cc: matrices, and convolutions whose outer index is a position.
std::unique_ptr<Layout> MakePlaneLayout(const CompactView& view, int mantissa_bits,
                                        bool partner_finite, const KernelSet& kernels);
// gemm_strips.cc: convolutions whose k is a position (weight gradients).
std::unique_ptr<Layout> MakeStripLayout(const CompactView& view, const Arithmetic& arithmetic,
                                        const KernelSet& kernels);
// gemm_gather.cc: any view, element by element.
std::unique_ptr<Layout> MakeGatherLayout(const CompactView& view, int mantissa_bits,
                                         const KernelSet& kernels);

}  // namespace sumac::gemm

#endif  // SUMAC_MODEL_GEMM_LAYOUTS_H_
