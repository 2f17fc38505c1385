// SPDX-License-Identifier: Apache-2.0
// The kernels for AVX2. Compiled for that CPU; run only where it is found.
#include <array>

#include "model/gemm_fused_body.h"
#include "model/gemm_sparse_body.h"

#if defined(__AVX2__)
#include <immintrin.h>

namespace sumac::gemm {
namespace {

// For each choice of lanes, which they are, in order.
constexpr std::array<std::array<Word, 8>, 256> kChosen = [] {
  std::array<std::array<Word, 8>, 256> chosen{};
  for (std::size_t bits = 0; bits < chosen.size(); ++bits) {
    std::size_t count = 0;
    for (Word lane = 0; lane < 8; ++lane) {
      if ((bits >> lane & 1) != 0) chosen[bits][count++] = lane;
    }
  }
  return chosen;
}();

struct Avx2 {
  static constexpr int kLanes = 8;
  static constexpr int kVectors = 2;
  static constexpr int kRows = 4;
  static constexpr int kRegisters = 16;
  using Int = __m256i;
  using Float = __m256;
  using Mask = __m256i;  // all ones in a lane that is set

  static Int Set(Word w) { return _mm256_set1_epi32(static_cast<int>(w)); }
  static const Int* At(const Word* p) { return reinterpret_cast<const Int*>(p); }
  static Int* At(Word* p) { return reinterpret_cast<Int*>(p); }
  static Int Load(const Word* p) { return _mm256_loadu_si256(At(p)); }
  static void Store(Word* p, Int x) { _mm256_storeu_si256(At(p), x); }
  static Mask FirstLanes(int n) { return MakeMask((1u << n) - 1); }
  static Int LoadPart(const Word* p, int n) {
    return _mm256_maskload_epi32(reinterpret_cast<const int*>(p), FirstLanes(n));
  }
  static void StorePart(Word* p, Int x, int n) {
    _mm256_maskstore_epi32(reinterpret_cast<int*>(p), FirstLanes(n), x);
  }
  static Float LoadFloat(const float* p) { return _mm256_loadu_ps(p); }
  static void StoreFloat(float* p, Float x) { _mm256_storeu_ps(p, x); }
  static Int Broadcast(const Word* p) { return Set(*p); }

  static Mask MakeMask(std::uint32_t lanes) {
    const Int bit = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
    return _mm256_cmpeq_epi32(_mm256_and_si256(Set(lanes), bit), bit);
  }
  static Int LoadMasked(const Word* p, Mask m) { return _mm256_and_si256(Load(p), m); }
  static Mask NonZero(Mask m, Int x) { return AndNot(_mm256_cmpeq_epi32(x, Set(0)), m); }
  static Int MaskedAdd(Mask m, Int a, Int b) { return _mm256_and_si256(m, _mm256_add_epi32(a, b)); }
  static Mask Less(Int a, Int b) {
    return _mm256_cmpgt_epi32(Xor(b, Set(kSignBit)), Xor(a, Set(kSignBit)));
  }
  static Int Select(Mask m, Int yes, Int no) { return _mm256_blendv_epi8(no, yes, m); }

  static Int And(Int a, Int b) { return _mm256_and_si256(a, b); }
  static Int AndNot(Int a, Int b) { return _mm256_andnot_si256(a, b); }
  static Int Or(Int a, Int b) { return _mm256_or_si256(a, b); }
  static Int Xor(Int a, Int b) { return _mm256_xor_si256(a, b); }
  static Int Add(Int a, Int b) { return _mm256_add_epi32(a, b); }
  static Int Sub(Int a, Int b) { return _mm256_sub_epi32(a, b); }
  static Int Min(Int a, Int b) { return _mm256_min_epu32(a, b); }
  static Int Max(Int a, Int b) { return _mm256_max_epu32(a, b); }
  static Int ShiftRight(Int a, int n) { return _mm256_srl_epi32(a, _mm_cvtsi32_si128(n)); }

  static Int ShiftRightBy(Int a, Int n) { return _mm256_srlv_epi32(a, n); }
  static Int ShiftLeftBy(Int a, Int n) { return _mm256_sllv_epi32(a, n); }
  static Float Nearest(Int a) { return _mm256_cvtepi32_ps(a); }
  static bool Any(Mask m) { return Bits(m) != 0; }

  static Float AddFloat(Float a, Float b) { return _mm256_add_ps(a, b); }
  static Float Mul(Float a, Float b) { return _mm256_mul_ps(a, b); }
  static Float MaskedMul(Mask m, Float a, Float b) { return AsFloat(And(m, AsInt(Mul(a, b)))); }
  static Mask MakeKeep(const Word* p) { return Broadcast(p); }
  static Float AddKept(Mask keep, Float acc, Float x) {
    return AddFloat(acc, AsFloat(And(keep, AsInt(x))));
  }
  static Float AsFloat(Int x) { return _mm256_castsi256_ps(x); }
  static Int AsInt(Float x) { return _mm256_castps_si256(x); }

  static Mask AllLanes() { return Set(~Word{0}); }
  static Mask Both(Mask a, Mask b) { return And(a, b); }
  static int Count(Mask m) { return __builtin_popcount(Bits(m)); }
  // The chosen lanes, moved together.
  static Int Compress(Mask m, Int x) {
    return _mm256_permutevar8x32_epi32(x, Load(kChosen[Bits(m)].data()));
  }
  static unsigned Bits(Mask m) {
    return static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(m)));
  }

  // An 8 x 8 transpose: within 128-bit halves, then of the halves.
  static void Transpose(Int (&x)[kLanes]) {
    Int t[kLanes];
#pragma GCC unroll 4
    for (int i = 0; i < 8; i += 2) {
      t[i] = _mm256_unpacklo_epi32(x[i], x[i + 1]);
      t[i + 1] = _mm256_unpackhi_epi32(x[i], x[i + 1]);
    }
#pragma GCC unroll 2
    for (int g = 0; g < 8; g += 4) {
      x[g] = _mm256_unpacklo_epi64(t[g], t[g + 2]);
      x[g + 1] = _mm256_unpackhi_epi64(t[g], t[g + 2]);
      x[g + 2] = _mm256_unpacklo_epi64(t[g + 1], t[g + 3]);
      x[g + 3] = _mm256_unpackhi_epi64(t[g + 1], t[g + 3]);
    }
#pragma GCC unroll 4
    for (int j = 0; j < 4; ++j) {
      t[j] = _mm256_permute2x128_si256(x[j], x[4 + j], 0x20);
      t[4 + j] = _mm256_permute2x128_si256(x[j], x[4 + j], 0x31);
    }
#pragma GCC unroll 8
    for (int i = 0; i < 8; ++i) x[i] = t[i];
  }
};

constexpr KernelSet kKernels =
    WithFusedKernels<Avx2>(WithSparseKernels<Avx2>(MakeKernelSet<Avx2>("avx2")));

}  // namespace

const KernelSet* Avx2Kernels() { return &kKernels; }

}  // namespace sumac::gemm

#else

namespace sumac::gemm {
const KernelSet* Avx2Kernels() { return nullptr; }
}  // namespace sumac::gemm

#endif
