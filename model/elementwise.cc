// SPDX-License-Identifier: Apache-2.0
#include "model/elementwise.h"

#include <algorithm>
#include <cstddef>

#include "model/float_mode.h"

namespace sumac {
namespace {

// Pam without branches: all cases are computed and selected.
Word PamLane(Word a, Word b, Word comp) {
  const Word sign = (a ^ b) & kSignBit;
  const Word low = std::min(Magnitude(a), Magnitude(b));
  const Word high = std::max(Magnitude(a), Magnitude(b));
  // At most 0xFF7FFFFD where both are finite, so 32 bits hold it with the bias still on.
  const Word biased = low + high + comp;
  Word result = sign | std::min(biased - kOne, kInfinity);
  result = biased < kOne + kMinNormal || low < kMinNormal ? 0 : result;
  result = high == kInfinity ? sign | kInfinity : result;
  return high > kInfinity || (high == kInfinity && low < kMinNormal) ? kNaN : result;
}

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

}  // namespace sumac
