// SPDX-License-Identifier: Apache-2.0
#include "model/elementwise.h"

#include <cstddef>

#include "model/float_mode.h"
#include "model/lanes.h"

namespace sumac {
namespace {

Word Canonical(float value) { return value != value ? kNaN : ToWord(value); }

}  // namespace

void MultiplyWords(const Arithmetic& arithmetic, std::span<const Word> a, std::span<const Word> b,
                   std::span<Word> out) {
  if (arithmetic.product == Product::kPam) {
    const Word comp = arithmetic.comp;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = PamLane(a[i], b[i], comp);
    return;
  }
  const ScopedFloatMode mode;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = Canonical(ToFloat(a[i]) * ToFloat(b[i]));
}

void AddWords(std::span<const Word> a, std::span<const Word> b, std::span<Word> out) {
  const ScopedFloatMode mode;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = Canonical(ToFloat(a[i]) + ToFloat(b[i]));
}

void DivideWords(std::span<const Word> a, std::span<const Word> b, std::span<Word> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = PadivLane(a[i], b[i]);
}

void SquareRootWords(std::span<const Word> a, std::span<Word> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = PasqrtLane(a[i]);
}

void Exp2Words(std::span<const Word> a, std::span<Word> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = Paexp2Lane(a[i]);
}

void Log2Words(std::span<const Word> a, std::span<Word> out) {
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = Palog2Lane(a[i]);
}

}  // namespace sumac
