// SPDX-License-Identifier: Apache-2.0
// The spread device: chains of jobs on several workers and ranks, words and reports as on one; a
// worker whose words differ, or that fails, is found out.
#include "model/spread_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "model/devices.h"
#include "model/error.h"
#include "tests/model/gemm_cases.h"

namespace sumac::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// The reference device with a clock, which spoils the job of a name and refuses that of another.
class Hardware : public WrappingDevice {
 public:
  explicit Hardware(std::string spoiled = "", std::string refused = "")
      : WrappingDevice(MakeReferenceDevice(1)),
        spoiled_(std::move(spoiled)),
        refused_(std::move(refused)) {}

  std::string name() const override { return "hardware"; }

 protected:
  JobReport Execute(const Job& job) override {
    if (job.name == refused_) throw Error("refused " + job.name);
    device().Run(job);
    if (job.name == spoiled_) Map(*job.c.buffer)[0] += 1.0f;
    return {.cycles = job.m * 1000 + job.k, .predicted_cycles = job.k, .mismatch = {}};
  }

 private:
  std::string spoiled_;
  std::string refused_;
};

std::vector<std::unique_ptr<Device>> Workers(int count, const std::string& spoiled = "",
                                             const std::string& refused = "") {
  std::vector<std::unique_ptr<Device>> workers;
  for (int i = 0; i < count; ++i) {
    workers.push_back(std::make_unique<Hardware>(spoiled, refused));
  }
  return workers;
}

void NoWait(std::int64_t, std::int64_t) {}

constexpr int kJobs = 24;

// Each job takes the result of the one before as its A, and every third adds to its own C; the last
// one's words.
std::vector<float> RunChain(Device& device, std::vector<JobReport>* reports = nullptr) {
  Random random(7);
  BufferPtr last;
  std::vector<float> words;
  for (int i = 0; i < kJobs; ++i) {
    const MatrixShape shape{.m = 5, .n = 6, .k = 6};
    Job job = MakeMatrixJob(device, shape, random, Words::kNormal, Words::kNormal);
    job.name = std::to_string(i);
    if (last != nullptr) job.a.buffer = last;
    if (i % 3 == 1) AddCIn(device, job, 3, random, Words::kNormal);
    if (i % 3 == 2) AddEpilogue(device, job, random, Words::kNormal);
    const JobReport report = device.Run(job);
    if (reports != nullptr) reports->push_back(report);
    last = job.c.buffer;
  }
  words.resize(static_cast<std::size_t>(last->size()));
  device.Read(*last, 0, words);
  return words;
}

TEST(SpreadDevice, GivesTheWordsAndReportsOfOneWorker) {
  std::vector<JobReport> alone;
  const std::vector<float> expected = RunChain(*std::make_unique<Hardware>(), &alone);
  for (const int workers : {1, 2, 5}) {
    const auto device = MakeSpreadDevice(MakeSimdDevice(1), Workers(workers), NoWait);
    EXPECT_EQ(device->name(), "hardware");
    EXPECT_TRUE(RunChain(*device) == expected);
    const std::vector<SpreadReport> reports = device->Finish();
    ASSERT_EQ(reports.size(), alone.size());
    for (std::size_t i = 0; i < reports.size(); ++i) {
      EXPECT_EQ(reports[i].job, i);
      EXPECT_TRUE(reports[i].as_predicted) << i;
      EXPECT_EQ(reports[i].report.cycles, alone[i].cycles);
      EXPECT_EQ(reports[i].report.predicted_cycles, alone[i].predicted_cycles);
    }
  }
}

TEST(SpreadDevice, RanksShareTheJobsWithoutAWord) {
  std::multiset<std::uint64_t> all;
  for (int rank = 0; rank < 3; ++rank) {
    const auto device = MakeSpreadDevice(MakeSimdDevice(1), Workers(1), NoWait, rank, 3);
    RunChain(*device);
    const std::vector<SpreadReport> reports = device->Finish();
    EXPECT_EQ(reports.size(), kJobs / 3u) << "jobs of one size are shared evenly";
    for (const SpreadReport& report : reports) all.insert(report.job);
  }
  std::multiset<std::uint64_t> expected;
  for (std::uint64_t job = 0; job < kJobs; ++job) expected.insert(job);
  EXPECT_EQ(all, expected);
}

TEST(SpreadDevice, TellsWhichJobIsNotAsPredicted) {
  for (const int workers : {1, 3}) {
    const auto device = MakeSpreadDevice(MakeSimdDevice(1), Workers(workers, "9"), NoWait);
    RunChain(*device);
    const std::vector<SpreadReport> reports = device->Finish();
    EXPECT_EQ(std::ranges::count(reports, false, &SpreadReport::as_predicted), 1);
    EXPECT_EQ(std::ranges::find(reports, false, &SpreadReport::as_predicted)->job, 9u);
  }
}

TEST(SpreadDevice, ThrowsWhatAWorkerThrows) {
  const auto device = MakeSpreadDevice(MakeSimdDevice(1), Workers(2, "", "11"), NoWait);
  EXPECT_THAT(
      [&] {
        RunChain(*device);
        device->Finish();
      },
      ThrowsMessage<Error>(HasSubstr("refused 11")));
}

TEST(SpreadDevice, CanBeLeftWhileItsWorkersWork) {
  const auto device = MakeSpreadDevice(MakeSimdDevice(1), Workers(1), [](auto done, auto total) {
    EXPECT_EQ(done, 0);
    EXPECT_GE(total, 1);
    throw std::logic_error("enough");
  });
  Random random(3);
  const MatrixShape shape{.m = 300, .n = 300, .k = 300};  // half a second on the reference
  const Job job = MakeMatrixJob(*device, shape, random, Words::kNormal, Words::kNormal);
  device->Run(job);
  EXPECT_THROW(device->Finish(), std::logic_error);
  EXPECT_THROW(
      {
        device->Run(job);  // it waits for the worker
        device->Run(job);
      },
      std::logic_error);
}

}  // namespace
}  // namespace sumac::testing
