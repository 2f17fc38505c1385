// SPDX-License-Identifier: Apache-2.0
// sumac_pam against the reference, in every format and compensation of sumac_units.
#include <gtest/gtest.h>

#include "model/names.h"
#include "model/pam.h"
#include "rtl_units.h"
#include "tests/rtl/word_pairs.h"

namespace sumac {
namespace {

constexpr Word kComps[] = {kCompMogami, kCompPamAlpha, kCompLMul};

class PamRtl : public testing::TestWithParam<int> {};

TEST_P(PamRtl, EqualsTheReference) {
  VerilatedContext context;
  rtl_units units(&context);
  for (int k = 0; k < 3; ++k) {
    const auto evaluate = [&](Word a, Word b) {
      units.a_i = a;
      units.b_i = b;
      units.eval();
      return units.pam_o.at(static_cast<std::size_t>(GetParam() * 3 + k));
    };
    const auto expected = [&](Word a, Word b) { return Pam(a, b, kComps[k]); };
    ExpectProducts("pam comp " + CompName(kComps[k]), GetParam(), kComps[k], evaluate, expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Formats, PamRtl, testing::Range(0, 4));

}  // namespace
}  // namespace sumac
