// SPDX-License-Identifier: Apache-2.0
// sumac_fadd against the reference at every depth, with and without stalls of its enable.
#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "model/add.h"
#include "rtl_units.h"
#include "tests/rtl/word_pairs.h"

namespace sumac {
namespace {

class FaddRtl : public testing::TestWithParam<double> {};

TEST_P(FaddRtl, EqualsTheReferenceAfterDepthEdges) {
  const double stall = GetParam();
  SCOPED_TRACE(testing::Message() << "seed " << kPairSeed << ", stalls " << stall);
  VerilatedContext context;
  rtl_units units(&context);
  std::mt19937_64 random(kPairSeed);
  std::bernoulli_distribution stalled(stall);
  struct Sum {
    Word a, b, sum;
  };
  std::deque<Sum> sums;  // the newest first: the sum of depth d after this many edges is sums[d-1]
  int differing = 0;
  const auto check = [&] {
    for (std::size_t depth = 1; depth <= 4 && depth <= sums.size(); ++depth) {
      const Sum& expected = sums[depth - 1];
      const Word got = units.sum_o.at(depth - 1);
      if (got != expected.sum && ++differing <= 5) {
        ADD_FAILURE() << std::hex << "depth " << depth << ": add(" << expected.a << ", "
                      << expected.b << ") is " << got << ", expected " << expected.sum;
      }
    }
  };
  const auto edge = [&](bool enable, Word a, Word b) {
    units.en_i = enable;
    units.a_i = a;
    units.b_i = b;
    units.clk_i = 0;
    units.eval();
    units.clk_i = 1;
    units.eval();
  };
  const auto add = [&](Word a, Word b) {
    while (stall > 0 && stalled(random)) {
      edge(false, static_cast<Word>(random()), static_cast<Word>(random()));
      check();
    }
    edge(true, a, b);
    sums.push_front({a, b, Add(a, b)});
    if (sums.size() > 4) sums.pop_back();
    check();
  };
  for (const WordPair& pair : AllPairs(AddCorners())) add(pair.a, pair.b);
  ForEachPair(kPairSeed, add);
  EXPECT_EQ(differing, 0);
}

INSTANTIATE_TEST_SUITE_P(Stalls, FaddRtl, testing::Values(0.0, 0.4));

}  // namespace
}  // namespace sumac
