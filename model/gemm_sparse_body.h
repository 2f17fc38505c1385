// SPDX-License-Identifier: Apache-2.0
// The kernels of gemm_scatter.h and gemm_update.h, templates over V like those of
// gemm_kernel_body.h, and for the same reason included by the kernel files only. V also has
// Compress, Count, Both, AllLanes and kRegisters.
#ifndef SUMAC_MODEL_GEMM_SPARSE_BODY_H_
#define SUMAC_MODEL_GEMM_SPARSE_BODY_H_

#include <algorithm>

#include "model/gemm_kernel_body.h"

namespace sumac::gemm {

// 0, step, 2 * step ...
template <class V>
typename V::Int Ramp(Word step) {
  Word lanes[V::kLanes] = {};
  for (int i = 1; i < V::kLanes; ++i) lanes[i] = lanes[i - 1] + step;
  return V::Load(lanes);
}

template <class V>
void ListNonzeros(const float* src, std::int64_t pixels, std::int64_t pitch, std::int64_t channels,
                  Word place_step, int mantissa_bits, Word bias, const NonzeroLists& lists,
                  RangeState* range) {
  using Int = typename V::Int;
  Cleaner<V> cleaner(mantissa_bits, range);
  const Int ramp = Ramp<V>(place_step);
  const Int shift = V::Set(bias);
  for (std::int64_t i = 0; i < pixels; ++i, src += pitch) {
    const auto* from = reinterpret_cast<const Word*>(src);
    Word* words = lists.words + i * channels;
    Word* places = lists.places + i * channels;
    int count = 0;
    for (std::int64_t c = 0; c < channels; c += V::kLanes) {
      const auto rest = static_cast<int>(channels - c);
      const Int x =
          cleaner.Clean(rest < V::kLanes ? V::LoadPart(from + c, rest) : V::Load(from + c));
      const auto nonzero = V::NonZero(V::AllLanes(), x);
      const Int place = V::Add(ramp, V::Set(static_cast<Word>(c) * place_step));
      const Int word = V::Sub(x, shift);
      // Gradients are seldom zero: theirs need not be moved together.
      if (V::Count(nonzero) == V::kLanes) {
        V::Store(words + count, word);
        V::Store(places + count, place);
      } else {
        V::Store(words + count, V::Compress(nonzero, word));
        V::Store(places + count, V::Compress(nonzero, place));
      }
      count += V::Count(nonzero);
    }
    lists.counts[i] = count;
  }
}

template <class V>
bool CopyPixels(Word* dst, const float* src, std::int64_t pixels, std::int64_t pitch,
                std::int64_t channels, int mantissa_bits, RangeState* range) {
  Cleaner<V> cleaner(mantissa_bits, range);
  auto nonzero = V::AllLanes();
  for (std::int64_t i = 0; i < pixels; ++i, src += pitch) {
    for (std::int64_t c = 0; c < channels; c += V::kLanes) {
      const auto x = cleaner.Clean(V::Load(reinterpret_cast<const Word*>(src) + c));
      nonzero = V::NonZero(nonzero, x);
      V::Store(dst, x);
      dst += V::kLanes;
    }
  }
  return V::Count(nonzero) == V::kLanes;
}

// acc + product(x, w), w less the bias as EncodeFunction leaves it.
template <class V, Kind kKind>
[[gnu::always_inline]] inline typename V::Float AddProduct(typename V::Float acc, typename V::Int x,
                                                           typename V::Int w, typename V::Int bias,
                                                           typename V::Int offset) {
  if constexpr (kKind == kPlain) {
    return V::AddFloat(acc, V::AsFloat(V::Add(x, w)));
  } else if constexpr (kKind == kGeneral) {
    return V::AddFloat(acc, GeneralPam<V>(x, V::Add(w, bias), offset));
  } else {
    return V::AddFloat(acc, V::Mul(V::AsFloat(x), V::AsFloat(w)));
  }
}

template <class V>
bool Measure(const float* src, std::int64_t count, RangeState* range) {
  constexpr std::int64_t kChunk = 8 * V::kLanes;  // between two looks at whether to go on
  const auto* words = reinterpret_cast<const Word*>(src);
  Cleaner<V> cleaner(kMantissaBits, range);
  for (std::int64_t i = 0; i < count;) {
    const std::int64_t end = std::min(count, i + kChunk);
    auto nonzero = V::AllLanes();
    for (; i < end; i += V::kLanes) {
      nonzero = V::NonZero(nonzero, cleaner.Clean(V::Load(words + i)));
    }
    if (V::Count(nonzero) != V::kLanes) return false;
  }
  return true;
}

// By lists, or with kAll by `all`, then of one image or of two. From pixel to pixel two of three
// columns of sums stay in registers, so that a pixel loads and stores three sums, not nine, and
// waits for no store.
template <class V, Kind kKind, bool kAll, int kImages = 1>
void Scatter(const ScatterWork& given) {
  static_assert(kAll || kImages == 1);
  using Int = typename V::Int;
  const ScatterWork work = given;  // stores cannot change a copy
  const Int bias = V::Set(work.bias);
  const Int offset = V::Set(Word{0} - work.bias - kMinNormal);
  const std::int64_t step = work.acc_pixel;
  const Word* places = work.lists.places;
  const Word* words[kImages];
  float* row[kImages][3];
  // Row by row, of the pixel's column, the one before and the one before that.
  typename V::Float acc[kImages][kSparseTaps];
#pragma GCC unroll 2
  for (int j = 0; j < kImages; ++j) {
    words[j] = kAll ? work.all[j] : work.lists.words;
#pragma GCC unroll 3
    for (int r = 0; r < 3; ++r) {
      row[j][r] = work.acc[j] - r * work.acc_row;
      acc[j][3 * r + 1] = V::LoadFloat(row[j][r] - step);
      acc[j][3 * r + 2] = V::LoadFloat(row[j][r] - 2 * step);
    }
  }
  for (std::int64_t i = 0; i < work.pixels; ++i) {
#pragma GCC unroll 2
    for (int j = 0; j < kImages; ++j) {
#pragma GCC unroll 3
      for (int r = 0; r < 3; ++r) acc[j][3 * r] = V::LoadFloat(row[j][r]);
    }
    const std::int64_t count = kAll ? work.channels : work.lists.counts[i];
    for (std::int64_t e = 0; e < count; ++e) {
      Int x[kImages];
#pragma GCC unroll 2
      for (int j = 0; j < kImages; ++j) x[j] = V::Broadcast(words[j] + e);
      const Word* weights = work.weights + (kAll ? e * kSparseTaps * V::kLanes : places[e]);
#pragma GCC unroll 9
      for (int t = 0; t < kSparseTaps; ++t) {
        Int w = V::Load(weights + t * V::kLanes);
        if constexpr (kImages == 2) V::KeepInRegister(w);
#pragma GCC unroll 2
        for (int j = 0; j < kImages; ++j) {
          acc[j][t] = AddProduct<V, kKind>(acc[j][t], x[j], w, bias, offset);
        }
      }
    }
#pragma GCC unroll 2
    for (int j = 0; j < kImages; ++j) {
#pragma GCC unroll 3
      for (int r = 0; r < 3; ++r) {
        V::StoreFloat(row[j][r] - 2 * step, acc[j][3 * r + 2]);
        acc[j][3 * r + 2] = acc[j][3 * r + 1];
        acc[j][3 * r + 1] = acc[j][3 * r];
        row[j][r] += step;
      }
      words[j] += work.channels;
    }
    if (!kAll) places += work.channels;
  }
#pragma GCC unroll 2
  for (int j = 0; j < kImages; ++j) {
#pragma GCC unroll 3
    for (int r = 0; r < 3; ++r) {
      V::StoreFloat(row[j][r] - step, acc[j][3 * r + 1]);
      V::StoreFloat(row[j][r] - 2 * step, acc[j][3 * r + 2]);
    }
  }
}

template <class V>
void ListChannels(const float* src, std::int64_t pixels, std::int64_t pitch, std::int64_t channels,
                  Word first, int mantissa_bits, Word bias, const ChannelLists& lists,
                  RangeState* range) {
  using Int = typename V::Int;
  Cleaner<V> cleaner(mantissa_bits, range);
  const Int ramp = Ramp<V>(1);
  const Int shift = V::Set(bias);
  for (std::int64_t p = 0; p < pixels; p += V::kLanes) {
    const Word begin = first + static_cast<Word>(p);
    const Int place = V::Add(ramp, V::Set(begin));
    const auto count = static_cast<int>(std::min<std::int64_t>(V::kLanes, pixels - p));
    for (std::int64_t c = 0; c < channels; c += V::kLanes) {
      const auto width = static_cast<int>(std::min<std::int64_t>(V::kLanes, channels - c));
      Int block[V::kLanes];
      for (int i = 0; i < count; ++i) {
        const auto* from = reinterpret_cast<const Word*>(src) + (p + i) * pitch + c;
        block[i] = cleaner.Clean(width < V::kLanes ? V::LoadPart(from, width) : V::Load(from));
      }
      for (int i = count; i < V::kLanes; ++i) block[i] = V::Set(0);
      V::Transpose(block);
      for (int i = 0; i < width; ++i) {
        const std::int64_t row = (c + i) * lists.pitch;
        std::int32_t& found = lists.counts[c + i];
        const auto nonzero = V::NonZero(V::AllLanes(), block[i]);
        V::Store(lists.words + row + begin, V::Sub(block[i], shift));
        V::Store(lists.places + row + found, V::Compress(nonzero, place));
        found += V::Count(nonzero);
      }
    }
  }
}

// Sums stay in registers; what a tap adds without an output is left out by masks.
template <class V, Kind kKind, int kVectors>
void Update(const UpdateWork& work) {
  using Int = typename V::Int;
  const Int bias = V::Set(work.bias);
  const Int offset = V::Set(Word{0} - work.bias - kMinNormal);
  typename V::Float acc[kVectors][kSparseTaps];
#pragma GCC unroll 2
  for (int v = 0; v < kVectors; ++v) {
#pragma GCC unroll 9
    for (int t = 0; t < kSparseTaps; ++t) {
      acc[v][t] = V::LoadFloat(work.acc + v * work.acc_vector + t * V::kLanes);
    }
  }
  for (std::int64_t e = 0; e < work.count; ++e) {
    const auto place = static_cast<std::int64_t>(work.places[e]);
    const Int x = V::Broadcast(work.words + place);
    const Word* gradient = work.gradient + place * work.gradient_pixel;
    const KeepTaps& keep = work.keep[place];
    const auto first_row = V::MakeKeep(&keep.first_row);
    const auto last_row = V::MakeKeep(&keep.last_row);
    const auto first_column = V::MakeKeep(&keep.first_column);
    const auto last_column = V::MakeKeep(&keep.last_column);
#pragma GCC unroll 9
    for (int t = 0; t < kSparseTaps; ++t) {
      const int r = t / 3;
      const int s = t % 3;
      const auto column = s == 0 ? first_column : s == 2 ? last_column : V::AllLanes();
      const auto row = r == 0 ? first_row : r == 2 ? last_row : V::AllLanes();
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        const Int dy =
            V::Load(gradient - r * work.gradient_row - s * work.gradient_pixel + v * V::kLanes);
        typename V::Float& sum = acc[v][t];
        if constexpr (kKind == kGeneral) {
          sum = V::AddKept(V::Both(row, column), sum, GeneralPam<V>(dy, V::Add(x, bias), offset));
          continue;
        }
        typename V::Float product;
        if constexpr (kKind == kIeee) {
          product = s == 1 ? V::Mul(V::AsFloat(dy), V::AsFloat(x))
                           : V::MaskedMul(column, V::AsFloat(dy), V::AsFloat(x));
        } else if constexpr (kKind == kMasked) {
          product = V::AsFloat(V::MaskedAdd(V::NonZero(column, dy), dy, x));
        } else {
          product = V::AsFloat(s == 1 ? V::Add(dy, x) : V::MaskedAdd(column, dy, x));
        }
        sum = r == 1 ? V::AddFloat(sum, product) : V::AddKept(row, sum, product);
      }
    }
  }
#pragma GCC unroll 2
  for (int v = 0; v < kVectors; ++v) {
#pragma GCC unroll 9
    for (int t = 0; t < kSparseTaps; ++t) {
      V::StoreFloat(work.acc + v * work.acc_vector + t * V::kLanes, acc[v][t]);
    }
  }
}

template <class V>
constexpr KernelSet WithSparseKernels(KernelSet set) {
  set.list_nonzeros = ListNonzeros<V>;
  set.copy_pixels = CopyPixels<V>;
  set.measure = Measure<V>;
  set.scatter[kPlain] = Scatter<V, kPlain, false>;
  set.scatter_all[kPlain] = Scatter<V, kPlain, true>;
  set.scatter[kGeneral] = Scatter<V, kGeneral, false>;
  set.scatter_all[kGeneral] = Scatter<V, kGeneral, true>;
  set.scatter[kIeee] = Scatter<V, kIeee, false>;
  set.scatter_all[kIeee] = Scatter<V, kIeee, true>;
  if constexpr (V::kRegisters == 32) {  // else eighteen sums do not fit
    set.scatter_pair[kPlain] = Scatter<V, kPlain, true, 2>;
    set.scatter_pair[kIeee] = Scatter<V, kIeee, true, 2>;
    set.update[kPlain][1] = Update<V, kPlain, 2>;
    set.update[kMasked][1] = Update<V, kMasked, 2>;
    set.update[kGeneral][1] = Update<V, kGeneral, 2>;
    set.update[kIeee][1] = Update<V, kIeee, 2>;
  }
  set.list_channels = ListChannels<V>;
  set.update[kPlain][0] = Update<V, kPlain, 1>;
  set.update[kMasked][0] = Update<V, kMasked, 1>;
  set.update[kGeneral][0] = Update<V, kGeneral, 1>;
  set.update[kIeee][0] = Update<V, kIeee, 1>;
  return set;
}

}  // namespace sumac::gemm

#endif  // SUMAC_MODEL_GEMM_SPARSE_BODY_H_
