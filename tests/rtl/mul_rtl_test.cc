// SPDX-License-Identifier: Apache-2.0
// sumac_mul against the reference, in every format of sumac_units.
#include <gtest/gtest.h>

#include "model/mul.h"
#include "model/narrow.h"
#include "rtl_units.h"
#include "tests/rtl/word_pairs.h"

namespace sumac {
namespace {

class MulRtl : public testing::TestWithParam<int> {};

TEST_P(MulRtl, EqualsTheReference) {
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
    const Word got = units.mul_o.at(static_cast<std::size_t>(GetParam()));
    const Word expected = Mul(units.a_i, units.b_i);
    if (got != expected && ++differing <= 5) {
      ADD_FAILURE() << std::hex << "mul(" << units.a_i << ", " << units.b_i << ") is " << got
                    << ", expected " << expected;
    }
  });
  EXPECT_EQ(differing, 0);
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
