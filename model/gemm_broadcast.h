// SPDX-License-Identifier: Apache-2.0
// The broadcast side of a SIMD GEMM: one operand packed into panels of a few outer indices,
// k-major.
#ifndef SUMAC_MODEL_GEMM_BROADCAST_H_
#define SUMAC_MODEL_GEMM_BROADCAST_H_

#include <cstdint>
#include <vector>

#include "model/arithmetic.h"
#include "model/gemm_certificate.h"
#include "model/gemm_kernel.h"
#include "model/gemm_view.h"

namespace sumac::gemm {

class BroadcastSide {
 public:
  // Outer indices [first, first + rows) together; rows is 1, 2, 4 or 8.
  struct Panel {
    std::int64_t first = 0;
    int rows = 0;
  };

  BroadcastSide(const View& view, const Arithmetic& arithmetic, const KernelSet& kernels);

  // Estimate: cycles that packing takes, an element.
  std::int64_t element_cost() const { return compact_.bounded ? 8 : 1; }
  // Cuts the operand into panels; before anything below.
  void MakePanels();

  const std::vector<Panel>& panels() const { return panels_; }
  Word bias() const { return bias_; }

  // Packs panels [first, last) for k in [k_begin, k_end): panel p's words and `keep`, K x rows,
  // begin at (panels()[p].first - panels()[first].first) * (k_end - k_begin); ranges[p - first] is
  // its range.
  void Pack(std::int64_t first, std::int64_t last, std::int64_t k_begin, std::int64_t k_end,
            Word* words, Word* keep, Range* ranges) const;

 private:
  // How many panels from `first` on, of those before `last`, are consecutive words at each k.
  std::int64_t Adjacent(std::int64_t first, std::int64_t last) const;
  // Gathers one panel's words or more, and returns how many.
  std::int64_t Gather(std::int64_t first, std::int64_t last,
                      const std::vector<ViewIndex::Part>& k_parts, Word* words) const;

  const KernelSet& kernels_;
  CompactView compact_;
  View view_;  // the same, expanded
  const Word* source_;
  int mantissa_bits_;
  Word bias_;
  std::vector<Panel> panels_;
};

}  // namespace sumac::gemm

#endif  // SUMAC_MODEL_GEMM_BROADCAST_H_
