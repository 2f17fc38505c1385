// SPDX-License-Identifier: Apache-2.0
// sumac_mul against the reference, in every format of sumac_units.
#include <gtest/gtest.h>

#include "model/mul.h"
#include "rtl_units.h"
#include "tests/rtl/word_pairs.h"

namespace sumac {
namespace {

class MulRtl : public testing::TestWithParam<int> {};

TEST_P(MulRtl, EqualsTheReference) {
  VerilatedContext context;
  rtl_units units(&context);
  const auto evaluate = [&](Word a, Word b) {
    units.a_i = a;
    units.b_i = b;
    units.eval();
    return units.mul_o.at(static_cast<std::size_t>(GetParam()));
  };
  ExpectProducts("mul", GetParam(), 0, evaluate, Mul);
}

INSTANTIATE_TEST_SUITE_P(Formats, MulRtl, testing::Range(0, 4));

TEST(MulRtl, RoundsBeforeItFlushes) {
  VerilatedContext context;
  rtl_units units(&context);
  units.a_i = 0x3F7FFFFF;
  units.b_i = 0x00800000;
  units.eval();
  EXPECT_EQ(units.mul_o.at(0), 0u);
  units.a_i = 0x3F7FFFFE;
  units.b_i = 0x00800001;
  units.eval();
  EXPECT_EQ(units.mul_o.at(0), 0x00800000u);
}

}  // namespace
}  // namespace sumac
