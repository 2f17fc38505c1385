// SPDX-License-Identifier: Apache-2.0
// The kernels for any CPU, on the compiler's generic vectors of four words.
#include <cstring>
#include <utility>

#include "model/gemm_fused_body.h"

namespace sumac::gemm {
namespace {

struct Portable {
  static constexpr int kLanes = 4;
  static constexpr int kVectors = 2;
  static constexpr int kRows = 4;
  using Int = Word __attribute__((vector_size(16)));
  using Float = float __attribute__((vector_size(16)));
  using Mask = Int;  // all ones in a lane that is set

  static Int Set(Word w) { return Int{w, w, w, w}; }
  static Int Load(const Word* p) { return LoadPart(p, kLanes); }
  static void Store(Word* p, Int x) { StorePart(p, x, kLanes); }
  static Int LoadPart(const Word* p, int n) {
    Int x = {};
    std::memcpy(&x, p, static_cast<std::size_t>(n) * sizeof(Word));
    return x;
  }
  static void StorePart(Word* p, Int x, int n) {
    std::memcpy(p, &x, static_cast<std::size_t>(n) * sizeof(Word));
  }
  static Float LoadFloat(const float* p) {
    Float x;
    std::memcpy(&x, p, sizeof x);
    return x;
  }
  static void StoreFloat(float* p, Float x) { std::memcpy(p, &x, sizeof x); }
  static Int Broadcast(const Word* p) { return Set(*p); }

  static Mask MakeMask(std::uint32_t lanes) { return (Set(lanes) & Int{1, 2, 4, 8}) != Set(0); }
  static Int LoadMasked(const Word* p, Mask m) { return Load(p) & m; }
  static Mask NonZero(Mask m, Int x) { return m & Mask(x != Set(0)); }
  static Int MaskedAdd(Mask m, Int a, Int b) { return m & (a + b); }
  static Mask Less(Int a, Int b) { return Mask(a < b); }
  static Int Select(Mask m, Int yes, Int no) { return (m & yes) | (~m & no); }

  static Int And(Int a, Int b) { return a & b; }
  static Int AndNot(Int a, Int b) { return ~a & b; }
  static Int Or(Int a, Int b) { return a | b; }
  static Int Xor(Int a, Int b) { return a ^ b; }
  static Int Add(Int a, Int b) { return a + b; }
  static Int Sub(Int a, Int b) { return a - b; }
  static Int Min(Int a, Int b) { return Select(Less(a, b), a, b); }
  static Int Max(Int a, Int b) { return Select(Less(a, b), b, a); }
  static Int ShiftRight(Int a, int n) { return a >> Set(static_cast<Word>(n)); }

  // By 32 and more, all is shifted out.
  static Int ShiftRightBy(Int a, Int n) { return (a >> Min(n, Set(31))) & Less(n, Set(32)); }
  static Int ShiftLeftBy(Int a, Int n) { return (a << Min(n, Set(31))) & Less(n, Set(32)); }
  static Float Nearest(Int a) {
    using Integers = std::int32_t __attribute__((vector_size(16)));
    return __builtin_convertvector(reinterpret_cast<Integers>(a), Float);
  }
  static bool Any(Mask m) { return (m[0] | m[1] | m[2] | m[3]) != 0; }

  static Float AddFloat(Float a, Float b) { return a + b; }
  static Float Mul(Float a, Float b) { return a * b; }
  static Mask MakeKeep(const Word* p) { return Broadcast(p); }
  static Float AddKept(Mask keep, Float acc, Float x) {
    return AddFloat(acc, AsFloat(And(keep, AsInt(x))));
  }
  static Float AsFloat(Int x) { return reinterpret_cast<Float>(x); }
  static Int AsInt(Float x) { return reinterpret_cast<Int>(x); }

  static void Transpose(Int (&x)[kLanes]) {
    for (int i = 0; i < kLanes; ++i) {
      for (int j = 0; j < i; ++j) {
        const Word other = x[j][i];
        x[j][i] = x[i][j];
        x[i][j] = other;
      }
    }
  }
};

constexpr KernelSet kKernels = WithFusedKernels<Portable>(MakeKernelSet<Portable>("portable"));

}  // namespace

const KernelSet* PortableKernels() { return &kKernels; }

}  // namespace sumac::gemm
