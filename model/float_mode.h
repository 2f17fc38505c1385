// SPDX-License-Identifier: Apache-2.0
// The host's floating-point mode for code that computes words in binary32 (docs/arithmetic.md).
#ifndef SUMAC_MODEL_FLOAT_MODE_H_
#define SUMAC_MODEL_FLOAT_MODE_H_

#include <xmmintrin.h>

namespace sumac {

// While one lives, this thread computes under denormals-are-zero, flush-to-zero, round to nearest
// even, all exceptions masked. MXCSR belongs to a thread: make one at the top of every parallel
// region.
class ScopedFloatMode {
 public:
  ScopedFloatMode() : saved_(_mm_getcsr()) { _mm_setcsr(kMode); }
  ~ScopedFloatMode() { _mm_setcsr(saved_); }
  ScopedFloatMode(const ScopedFloatMode&) = delete;
  ScopedFloatMode& operator=(const ScopedFloatMode&) = delete;

 private:
  static constexpr unsigned kMode = 0x8000 | 0x1F80 | 0x0040;  // FTZ, all masks, DAZ
  unsigned saved_;
};

}  // namespace sumac

#endif  // SUMAC_MODEL_FLOAT_MODE_H_
