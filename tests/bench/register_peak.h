// SPDX-License-Identifier: Apache-2.0
// The upper bound of certified pam on AVX-512: operands and accumulators in registers, one masked
// integer add and one float add a vector of products.
#ifndef SUMAC_TESTS_BENCH_REGISTER_PEAK_H_
#define SUMAC_TESTS_BENCH_REGISTER_PEAK_H_

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstdint>

namespace sumac::testing {

inline constexpr int kPeakAccumulators = 24;

__attribute__((target("avx512f"), noinline)) inline float AddInRegisters(std::int64_t steps) {
  const __m512i x = _mm512_set1_epi32(0x3F812345);
  __m512i w = _mm512_set1_epi32(0x12345);
  const __mmask16 mask = _mm512_test_epi32_mask(x, x);
  __m512 acc[kPeakAccumulators];
#pragma GCC unroll 24
  for (int a = 0; a < kPeakAccumulators; ++a) acc[a] = _mm512_setzero_ps();
  for (std::int64_t i = 0; i < steps; ++i) {
#pragma GCC unroll 24
    for (int a = 0; a < kPeakAccumulators; ++a) {
      // Makes the operand another for the compiler, which would add but once.
      __asm__ volatile("" : "+v"(w));
      const __m512i product = _mm512_maskz_add_epi32(mask, x, w);
      acc[a] = _mm512_add_ps(acc[a], _mm512_castsi512_ps(product));
    }
  }
  __m512 sum = acc[0];
#pragma GCC unroll 24
  for (int a = 1; a < kPeakAccumulators; ++a) sum = _mm512_add_ps(sum, acc[a]);
  return _mm512_cvtss_f32(sum);
}

inline constexpr double PeakMacs(std::int64_t steps) {
  return 16.0 * kPeakAccumulators * static_cast<double>(steps);
}

}  // namespace sumac::testing

#endif  // defined(__x86_64__)

#endif  // SUMAC_TESTS_BENCH_REGISTER_PEAK_H_
