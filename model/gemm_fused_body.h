// SPDX-License-Identifier: Apache-2.0
// The kernels of the accumulator that adds groups of products (docs/arithmetic.md, "fused"), for
// every kernel set: included by the kernel files only, as gemm_kernel_body.h is, whose V they take.
// Besides, V has shifts by a count in each lane, the conversion to the nearest number, and Any.
#ifndef SUMAC_MODEL_GEMM_FUSED_BODY_H_
#define SUMAC_MODEL_GEMM_FUSED_BODY_H_

#include "model/gemm_kernel_body.h"

namespace sumac::gemm {

// A term's significand in the unit 2^(largest - 153), with its sign. `exponent` is the term's,
// `largest` is none less, exponent fields both.
template <class V>
inline typename V::Int AlignedTerm(typename V::Int term, typename V::Int exponent,
                                   typename V::Int largest) {
  using Int = typename V::Int;
  const Int fraction = V::And(term, V::Set(kMinNormal - 1));
  const Int significand = V::ShiftLeftBy(V::Or(fraction, V::Set(kMinNormal)), V::Set(3));
  const Int exact = V::Select(V::Less(exponent, V::Set(1)), V::Set(0), significand);
  const Int distance = V::Sub(largest, exponent);
  const Int kept = V::ShiftRightBy(exact, distance);
  const auto some = V::NonZero(V::MakeMask(~0u), kept);
  const auto lost = V::NonZero(some, V::Xor(V::ShiftLeftBy(kept, distance), exact));
  const Int odd = V::Select(lost, V::Or(kept, V::Set(1)), kept);
  return V::Select(V::Less(V::Set(kMagnitudeMask), term), V::Sub(V::Set(0), odd), odd);
}

// Fused of the terms, of which the last is the partial sum.
template <class V, int kTerms>
inline typename V::Int FusedTerms(const typename V::Int (&terms)[kTerms]) {
  using Int = typename V::Int;
  Int exponent[kTerms];
  Int largest = V::Set(0);
#pragma GCC unroll 17
  for (int i = 0; i < kTerms; ++i) {
    exponent[i] = V::ShiftRightBy(V::And(terms[i], V::Set(kMagnitudeMask)), V::Set(kMantissaBits));
    largest = V::Max(largest, exponent[i]);
  }
  if (V::Any(V::Less(V::Set(254), largest))) {  // an infinity or a NaN
    Word lanes[kTerms][V::kLanes];
    for (int i = 0; i < kTerms; ++i) V::Store(lanes[i], terms[i]);
    for (int lane = 0; lane < V::kLanes; ++lane) {
      Word products[kTerms - 1];
      for (int i = 0; i < kTerms - 1; ++i) products[i] = lanes[i][lane];
      lanes[kTerms - 1][lane] = FusedWord(lanes[kTerms - 1][lane], products, kTerms - 1);
    }
    return V::Load(lanes[kTerms - 1]);
  }

  // Terms are below 2^27. Nine of them fit into a lane; of 17 the two parts do.
  constexpr int kPart = 9;
  Int sum = V::Set(0);
  Int rest = V::Set(0);
#pragma GCC unroll 17
  for (int i = 0; i < kTerms; ++i) {
    Int& part = i < kPart ? sum : rest;
    part = V::Add(part, AlignedTerm<V>(terms[i], exponent[i], largest));
  }
  Int unit = largest;
  if constexpr (kTerms > kPart) {
    // Half of the sum, as the odd one of the two integers around it, where the sum does not fit.
    const Int half = V::Sub(V::Add(V::ShiftRightBy(V::Xor(sum, V::Set(kSignBit)), V::Set(1)),
                                   V::ShiftRightBy(V::Xor(rest, V::Set(kSignBit)), V::Set(1))),
                            V::Set(kSignBit));
    const Int halves = V::Add(half, V::And(V::And(sum, rest), V::Set(1)));
    const Int odd = V::Or(halves, V::And(V::Xor(sum, rest), V::Set(1)));
    const auto fits = V::Less(V::Add(halves, V::Set(kSignBit / 2)), V::Set(kSignBit));
    sum = V::Select(fits, V::Add(sum, rest), odd);
    unit = V::Select(fits, largest, V::Add(largest, V::Set(1)));
  }

  // The nearest number, its exponent moved; as an unsigned number, what underflows wraps to
  // 0xC0000000 and above.
  const Int nearest = V::AsInt(V::Nearest(sum));
  const Int magnitude = V::And(nearest, V::Set(kMagnitudeMask));
  const Int sign = V::AndNot(V::Set(kMagnitudeMask), nearest);
  const Int moved =
      V::Add(magnitude, V::ShiftLeftBy(V::Sub(unit, V::Set(154)), V::Set(kMantissaBits)));
  const Int out_of_range =
      V::Select(V::Less(moved, V::Set(0xC0000000u)), V::Or(sign, V::Set(kInfinity)), V::Set(0));
  const Int rounded = V::Select(V::Less(moved, V::Set(kInfinity - kMinNormal)),
                                V::Or(sign, V::Add(moved, V::Set(kMinNormal))), out_of_range);
  return V::Select(V::Less(magnitude, V::Set(1)), V::Set(0), rounded);
}

// A step of k: what each vector reads there, lanes outside its mask being +0, and the panel's
// words.
struct FusedStep {
  const Word* base[kMaxVectors];
  std::uint32_t mask[kMaxVectors];
  const Word* words;
  const Word* keep;
};

// Adds a group's products to all sums of a tile.
template <class V, Kind kKind, int kGroup>
void AddGroup(const TileWork& work, const FusedStep (&steps)[kGroup], int rows, int vectors) {
  using Int = typename V::Int;
  const Int offset = V::Set(Word{0} - work.bias - kMinNormal);
  for (int v = 0; v < vectors; ++v) {
    Int x[kGroup];
#pragma GCC unroll 16
    for (int i = 0; i < kGroup; ++i) {
      x[i] = V::LoadMasked(steps[i].base[v], V::MakeMask(steps[i].mask[v]));
    }
    for (int r = 0; r < rows; ++r) {
      Int terms[kGroup + 1];
#pragma GCC unroll 16
      for (int i = 0; i < kGroup; ++i) {
        const Int w = V::Broadcast(steps[i].words + r);
        if constexpr (kKind == kMasked) {
          const Int kept = V::And(x[i], V::Broadcast(steps[i].keep + r));
          terms[i] = V::MaskedAdd(V::NonZero(V::MakeMask(~0u), kept), kept, w);
        } else if constexpr (kKind == kGeneral) {
          terms[i] = V::AsInt(GeneralPam<V>(x[i], V::Add(w, V::Set(work.bias)), offset));
        } else {
          terms[i] = V::AsInt(V::Mul(V::AsFloat(x[i]), V::AsFloat(w)));
        }
      }
      float* acc = work.acc + r * work.acc_pitch + v * V::kLanes;
      terms[kGroup] = V::AsInt(V::LoadFloat(acc));
      V::StoreFloat(acc, V::AsFloat(FusedTerms<V>(terms)));
    }
  }
}

template <class V, Kind kKind, int kGroup>
void FusedTile(const TileWork& work, int rows, int vectors) {
  static constexpr Word kZeros[kMaxLanes] = {};
  constexpr FusedStep kAbsent{
      .base = {kZeros, kZeros, kZeros}, .mask = {}, .words = kZeros, .keep = kZeros};
  FusedStep steps[kGroup];
  for (FusedStep& step : steps) step = kAbsent;
  std::int64_t group = 0;
  for (const Run* run = work.runs; run != work.runs + work.run_count; ++run) {
    std::int64_t k = run->k;
    for (std::int64_t row = 0; row < run->rows; ++row) {
      for (std::int64_t i = 0; i < run->count; ++i, ++k) {
        if (k / kGroup != group) {
          AddGroup<V, kKind, kGroup>(work, steps, rows, vectors);
          for (FusedStep& step : steps) step = kAbsent;
          group = k / kGroup;
        }
        FusedStep& step = steps[k % kGroup];
        for (int v = 0; v < vectors; ++v) {
          step.base[v] = run->base[v] + row * run->row_step + i * run->step;
          step.mask[v] = run->mask[v];
        }
        step.words = work.words + k * rows;
        step.keep = work.keep + k * rows;
      }
    }
  }
  AddGroup<V, kKind, kGroup>(work, steps, rows, vectors);
}

template <class V>
constexpr KernelSet WithFusedKernels(KernelSet set) {
#define SUMAC_GROUPS(kind) \
  { FusedTile<V, kind, 4>, FusedTile<V, kind, 8>, FusedTile<V, kind, 16> }
  constexpr FusedFunction kFunctions[kKinds][kFusedChoices] = {
      SUMAC_GROUPS(kMasked), SUMAC_GROUPS(kMasked), SUMAC_GROUPS(kGeneral), SUMAC_GROUPS(kIeee)};
#undef SUMAC_GROUPS
  for (int kind = 0; kind < kKinds; ++kind) {
    for (int i = 0; i < kFusedChoices; ++i) set.fused[kind][i] = kFunctions[kind][i];
  }
  return set;
}

}  // namespace sumac::gemm

#endif  // SUMAC_MODEL_GEMM_FUSED_BODY_H_
