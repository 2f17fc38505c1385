// SPDX-License-Identifier: Apache-2.0
// Regions of operands: the load's words, and the view of them in a window, against the operand.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>

#include "model/host_device.h"
#include "sw/driver/region.h"
#include "tests/model/gemm_cases.h"

namespace sumac::testing {
namespace {

std::int64_t IndexOf(const std::array<Digit, 3>& digits, const IndexRange& run, std::int64_t i) {
  const std::int64_t d2 = run.first[2] + i % run.extent[2];
  const std::int64_t d1 = run.first[1] + i / run.extent[2] % run.extent[1];
  const std::int64_t d0 = run.first[0] + i / run.extent[2] / run.extent[1];
  return (d0 * digits[1].extent + d1) * digits[2].extent + d2;
}

// Every element of the region is the operand's, found through the load.
void ExpectRegion(const View& view, const IndexRange& outer, const IndexRange& k) {
  const Region region = MakeRegion(view, outer, k);
  ASSERT_EQ(region.view.OuterSize(), outer.Size());
  ASSERT_EQ(region.view.KSize(), k.Size());
  const ViewIndex operand(view);
  const ViewIndex window(region.view);
  for (std::int64_t o = 0; o < outer.Size(); ++o) {
    for (std::int64_t i = 0; i < k.Size(); ++i) {
      const std::int64_t want = operand.Address(operand.Outer(IndexOf(view.outer, outer, o)),
                                                operand.K(IndexOf(view.k, k, i)));
      const std::int64_t place = window.Address(window.Outer(o), window.K(i));
      if (want < 0) {
        ASSERT_EQ(place, -1);
        continue;
      }
      ASSERT_GE(place, 0);
      ASSERT_LT(place, region.load.Size());
      ASSERT_EQ(region.load.address + place / region.load.words * region.load.row_stride +
                    place % region.load.words,
                want);
    }
  }
}

TEST(Region, HoldsEveryElementOfRandomOperands) {
  const auto device = MakeReferenceDevice(1);
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const Job job = MakeRandomJob(*device, random);
    if (job.m * job.n == 0 || job.k == 0) continue;
    for (const View& view : {job.a, job.b}) {
      for (int i = 0; i < 3; ++i) {
        const auto draw = [&](const std::array<Digit, 3>& digits, std::int64_t size) {
          const auto start = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(size));
          return LargestRange(digits, start, 1 + static_cast<std::int64_t>(random() % 60),
                              random() % 2 == 0);
        };
        const IndexRange outer = draw(view.outer, view.OuterSize());
        const IndexRange k = draw(view.k, view.KSize());
        ExpectRegion(view, outer, k);
      }
    }
  }
}

TEST(Region, RunsAreRangesAndCoverAnIndex) {
  const std::array<Digit, 3> digits{Digit{.extent = 5}, Digit{.extent = 7}, Digit{.extent = 9}};
  for (std::int64_t limit = 1; limit <= 400; ++limit) {
    for (const bool even : {false, true}) {
      std::int64_t start = 0;
      while (start < 5 * 7 * 9) {
        const IndexRange run = LargestRange(digits, start, limit, even);
        ASSERT_GE(run.Size(), 1);
        ASSERT_LE(run.Size(), limit);
        for (std::int64_t i = 0; i < run.Size(); ++i) {
          ASSERT_EQ(IndexOf(digits, run, i), start + i);
        }
        start += run.Size();
      }
      ASSERT_EQ(start, 5 * 7 * 9);
    }
  }
}

TEST(Region, OfAConvolutionIsItsRowsOfTheImage) {
  // 2 images of 28 x 28 x 16, kernel 3 x 3, padding 1: 14 rows of the first need 15 of the tensor.
  const auto device = MakeReferenceDevice(1);
  Random random(1);
  const Job job = MakeConvJob(*device, {.images = 2, .h = 28, .w = 28, .in = 16, .out = 16},
                              Pass::kForward, random, Words::kNormal, Words::kNormal);
  const IndexRange rows = LargestRange(job.a.outer, 0, 512);
  EXPECT_EQ(rows.Size(), 14 * 28);
  const Region region = MakeRegion(job.a, rows, LargestRange(job.a.k, 0, 1000));
  EXPECT_EQ(region.load.address, 0);
  EXPECT_EQ(region.load.Size(), 15 * 28 * 16);
  EXPECT_EQ(region.load.rows, 1);
}

}  // namespace
}  // namespace sumac::testing
