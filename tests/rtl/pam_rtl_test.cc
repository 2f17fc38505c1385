// SPDX-License-Identifier: Apache-2.0
// sumac_pam against the reference, in every format and compensation of sumac_units.
#include <gtest/gtest.h>

#include "model/narrow.h"
#include "model/pam.h"
#include "rtl_units.h"
#include "tests/rtl/word_pairs.h"

namespace sumac {
namespace {

constexpr Word kComps[] = {kCompMogami, kCompPamAlpha, kCompLMul};

class PamRtl : public testing::TestWithParam<int> {};

TEST_P(PamRtl, EqualsTheReference) {
  constexpr int kFormats[] = {23, 10, 7, 3};
  const int man_bits = kFormats[GetParam()];
  SCOPED_TRACE(testing::Message() << "seed " << kPairSeed << ", mantissa bits " << man_bits);
  VerilatedContext context;
  rtl_units units(&context);
  int differing = 0;
  ForEachPair(kPairSeed, [&](Word a, Word b) {
    units.a_i = Narrow(a, man_bits);
    units.b_i = Narrow(b, man_bits);
    units.eval();
    for (int k = 0; k < 3; ++k) {
      const Word got = units.pam_o.at(static_cast<std::size_t>(GetParam() * 3 + k));
      const Word expected = Pam(units.a_i, units.b_i, kComps[k]);
      if (got != expected && ++differing <= 5) {
        ADD_FAILURE() << std::hex << "pam(" << units.a_i << ", " << units.b_i << ", " << kComps[k]
                      << ") is " << got << ", expected " << expected;
      }
    }
  });
  EXPECT_EQ(differing, 0);
}

INSTANTIATE_TEST_SUITE_P(Formats, PamRtl, testing::Range(0, 4));

}  // namespace
}  // namespace sumac
