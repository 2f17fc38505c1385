// SPDX-License-Identifier: Apache-2.0
// Certificates: the range of two groups of operands tells whether any product of theirs can
// underflow or overflow. Where none can, pam is one integer add and the fast kernels are exact.
#ifndef SUMAC_MODEL_GEMM_CERTIFICATE_H_
#define SUMAC_MODEL_GEMM_CERTIFICATE_H_

#include <algorithm>
#include <cstdint>

#include "model/arithmetic.h"
#include "model/gemm_kernel.h"

namespace sumac::gemm {

// What EncodeFunction subtracts from a broadcast word: then a product is one add.
inline Word EncodeBias(const Arithmetic& arithmetic) {
  return arithmetic.product == Product::kPam ? kOne - arithmetic.comp : 0;
}

// The magnitudes of a group of words.
struct Range {
  bool empty = true;   // no word but zeros
  bool zeros = false;  // some zero; known of broadcast panels only
  Word low = 0;        // least of the nonzero words
  Word high = 0;       // greatest of all words

  bool finite() const { return high < kInfinity; }
};

inline constexpr void Clear(RangeState& state) {
  std::fill_n(state.low, kMaxLanes, ~Word{0});
  std::fill_n(state.high, kMaxLanes, Word{0});
  std::fill_n(state.keep, kMaxLanes, ~Word{0});
}

inline Range Reduce(const RangeState& state) {
  const Word excess = *std::min_element(state.low, state.low + kMaxLanes);
  Range range;
  range.high = *std::max_element(state.high, state.high + kMaxLanes);
  range.zeros = *std::min_element(state.keep, state.keep + kMaxLanes) == 0;
  range.empty = range.high < kMinNormal;
  range.low = range.empty ? 0 : excess + kMinNormal;
  return range;
}

// The cheapest kind of kernel that is exact for every product of a word of `vectors` and a word of
// `panel`.
inline Kind ChooseKind(const Arithmetic& arithmetic, const Range& vectors, const Range& panel) {
  if (arithmetic.product == Product::kIeee) return kIeee;
  if (!vectors.finite() || !panel.finite()) return kGeneral;
  const std::int64_t offset = std::int64_t{arithmetic.comp} - kOne;
  if (!vectors.empty && !panel.empty) {
    if (offset + vectors.low + panel.low < kMinNormal) return kGeneral;
    if (offset + vectors.high + panel.high >= kInfinity) return kGeneral;
  }
  return panel.zeros ? kMasked : kPlain;
}

}  // namespace sumac::gemm

#endif  // SUMAC_MODEL_GEMM_CERTIFICATE_H_
