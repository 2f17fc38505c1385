// SPDX-License-Identifier: Apache-2.0
#include "model/epilogue.h"

#include "model/add.h"
#include "model/clones.h"
#include "model/float_mode.h"
#include "model/lanes.h"

namespace sumac {
namespace {

// The functions below are the reference's without branches, for the compiler to vectorise; the
// caller holds a ScopedFloatMode.

Word Select(bool condition, Word yes, Word no) {
  const Word mask = Word{0} - static_cast<Word>(condition);
  return (yes & mask) | (no & ~mask);
}

Word Canonical(float value) {
  const Word word = ToWord(value);
  return Select(IsNaN(word), kNaN, word);
}

Word FastAdd(Word a, Word b) { return Canonical(ToFloat(a) + ToFloat(b)); }

Word FastMul(Word a, Word b) { return Canonical(ToFloat(a) * ToFloat(b)); }

Word Relu(Word word) { return Select((word & kSignBit) != 0 && !IsNaN(word), 0, word); }

// y = add(product(y, scale), shift) over one row.
SUMAC_CLONES void PamRow(std::int64_t channels, Word comp, const float* scale, const float* shift,
                         float* y) {
#pragma omp simd
  for (std::int64_t c = 0; c < channels; ++c) {
    y[c] = ToFloat(FastAdd(PamLane(ToWord(y[c]), ToWord(scale[c]), comp), ToWord(shift[c])));
  }
}

SUMAC_CLONES void MulRow(std::int64_t channels, const float* scale, const float* shift, float* y) {
#pragma omp simd
  for (std::int64_t c = 0; c < channels; ++c) {
    y[c] = ToFloat(FastAdd(FastMul(ToWord(y[c]), ToWord(scale[c])), ToWord(shift[c])));
  }
}

}  // namespace

Word EpilogueWord(const Arithmetic& arithmetic, Word acc, const Word* scale, const Word* shift,
                  const Word* residual, bool relu) {
  Word y = acc;
  if (scale != nullptr) y = Add(Multiply(arithmetic, y, *scale), *shift);
  if (residual != nullptr) y = Add(y, *residual);
  return relu ? Relu(y) : y;
}

void ApplyEpilogue(const Arithmetic& arithmetic, const Epilogue& epilogue, std::int64_t channels,
                   std::span<float> acc) {
  if (channels <= 0) return;
  const std::int64_t rows = static_cast<std::int64_t>(acc.size()) / channels;
  const bool pam = arithmetic.product == Product::kPam;
#pragma omp parallel
  {
    const ScopedFloatMode mode;
#pragma omp for schedule(static)
    for (std::int64_t row = 0; row < rows; ++row) {
      float* y = acc.data() + row * channels;
      if (epilogue.scale != nullptr) {
        if (pam) {
          PamRow(channels, arithmetic.comp, epilogue.scale, epilogue.shift, y);
        } else {
          MulRow(channels, epilogue.scale, epilogue.shift, y);
        }
      }
      if (epilogue.residual != nullptr) {
        const float* residual = epilogue.residual + row * channels;
#pragma omp simd
        for (std::int64_t c = 0; c < channels; ++c) {
          y[c] = ToFloat(FastAdd(ToWord(y[c]), ToWord(residual[c])));
        }
      }
      if (epilogue.relu) {
#pragma omp simd
        for (std::int64_t c = 0; c < channels; ++c) y[c] = ToFloat(Relu(ToWord(y[c])));
      }
    }
  }
}

}  // namespace sumac
