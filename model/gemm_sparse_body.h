// SPDX-License-Identifier: Apache-2.0
// The kernels of gemm_scatter.h and gemm_update.h, templates over V like those of
// gemm_kernel_body.h, and for the same reason included by the kernel files only. V also has
// Compress, Count and AllLanes.
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
void CopyPixels(Word* dst, const float* src, std::int64_t pixels, std::int64_t pitch,
                std::int64_t channels, int mantissa_bits, std::uint8_t* dense, RangeState* range) {
  Cleaner<V> cleaner(mantissa_bits, range);
  for (std::int64_t i = 0; i < pixels; ++i, src += pitch) {
    bool all = true;
    for (std::int64_t c = 0; c < channels; c += V::kLanes) {
      const auto x = cleaner.Clean(V::Load(reinterpret_cast<const Word*>(src) + c));
      all &= V::Count(V::NonZero(V::AllLanes(), x)) == V::kLanes;
      V::Store(dst, x);
      dst += V::kLanes;
    }
    dense[i] = all ? 1 : 0;
  }
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

// By lists, or with kAll by `all`.
template <class V, Kind kKind, bool kAll>
void Scatter(const ScatterWork& given) {
  using Int = typename V::Int;
  const ScatterWork work = given;  // stores cannot change a copy
  const Int bias = V::Set(work.bias);
  const Int offset = V::Set(Word{0} - work.bias - kMinNormal);
  const Word* words = kAll ? work.all : work.lists.words;
  const Word* places = work.lists.places;
  float* row[3] = {work.acc, work.acc - work.acc_row, work.acc - 2 * work.acc_row};
  const std::int64_t step = work.acc_pixel;
  for (std::int64_t i = 0; i < work.pixels; ++i) {
    typename V::Float acc[kSparseTaps];
#pragma GCC unroll 9
    for (int t = 0; t < kSparseTaps; ++t) acc[t] = V::LoadFloat(row[t / 3] - t % 3 * step);
    const std::int64_t count = kAll ? work.channels : work.lists.counts[i];
    for (std::int64_t e = 0; e < count; ++e) {
      const Int x = V::Broadcast(words + e);
      const Word* w = work.weights + (kAll ? e * kSparseTaps * V::kLanes : places[e]);
#pragma GCC unroll 9
      for (int t = 0; t < kSparseTaps; ++t) {
        acc[t] = AddProduct<V, kKind>(acc[t], x, V::Load(w + t * V::kLanes), bias, offset);
      }
    }
#pragma GCC unroll 9
    for (int t = 0; t < kSparseTaps; ++t) V::StoreFloat(row[t / 3] - t % 3 * step, acc[t]);
    words += work.channels;
    if (!kAll) places += work.channels;
#pragma GCC unroll 3
    for (float*& one : row) one += step;
  }
}

// Update for the taps whose bits are set in kTaps.
template <class V, Kind kKind, unsigned kTaps>
void UpdateTaps(const UpdateWork& given) {
  using Int = typename V::Int;
  const UpdateWork work = given;  // stores cannot change a copy
  const Int bias = V::Set(work.bias);
  const Int offset = V::Set(Word{0} - work.bias - kMinNormal);
  const Word* words = work.lists.words;
  const Word* places = work.lists.places;
  const Word* row[3] = {work.gradient, work.gradient - work.gradient_row,
                        work.gradient - 2 * work.gradient_row};
  const std::int64_t step = work.gradient_pixel;
  for (std::int64_t i = 0; i < work.pixels; ++i) {
    Int dy[kSparseTaps];
#pragma GCC unroll 9
    for (int t = 0; t < kSparseTaps; ++t) {
      if ((kTaps >> t & 1) != 0) dy[t] = V::Load(row[t / 3] - t % 3 * step);
    }
    const int count = work.lists.counts[i];
    for (int e = 0; e < count; ++e) {
      const Int x = V::Broadcast(words + e);
      float* acc = work.acc + places[e];
#pragma GCC unroll 9
      for (int t = 0; t < kSparseTaps; ++t) {
        if ((kTaps >> t & 1) == 0) continue;
        float* sum = acc + t * V::kLanes;
        V::StoreFloat(sum, AddProduct<V, kKind>(V::LoadFloat(sum), dy[t], x, bias, offset));
      }
    }
    words += work.channels;
    places += work.channels;
#pragma GCC unroll 3
    for (const Word*& one : row) one += step;
  }
}

template <class V, Kind kKind>
bool Update(const UpdateWork& work, unsigned taps) {
  // In octal, a row of taps a digit: inside, and at the sides and corners of an image that is
  // padded by one.
  switch (taps) {
    case 0777:
      UpdateTaps<V, kKind, 0777>(work);
      return true;
    case 0077:
      UpdateTaps<V, kKind, 0077>(work);
      return true;
    case 0770:
      UpdateTaps<V, kKind, 0770>(work);
      return true;
    case 0333:
      UpdateTaps<V, kKind, 0333>(work);
      return true;
    case 0666:
      UpdateTaps<V, kKind, 0666>(work);
      return true;
    case 0033:
      UpdateTaps<V, kKind, 0033>(work);
      return true;
    case 0066:
      UpdateTaps<V, kKind, 0066>(work);
      return true;
    case 0330:
      UpdateTaps<V, kKind, 0330>(work);
      return true;
    case 0660:
      UpdateTaps<V, kKind, 0660>(work);
      return true;
    default:
      return false;
  }
}

template <class V, Kind kKind>
void UpdateSome(const UpdateWork& work, unsigned taps) {
  using Int = typename V::Int;
  const Int bias = V::Set(work.bias);
  const Int offset = V::Set(Word{0} - work.bias - kMinNormal);
  const int count = work.lists.counts[0];
  for (; taps != 0; taps &= taps - 1) {
    const int t = __builtin_ctz(taps);
    const Int dy = V::Load(work.gradient - t / 3 * work.gradient_row - t % 3 * work.gradient_pixel);
    const auto nonzero = V::NonZero(V::AllLanes(), dy);
    float* acc = work.acc + t * V::kLanes;
    for (int e = 0; e < count; ++e) {
      const Int x = V::Broadcast(work.lists.words + e);
      float* sum = acc + work.lists.places[e];
      if constexpr (kKind == kPlain) {
        const Int product = V::MaskedAdd(nonzero, dy, x);
        V::StoreFloat(sum, V::AddFloat(V::LoadFloat(sum), V::AsFloat(product)));
      } else {
        V::StoreFloat(sum, AddProduct<V, kKind>(V::LoadFloat(sum), dy, x, bias, offset));
      }
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
  set.update[kPlain] = Update<V, kPlain>;
  set.update[kGeneral] = Update<V, kGeneral>;
  set.update[kIeee] = Update<V, kIeee>;
  set.update_some[kPlain] = UpdateSome<V, kPlain>;
  set.update_some[kGeneral] = UpdateSome<V, kGeneral>;
  set.update_some[kIeee] = UpdateSome<V, kIeee>;
  return set;
}

}  // namespace sumac::gemm

#endif  // SUMAC_MODEL_GEMM_SPARSE_BODY_H_
