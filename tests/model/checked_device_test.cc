// SPDX-License-Identifier: Apache-2.0
// The checking device: a subject that lies in a word is found out, by index and count.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "model/compare.h"
#include "model/devices.h"
#include "model/eager_device.h"
#include "model/error.h"
#include "tests/model/gemm_cases.h"

namespace sumac::testing {
namespace {

// An element of C and the bits that a lying device flips in it.
struct Lie {
  std::int64_t m = 0;
  std::int64_t n = 0;
  Word bits = 1;
};

// The reference device, but for some lies in every job; it counts 17 cycles a job.
class LyingDevice : public WrappingDevice {
 public:
  explicit LyingDevice(std::vector<Lie> lies)
      : WrappingDevice(MakeReferenceDevice(1)), lies_(std::move(lies)) {}

  std::string name() const override { return "liar"; }

 protected:
  JobReport Execute(const Job& job) override {
    device().Run(job);
    for (const Lie& lie : lies_) {
      float& word = Map(*job.c.buffer)[static_cast<std::size_t>(job.c.Address(lie.m, lie.n))];
      word = ToFloat(ToWord(word) ^ lie.bits);
    }
    return {.cycles = 17, .mismatch = {}};
  }

 private:
  std::vector<Lie> lies_;
};

std::unique_ptr<Device> CheckedLiar(std::vector<Lie> lies) {
  return MakeCheckedDevice(std::make_unique<LyingDevice>(std::move(lies)), MakeReferenceDevice(1));
}

// 1 x 1 products of ones: every element of C is k.
Job Ones(Device& device, std::int64_t m, std::int64_t n, std::int64_t k) {
  Random random(1);
  const MatrixShape shape{.m = m, .n = n, .k = k};
  Job job = MakeMatrixJob(device, shape, random, Words::kNormal, Words::kNormal);
  std::ranges::fill(device.Map(*job.a.buffer), 1.0f);
  std::ranges::fill(device.Map(*job.b.buffer), 1.0f);
  return job;
}

TEST(CheckedDevice, FindsNothingInATruthfulDevice) {
  const auto device = CheckedLiar({});
  EXPECT_EQ(device->name(), "liar checked by reference");
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    Random random(seed);
    const Job job = MakeRandomJob(*device, random);
    const JobReport report = device->Run(job);
    EXPECT_EQ(report.mismatch.compared, job.m * job.n) << "seed " << seed;
    EXPECT_EQ(report.mismatch.differing, 0) << "seed " << seed;
    EXPECT_EQ(report.mismatch.first, "");
    EXPECT_EQ(report.cycles, 17);
  }
}

TEST(CheckedDevice, NamesTheOneWordThatDiffers) {
  const auto device = CheckedLiar({{.m = 2, .n = 1, .bits = 1}});
  const Job job = Ones(*device, 4, 3, 5);
  const Mismatch mismatch = device->Run(job).mismatch;
  EXPECT_EQ(mismatch.compared, 12);
  EXPECT_EQ(mismatch.differing, 1);
  EXPECT_EQ(mismatch.first, "[2][1]: got 0x40A00001 (5.00000048), expected 0x40A00000 (5)");
  EXPECT_EQ(ToWord(device->Map(*job.c.buffer)[7]), 0x40A00001u) << "the words are the subject's";
}

TEST(CheckedDevice, CountsAllAndNamesTheFirstInRowOrder) {
  const auto device = CheckedLiar({{.m = 3, .n = 0}, {.m = 1, .n = 2}, {.m = 2, .n = 2}});
  Job job = Ones(*device, 4, 3, 5);
  job.c.row_stride = 1;
  job.c.column_stride = 4;
  const Mismatch mismatch = device->Run(job).mismatch;
  EXPECT_EQ(mismatch.differing, 3);
  EXPECT_THAT(mismatch.first, ::testing::StartsWith("[1][2]: "));
}

// Words are compared, not numbers.
TEST(CheckedDevice, SeesSignedZerosAndNaNs) {
  const auto zeros = CheckedLiar({{.bits = kSignBit}});
  EXPECT_EQ(zeros->Run(Ones(*zeros, 1, 1, 0)).mismatch.first,
            "[0][0]: got 0x80000000 (-0), expected 0x00000000 (0)");
  const auto nans = CheckedLiar({{.bits = kSignBit}});
  const Job job = Ones(*nans, 1, 1, 1);
  nans->Map(*job.a.buffer)[0] = ToFloat(kNaN);
  EXPECT_EQ(nans->Run(job).mismatch.differing, 1);
}

// Both devices start from the same C_in where it is C, and later jobs from the subject's words.
TEST(CheckedDevice, TakesItsCopiesBeforeTheSubjectRuns) {
  const auto device = CheckedLiar({{.m = 1, .n = 1}});
  Job job = Ones(*device, 2, 2, 3);
  job.c_in = job.c;
  const std::vector<Job> jobs = {job, job};
  const std::vector<JobReport> reports = device->Wait(device->Submit(jobs));
  ASSERT_EQ(reports.size(), 2u);
  for (const JobReport& report : reports) EXPECT_EQ(report.mismatch.differing, 1);
  EXPECT_EQ(device->Map(*job.c.buffer)[0], 6.0f);
}

// The epilogue's words are compared, from copies of its vectors and its residual.
TEST(CheckedDevice, ComparesWhatTheEpilogueLeaves) {
  const auto device = CheckedLiar({{.m = 1}});
  Job job = Ones(*device, 2, 2, 3);
  const auto filled = [&](std::int64_t words, float value) {
    BufferPtr buffer = device->Allocate(words);
    std::ranges::fill(device->Map(*buffer), value);
    return buffer;
  };
  job.epilogue = {.affine = JobEpilogue::Affine{{filled(2, -2.0f)}, {filled(2, 1.0f)}},
                  .residual = MatrixView{filled(4, 4.0f), 0, 2},
                  .relu = true};
  const Mismatch mismatch = device->Run(job).mismatch;
  EXPECT_EQ(mismatch.compared, 4);
  EXPECT_EQ(mismatch.differing, 1);
  EXPECT_EQ(device->Map(*job.c.buffer)[0], 0.0f) << "3 * -2 + 1 + 4 is negative";
  job.epilogue.relu = false;
  device->Run(job);
  EXPECT_EQ(device->Map(*job.c.buffer)[0], -1.0f);
}

// The reference device, which afterwards clears what the epilogue has read.
class ForgetfulDevice : public WrappingDevice {
 public:
  ForgetfulDevice() : WrappingDevice(MakeReferenceDevice(1)) {}

 protected:
  JobReport Execute(const Job& job) override {
    device().Run(job);
    for (const BufferPtr& buffer :
         {job.epilogue.affine->scale.buffer, job.epilogue.affine->shift.buffer,
          job.epilogue.residual->buffer}) {
      std::ranges::fill(Map(*buffer), 0.0f);
    }
    return {};
  }
};

TEST(CheckedDevice, CopiesWhatTheEpilogueReads) {
  const auto device =
      MakeCheckedDevice(std::make_unique<ForgetfulDevice>(), MakeReferenceDevice(1));
  Job job = Ones(*device, 2, 2, 3);
  const auto ones = [&](std::int64_t words) {
    BufferPtr buffer = device->Allocate(words);
    std::ranges::fill(device->Map(*buffer), 1.0f);
    return buffer;
  };
  job.epilogue = {.affine = JobEpilogue::Affine{{ones(2)}, {ones(2)}},
                  .residual = MatrixView{ones(4), 0, 2}};
  EXPECT_EQ(device->Run(job).mismatch.differing, 0);
  EXPECT_EQ(device->Map(*job.c.buffer)[0], 5.0f);
}

TEST(CheckedDevice, RefusesMalformedJobsAndUnknownTickets) {
  const auto device = CheckedLiar({});
  Job job = Ones(*device, 2, 2, 3);
  const Ticket ticket = device->Submit({&job, 1});
  device->Wait(ticket);
  EXPECT_THROW(device->Wait(ticket), Error) << "waited for twice";
  job.m = 3;
  EXPECT_THROW(device->Submit({&job, 1}), Error);
}

TEST(CompareWords, RefusesResultsOfTwoShapes) {
  const std::vector<float> four(4);
  const std::vector<float> five(5);
  EXPECT_THROW(CompareWords(four, five, 1), Error);
}

}  // namespace
}  // namespace sumac::testing
