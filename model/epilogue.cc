// SPDX-License-Identifier: Apache-2.0
#include "model/epilogue.h"

#include <algorithm>

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

// Rows of an epilogue whose steps are known when it is compiled.
template <bool kPam, bool kResidual, bool kRelu>
[[gnu::always_inline]] inline void Rows(const Word comp, const Epilogue& epilogue,
                                        std::int64_t rows, std::int64_t channels, const float* x,
                                        const float* residual, float* y) {
  const float* scale = epilogue.scale;
  const float* shift = epilogue.shift;
  for (std::int64_t r = 0; r < rows; ++r, x += channels, y += channels) {
#pragma omp simd
    for (std::int64_t c = 0; c < channels; ++c) {
      Word word = ToWord(x[c]);
      word = kPam ? PamLane(word, ToWord(scale[c]), comp) : FastMul(word, ToWord(scale[c]));
      word = FastAdd(word, ToWord(shift[c]));
      if constexpr (kResidual) word = FastAdd(word, ToWord(residual[c]));
      if constexpr (kRelu) word = Relu(word);
      y[c] = ToFloat(word);
    }
    if constexpr (kResidual) residual += channels;
  }
}

template <bool kPam>
[[gnu::always_inline]] inline void AffineRows(Word comp, const Epilogue& epilogue,
                                              std::int64_t rows, std::int64_t channels,
                                              const float* x, const float* residual, float* y) {
  if (residual != nullptr && epilogue.relu) {
    Rows<kPam, true, true>(comp, epilogue, rows, channels, x, residual, y);
  } else if (residual != nullptr) {
    Rows<kPam, true, false>(comp, epilogue, rows, channels, x, residual, y);
  } else if (epilogue.relu) {
    Rows<kPam, false, true>(comp, epilogue, rows, channels, x, nullptr, y);
  } else {
    Rows<kPam, false, false>(comp, epilogue, rows, channels, x, nullptr, y);
  }
}

// The usual number of channels is a constant, for which the compiler keeps theirs in registers.
SUMAC_CLONES void PamRows(Word comp, const Epilogue& epilogue, std::int64_t rows,
                          std::int64_t channels, const float* x, const float* residual, float* y) {
  if (channels == 16) return AffineRows<true>(comp, epilogue, rows, 16, x, residual, y);
  AffineRows<true>(comp, epilogue, rows, channels, x, residual, y);
}

SUMAC_CLONES void MulRows(Word comp, const Epilogue& epilogue, std::int64_t rows,
                          std::int64_t channels, const float* x, const float* residual, float* y) {
  if (channels == 16) return AffineRows<false>(comp, epilogue, rows, 16, x, residual, y);
  AffineRows<false>(comp, epilogue, rows, channels, x, residual, y);
}

// Without scale and shift.
void PlainRow(std::int64_t channels, bool relu, const float* x, const float* residual, float* y) {
#pragma omp simd
  for (std::int64_t c = 0; c < channels; ++c) {
    Word word = ToWord(x[c]);
    if (residual != nullptr) word = FastAdd(word, ToWord(residual[c]));
    y[c] = ToFloat(relu ? Relu(word) : word);
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

void EpilogueRows(const Arithmetic& arithmetic, const Epilogue& epilogue, std::int64_t first,
                  std::int64_t rows, std::int64_t channels, const float* x, float* y) {
  const ScopedFloatMode mode;
  const std::int64_t at = first * channels;
  const float* residual = epilogue.residual == nullptr ? nullptr : epilogue.residual + at;
  if (epilogue.scale != nullptr) {
    const auto affine = arithmetic.product == Product::kPam ? PamRows : MulRows;
    affine(arithmetic.comp, epilogue, rows, channels, x + at, residual, y + at);
    return;
  }
  for (std::int64_t row = 0; row < rows; ++row) {
    const std::int64_t offset = row * channels;
    PlainRow(channels, epilogue.relu, x + at + offset,
             residual == nullptr ? nullptr : residual + offset, y + at + offset);
  }
}

void ApplyEpilogue(const Arithmetic& arithmetic, const Epilogue& epilogue, std::int64_t channels,
                   std::span<float> acc) {
  constexpr std::int64_t kBlockRows = 64;
  if (channels <= 0) return;
  const std::int64_t rows = static_cast<std::int64_t>(acc.size()) / channels;
#pragma omp parallel for schedule(static)
  for (std::int64_t first = 0; first < rows; first += kBlockRows) {
    EpilogueRows(arithmetic, epilogue, first, std::min(kBlockRows, rows - first), channels,
                 acc.data(), acc.data());
  }
}

}  // namespace sumac
