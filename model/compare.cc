// SPDX-License-Identifier: Apache-2.0
#include "model/compare.h"

#include <cstdio>

#include "model/error.h"
#include "model/word.h"

namespace sumac {

Mismatch CompareWords(std::span<const float> got, std::span<const float> expected,
                      std::int64_t columns) {
  if (got.size() != expected.size()) {
    throw Error("Cannot compare " + std::to_string(got.size()) + " words with " +
                std::to_string(expected.size()) + "; compare results of one shape.");
  }
  Mismatch mismatch;
  mismatch.compared = static_cast<std::int64_t>(got.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (ToWord(got[i]) == ToWord(expected[i])) continue;
    if (mismatch.differing++ > 0) continue;
    const auto index = static_cast<long long>(i);
    char text[160];
    std::snprintf(text, sizeof text, "[%lld][%lld]: got 0x%08X (%.9g), expected 0x%08X (%.9g)",
                  index / columns, index % columns, ToWord(got[i]), static_cast<double>(got[i]),
                  ToWord(expected[i]), static_cast<double>(expected[i]));
    mismatch.first = text;
  }
  return mismatch;
}

}  // namespace sumac
