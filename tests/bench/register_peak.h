// SPDX-License-Identifier: Apache-2.0
// The upper bounds of certified pam: operands and accumulators in registers, an integer add that
// leaves the products of zeros out and a float add a vector of products. AVX2 has no masks, so it
// takes a third instruction.
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

inline constexpr int kPeakAccumulatorsAvx2 = 12;

__attribute__((target("avx2"), noinline)) inline float AddInRegistersAvx2(std::int64_t steps) {
  const __m256i x = _mm256_set1_epi32(0x3F812345);
  __m256i mask = _mm256_cmpeq_epi32(x, x);
  __asm__ volatile("" : "+x"(mask));  // or the compiler would know that it changes nothing
  __m256i w = _mm256_set1_epi32(0x12345);
  __m256 acc[kPeakAccumulatorsAvx2];
#pragma GCC unroll 12
  for (int a = 0; a < kPeakAccumulatorsAvx2; ++a) acc[a] = _mm256_setzero_ps();
  for (std::int64_t i = 0; i < steps; ++i) {
#pragma GCC unroll 12
    for (int a = 0; a < kPeakAccumulatorsAvx2; ++a) {
      __asm__ volatile("" : "+x"(w));
      const __m256i product = _mm256_and_si256(mask, _mm256_add_epi32(x, w));
      acc[a] = _mm256_add_ps(acc[a], _mm256_castsi256_ps(product));
    }
  }
  __m256 sum = acc[0];
#pragma GCC unroll 12
  for (int a = 1; a < kPeakAccumulatorsAvx2; ++a) sum = _mm256_add_ps(sum, acc[a]);
  return _mm256_cvtss_f32(sum);
}

inline constexpr double PeakMacs(std::int64_t steps) {
  return 16.0 * kPeakAccumulators * static_cast<double>(steps);
}
inline constexpr double PeakMacsAvx2(std::int64_t steps) {
  return 8.0 * kPeakAccumulatorsAvx2 * static_cast<double>(steps);
}

}  // namespace sumac::testing

#endif  // defined(__x86_64__)

#endif  // SUMAC_TESTS_BENCH_REGISTER_PEAK_H_
