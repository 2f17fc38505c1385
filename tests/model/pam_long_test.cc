// SPDX-License-Identifier: Apache-2.0
// The reference Pam against its definition on all 2^32 pairs of bf16 words. For script/test-long.
#include <gtest/gtest.h>

#include "model/pam.h"
#include "tests/model/pam_definition.h"
#include "tests/model/word_pairs.h"

namespace sumac::testing {
namespace {

class PamLongTest : public ::testing::TestWithParam<Word> {};

INSTANTIATE_TEST_SUITE_P(Comps, PamLongTest,
                         ::testing::Values(kCompMogami, kCompPamAlpha, kCompLMul, kCompLimit - 1),
                         [](const ::testing::TestParamInfo<Word>& comp) {
                           return std::to_string(comp.param);
                         });

TEST_P(PamLongTest, AllPairsOfBf16) {
  const auto pair = [](std::int64_t i) {
    return Pair{.a = static_cast<Word>(i) & 0xFFFF0000, .b = static_cast<Word>(i) << 16};
  };
  const Word comp = GetParam();
  ExpectEqualOnPairs(
      std::int64_t{1} << 32, pair, [comp](Word a, Word b) { return Pam(a, b, comp); },
      [comp](Word a, Word b) { return PamByDefinition(a, b, comp); });
}

}  // namespace
}  // namespace sumac::testing
