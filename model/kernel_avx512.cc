// SPDX-License-Identifier: Apache-2.0
// The kernels for AVX-512 (F, BW, DQ, VL). Compiled for that CPU; run only where it is found.
#include "model/gemm_fused_body.h"
#include "model/gemm_sparse_body.h"

#if defined(__AVX512F__)
#include <immintrin.h>

namespace sumac::gemm {
namespace {

struct Avx512 {
  static constexpr int kLanes = 16;
  static constexpr int kVectors = 3;
  static constexpr int kRows = 8;
  static constexpr int kRegisters = 32;
  using Int = __m512i;
  using Float = __m512;
  using Mask = __mmask16;

  static Int Set(Word w) { return _mm512_set1_epi32(static_cast<int>(w)); }
  static Int Load(const Word* p) { return _mm512_loadu_si512(p); }
  static void Store(Word* p, Int x) { _mm512_storeu_si512(p, x); }
  static Mask FirstLanes(int n) { return static_cast<Mask>((1u << n) - 1); }
  static Int LoadPart(const Word* p, int n) { return _mm512_maskz_loadu_epi32(FirstLanes(n), p); }
  static void StorePart(Word* p, Int x, int n) { _mm512_mask_storeu_epi32(p, FirstLanes(n), x); }
  static Float LoadFloat(const float* p) { return _mm512_loadu_ps(p); }
  static void StoreFloat(float* p, Float x) { _mm512_storeu_ps(p, x); }
  static Int Broadcast(const Word* p) { return Set(*p); }
  // Loads are the bottleneck of a loop that uses x twice; the compiler would load it twice.
  static void KeepInRegister(Int& x) { asm("" : "+v"(x)); }

  static Mask MakeMask(std::uint32_t lanes) { return static_cast<Mask>(lanes); }
  static Int LoadMasked(const Word* p, Mask m) { return _mm512_maskz_loadu_epi32(m, p); }
  static Mask NonZero(Mask m, Int x) { return _mm512_mask_test_epi32_mask(m, x, x); }
  static Int MaskedAdd(Mask m, Int a, Int b) { return _mm512_maskz_add_epi32(m, a, b); }
  static Mask Less(Int a, Int b) { return _mm512_cmplt_epu32_mask(a, b); }
  static Int Select(Mask m, Int yes, Int no) { return _mm512_mask_mov_epi32(no, m, yes); }

  static Int And(Int a, Int b) { return _mm512_and_si512(a, b); }
  static Int AndNot(Int a, Int b) { return _mm512_andnot_si512(a, b); }
  static Int Or(Int a, Int b) { return _mm512_or_si512(a, b); }
  static Int Xor(Int a, Int b) { return _mm512_xor_si512(a, b); }
  static Int Add(Int a, Int b) { return _mm512_add_epi32(a, b); }
  static Int Sub(Int a, Int b) { return _mm512_sub_epi32(a, b); }
  static Int Min(Int a, Int b) { return _mm512_min_epu32(a, b); }
  static Int Max(Int a, Int b) { return _mm512_max_epu32(a, b); }
  static Int ShiftRight(Int a, int n) { return _mm512_srl_epi32(a, _mm_cvtsi32_si128(n)); }

  static Int ShiftRightBy(Int a, Int n) { return _mm512_srlv_epi32(a, n); }
  static Int ShiftLeftBy(Int a, Int n) { return _mm512_sllv_epi32(a, n); }
  static Float Nearest(Int a) { return _mm512_cvtepi32_ps(a); }
  static bool Any(Mask m) { return m != 0; }

  static Float AddFloat(Float a, Float b) { return _mm512_add_ps(a, b); }
  static Float Mul(Float a, Float b) { return _mm512_mul_ps(a, b); }
  static Float MaskedMul(Mask m, Float a, Float b) { return _mm512_maskz_mul_ps(m, a, b); }
  static Mask MakeKeep(const Word* p) { return static_cast<Mask>(*p); }
  static Float AddKept(Mask keep, Float acc, Float x) {
    return _mm512_mask_add_ps(acc, keep, acc, x);
  }
  static Float AsFloat(Int x) { return _mm512_castsi512_ps(x); }
  static Int AsInt(Float x) { return _mm512_castps_si512(x); }

  static Mask AllLanes() { return static_cast<Mask>(0xFFFF); }
  static Mask Both(Mask a, Mask b) { return static_cast<Mask>(a & b); }
  static int Count(Mask m) { return __builtin_popcount(m); }
  // The chosen lanes, moved together.
  static Int Compress(Mask m, Int x) { return _mm512_maskz_compress_epi32(m, x); }

  // A 16 x 16 transpose: within 128-bit blocks, then of the blocks.
  static void Transpose(Int (&x)[kLanes]) {
    Int t[kLanes];
#pragma GCC unroll 8
    for (int i = 0; i < 16; i += 2) {
      t[i] = _mm512_unpacklo_epi32(x[i], x[i + 1]);
      t[i + 1] = _mm512_unpackhi_epi32(x[i], x[i + 1]);
    }
    // x[4g + j]: column j of each 128-bit block, rows 4g .. 4g + 3.
#pragma GCC unroll 4
    for (int g = 0; g < 16; g += 4) {
      x[g] = _mm512_unpacklo_epi64(t[g], t[g + 2]);
      x[g + 1] = _mm512_unpackhi_epi64(t[g], t[g + 2]);
      x[g + 2] = _mm512_unpacklo_epi64(t[g + 1], t[g + 3]);
      x[g + 3] = _mm512_unpackhi_epi64(t[g + 1], t[g + 3]);
    }
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
      const Int low01 = _mm512_shuffle_i32x4(x[j], x[4 + j], 0x88);
      const Int low23 = _mm512_shuffle_i32x4(x[8 + j], x[12 + j], 0x88);
      const Int high01 = _mm512_shuffle_i32x4(x[j], x[4 + j], 0xDD);
      const Int high23 = _mm512_shuffle_i32x4(x[8 + j], x[12 + j], 0xDD);
      t[j] = _mm512_shuffle_i32x4(low01, low23, 0x88);
      t[8 + j] = _mm512_shuffle_i32x4(low01, low23, 0xDD);
      t[4 + j] = _mm512_shuffle_i32x4(high01, high23, 0x88);
      t[12 + j] = _mm512_shuffle_i32x4(high01, high23, 0xDD);
    }
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) x[i] = t[i];
  }
};

constexpr KernelSet kKernels =
    WithFusedKernels<Avx512>(WithSparseKernels<Avx512>(MakeKernelSet<Avx512>("avx512")));

}  // namespace

const KernelSet* Avx512Kernels() { return &kKernels; }

}  // namespace sumac::gemm

#else

namespace sumac::gemm {
const KernelSet* Avx512Kernels() { return nullptr; }
}  // namespace sumac::gemm

#endif
