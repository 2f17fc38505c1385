// SPDX-License-Identifier: Apache-2.0
// The one body of all kernel sets, a template over a small vector type V. Included by the kernel
// files only, each of which defines its V in an unnamed namespace: their code is compiled for their
// CPU, so nothing here may have external linkage that another file could pick up.
//
// V has kLanes, kVectors, kRows; types Int, Float and Mask (one flag a lane); and the static
// functions used below, all lane-wise.
#ifndef SUMAC_MODEL_GEMM_KERNEL_BODY_H_
#define SUMAC_MODEL_GEMM_KERNEL_BODY_H_

#include "model/gemm_kernel.h"

namespace sumac::gemm {

// pam of any two cleaned words (docs/arithmetic.md, "pam"); `offset` is comp - bits of 1.0 - bits
// of 2^-126.
template <class V>
inline typename V::Float GeneralPam(typename V::Int x, typename V::Int w, typename V::Int offset) {
  using Int = typename V::Int;
  const Int magnitude_mask = V::Set(kMagnitudeMask);
  const Int mx = V::And(x, magnitude_mask);
  const Int mw = V::And(w, magnitude_mask);
  const Int sign = V::AndNot(magnitude_mask, V::Xor(x, w));
  // As an unsigned number, u below 0x7F000000 is a normal product less 2^-126's bits; a sum that
  // underflows wraps to 0xC0000000 and above, past every sum that overflows.
  const Int u = V::Add(V::Add(mx, mw), offset);
  const Int low = V::Min(mx, mw);
  const Int high = V::Max(mx, mw);
  const auto has_zero = V::Less(low, V::Set(1));
  const Int normal = V::Or(sign, V::Add(u, V::Set(kMinNormal)));
  const Int infinity = V::Or(sign, V::Set(kInfinity));
  Int product = V::Select(V::Less(u, V::Set(0xC0000000u)), infinity, V::Set(0));
  product = V::Select(V::Less(u, V::Set(kInfinity - kMinNormal)), normal, product);
  product = V::Select(has_zero, V::Set(0), product);
  Int special = V::Select(V::Less(V::Set(kInfinity), high), V::Set(kNaN), infinity);
  special = V::Select(has_zero, V::Set(kNaN), special);
  product = V::Select(V::Less(high, V::Set(kInfinity)), product, special);
  return V::AsFloat(product);
}

template <class V, Kind kKind, int kRows, int kVectors>
void Tile(const TileWork& work) {
  using Int = typename V::Int;
  using Float = typename V::Float;
  using Mask = typename V::Mask;
  Float acc[kRows][kVectors];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 3
    for (int v = 0; v < kVectors; ++v) {
      acc[r][v] = V::LoadFloat(work.acc + r * work.acc_pitch + v * V::kLanes);
    }
  }
  const Int offset = V::Set(Word{0} - work.bias - kMinNormal);
  for (const Run* run = work.runs; run != work.runs + work.run_count; ++run) {
    Mask mask[kVectors];
    const Word* row_base[kVectors];
#pragma GCC unroll 3
    for (int v = 0; v < kVectors; ++v) {
      mask[v] = V::MakeMask(run->mask[v]);
      row_base[v] = run->base[v];
    }
    const Word* words = work.words + run->k * kRows;
    const Word* keep = work.keep + run->k * kRows;
    for (std::int64_t row = 0; row < run->rows; ++row) {
      const Word* base[kVectors];
#pragma GCC unroll 3
      for (int v = 0; v < kVectors; ++v) base[v] = row_base[v];
      for (std::int64_t i = 0; i < run->count; ++i) {
        Int x[kVectors];
        Mask nonzero[kVectors];
#pragma GCC unroll 3
        for (int v = 0; v < kVectors; ++v) {
          if constexpr (kKind == kPlain || kKind == kMasked) {
            x[v] = V::Load(base[v]);
            nonzero[v] = V::NonZero(mask[v], x[v]);
          } else {
            x[v] = V::LoadMasked(base[v], mask[v]);
          }
          base[v] += run->step;
        }
#pragma GCC unroll 8
        for (int r = 0; r < kRows; ++r) {
          const Int w = V::Broadcast(words + r);
#pragma GCC unroll 3
          for (int v = 0; v < kVectors; ++v) {
            if constexpr (kKind == kPlain) {
              acc[r][v] = V::AddFloat(acc[r][v], V::AsFloat(V::MaskedAdd(nonzero[v], x[v], w)));
            } else if constexpr (kKind == kMasked) {
              acc[r][v] = V::AddKept(V::MakeKeep(keep + r), acc[r][v],
                                     V::AsFloat(V::MaskedAdd(nonzero[v], x[v], w)));
            } else if constexpr (kKind == kGeneral) {
              const Int raw = V::Add(w, V::Set(work.bias));
              acc[r][v] = V::AddFloat(acc[r][v], GeneralPam<V>(x[v], raw, offset));
            } else {
              acc[r][v] = V::AddFloat(acc[r][v], V::Mul(V::AsFloat(x[v]), V::AsFloat(w)));
            }
          }
        }
        words += kRows;
        keep += kRows;
      }
#pragma GCC unroll 3
      for (int v = 0; v < kVectors; ++v) row_base[v] += run->row_step;
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 3
    for (int v = 0; v < kVectors; ++v) {
      V::StoreFloat(work.acc + r * work.acc_pitch + v * V::kLanes, acc[r][v]);
    }
  }
}

// Narrows words into E8Mn, makes zeros +0, and gathers their range.
template <class V>
class Cleaner {
 public:
  using Int = typename V::Int;

  Cleaner(int mantissa_bits, RangeState* range)
      : range_(range),
        dropped_(kMantissaBits - mantissa_bits),
        half_(V::Set(dropped_ == 0 ? 0 : (Word{1} << dropped_ >> 1) - 1)),
        kept_(V::Set(~((Word{1} << dropped_) - 1))),
        low_(V::Load(range->low)),
        high_(V::Load(range->high)) {}
  ~Cleaner() {
    V::Store(range_->low, low_);
    V::Store(range_->high, high_);
  }
  Cleaner(const Cleaner&) = delete;
  Cleaner& operator=(const Cleaner&) = delete;

  Int Clean(Int x) {
    const Int magnitude_mask = V::Set(kMagnitudeMask);
    Int magnitude = V::And(x, magnitude_mask);
    if (dropped_ != 0) {
      // To nearest even: half a unit less one ulp, plus the last kept bit, carries or does not.
      const Int odd = V::And(V::ShiftRight(magnitude, dropped_), V::Set(1));
      const Int rounded = V::And(V::Add(V::Add(magnitude, half_), odd), kept_);
      const Int sign = V::AndNot(magnitude_mask, x);
      const auto normal = V::Less(V::Set(kMinNormal - 1), magnitude);
      const auto number = V::Less(magnitude, V::Set(kInfinity + 1));
      magnitude = V::Select(number, V::Select(normal, rounded, magnitude), V::Set(kNaN));
      x = V::Or(sign, magnitude);
    }
    const auto zero = V::Less(magnitude, V::Set(kMinNormal));
    high_ = V::Max(high_, magnitude);
    low_ = V::Min(low_, V::Sub(magnitude, V::Set(kMinNormal)));
    x = V::Select(zero, V::Set(0), x);
    return x;
  }

 private:
  RangeState* range_;
  int dropped_;
  Int half_;
  Int kept_;
  Int low_;
  Int high_;
};

template <class V>
void Copy(Word* dst, const float* src, std::int64_t count, int mantissa_bits, RangeState* range) {
  Cleaner<V> cleaner(mantissa_bits, range);
  const auto* words = reinterpret_cast<const Word*>(src);
  std::int64_t i = 0;
  for (; i + V::kLanes <= count; i += V::kLanes) {
    V::Store(dst + i, cleaner.Clean(V::Load(words + i)));
  }
  if (i < count) {
    const int rest = static_cast<int>(count - i);
    V::StorePart(dst + i, cleaner.Clean(V::LoadPart(words + i, rest)), rest);
  }
}

template <class V>
void Transpose(Word* dst, std::int64_t pitch, const float* const* src, std::int64_t count,
               std::int64_t channels, int mantissa_bits, RangeState* range) {
  using Int = typename V::Int;
  Cleaner<V> cleaner(mantissa_bits, range);
  for (std::int64_t i = 0; i < count; i += V::kLanes) {
    const int part = static_cast<int>(count - i < V::kLanes ? count - i : V::kLanes);
    for (std::int64_t c = 0; c < channels; c += V::kLanes) {
      const int width = static_cast<int>(channels - c < V::kLanes ? channels - c : V::kLanes);
      Word* out = dst + c * pitch + i;
      Int block[V::kLanes];
      if (part == V::kLanes && width == V::kLanes) {
#pragma GCC unroll 16
        for (int j = 0; j < V::kLanes; ++j) {
          block[j] = V::Load(reinterpret_cast<const Word*>(src[i + j] + c));
        }
        V::Transpose(block);
#pragma GCC unroll 16
        for (int j = 0; j < V::kLanes; ++j) V::Store(out + j * pitch, cleaner.Clean(block[j]));
      } else {
#pragma GCC unroll 16
        for (int j = 0; j < V::kLanes; ++j) {
          block[j] = V::Set(0);
          if (j < part) {
            block[j] = V::LoadPart(reinterpret_cast<const Word*>(src[i + j] + c), width);
          }
        }
        V::Transpose(block);
#pragma GCC unroll 16
        for (int j = 0; j < V::kLanes; ++j) {
          if (j < width) V::Store(out + j * pitch, cleaner.Clean(block[j]));
        }
      }
    }
  }
}

template <class V>
void Encode(Word* words, Word* keep, std::int64_t count, int mantissa_bits, Word bias,
            RangeState* range) {
  using Int = typename V::Int;
  Cleaner<V> cleaner(mantissa_bits, range);
  const Int ones = V::Set(~Word{0});
  Int seen = ones;  // 0 in a lane that has seen a zero
  const auto encode = [&](Int x, Int& kept) {
    x = cleaner.Clean(x);
    kept = V::Select(V::Less(x, V::Set(1)), V::Set(0), ones);
    seen = V::And(seen, kept);
    return V::Sub(x, V::Set(bias));
  };
  Int kept;
  std::int64_t i = 0;
  for (; i + V::kLanes <= count; i += V::kLanes) {
    V::Store(words + i, encode(V::Load(words + i), kept));
    V::Store(keep + i, kept);
  }
  V::Store(range->keep, seen);
  if (i < count) {
    const int rest = static_cast<int>(count - i);
    V::StorePart(words + i, encode(V::LoadPart(words + i, rest), kept), rest);
    V::StorePart(keep + i, kept, rest);
    V::StorePart(range->keep, seen, rest);  // the lanes past the end hold no words
  }
}

// add(acc, +0): a zero loses its sign, a subnormal becomes zero, a NaN canonical.
template <class V>
inline typename V::Int Finished(typename V::Float acc) {
  const typename V::Int sum = V::AsInt(V::AddFloat(acc, V::AsFloat(V::Set(0))));
  const auto number = V::Less(V::And(sum, V::Set(kMagnitudeMask)), V::Set(kInfinity + 1));
  return V::Select(number, sum, V::Set(kNaN));
}

template <class V>
void Finish(float* dst, const float* src, std::int64_t count) {
  auto* words = reinterpret_cast<Word*>(dst);
  std::int64_t i = 0;
  for (; i + V::kLanes <= count; i += V::kLanes) {
    V::Store(words + i, Finished<V>(V::LoadFloat(src + i)));
  }
  if (i < count) {
    const int rest = static_cast<int>(count - i);
    const auto part = V::LoadPart(reinterpret_cast<const Word*>(src + i), rest);
    V::StorePart(words + i, Finished<V>(V::AsFloat(part)), rest);
  }
}

template <class V>
void FinishTransposed(float* const* dst, const float* src, std::int64_t pitch, std::int64_t rows,
                      std::int64_t count) {
  using Int = typename V::Int;
  for (std::int64_t i = 0; i < count; i += V::kLanes) {
    const int part = static_cast<int>(count - i < V::kLanes ? count - i : V::kLanes);
    for (std::int64_t r = 0; r < rows; r += V::kLanes) {
      const int width = static_cast<int>(rows - r < V::kLanes ? rows - r : V::kLanes);
      Int block[V::kLanes];
#pragma GCC unroll 16
      for (int j = 0; j < V::kLanes; ++j) {
        block[j] = V::Set(0);
        if (j < width) block[j] = Finished<V>(V::LoadFloat(src + (r + j) * pitch + i));
      }
      V::Transpose(block);
#pragma GCC unroll 16
      for (int j = 0; j < V::kLanes; ++j) {
        if (j >= part || dst[i + j] == nullptr) continue;
        auto* out = reinterpret_cast<Word*>(dst[i + j] + r);
        if (width == V::kLanes) {
          V::Store(out, block[j]);
        } else {
          V::StorePart(out, block[j], width);
        }
      }
    }
  }
}

template <class V, Kind kKind, int kRows, int kVectors>
constexpr TileFunction TileOrNull() {
  if constexpr (kRows <= V::kRows && kVectors <= V::kVectors) {
    return Tile<V, kKind, kRows, kVectors>;
  } else {
    return nullptr;
  }
}

template <class V>
constexpr KernelSet MakeKernelSet(const char* name) {
#define SUMAC_TILES(kind, rows) \
  { TileOrNull<V, kind, rows, 1>(), TileOrNull<V, kind, rows, 2>(), TileOrNull<V, kind, rows, 3>() }
#define SUMAC_KIND(kind) \
  { SUMAC_TILES(kind, 1), SUMAC_TILES(kind, 2), SUMAC_TILES(kind, 4), SUMAC_TILES(kind, 8) }
  return {
      .name = name,
      .lanes = V::kLanes,
      .vectors = V::kVectors,
      .rows = V::kRows,
      .tile = {SUMAC_KIND(kPlain), SUMAC_KIND(kMasked), SUMAC_KIND(kGeneral), SUMAC_KIND(kIeee)},
      .fused = {},
      .copy = Copy<V>,
      .transpose = Transpose<V>,
      .encode = Encode<V>,
      .finish = Finish<V>,
      .finish_transposed = FinishTransposed<V>,
      .list_nonzeros = nullptr,
      .copy_pixels = nullptr,
      .measure = nullptr,
      .scatter = {},
      .scatter_all = {},
      .scatter_pair = {},
      .list_channels = nullptr,
      .update = {}};
#undef SUMAC_KIND
#undef SUMAC_TILES
}

}  // namespace sumac::gemm

#endif  // SUMAC_MODEL_GEMM_KERNEL_BODY_H_
