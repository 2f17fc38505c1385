// SPDX-License-Identifier: Apache-2.0
// The RTL device against the reference device on every Verilated array, and its cycle counts.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>
#include <future>
#include <random>

#include "model/error.h"
#include "model/names.h"
#include "sim/rtl.h"
#include "tests/model/gemm_cases.h"

namespace sumac::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr std::uint64_t kCycleSeed = 1124;

RtlOptions OptionsFor(const RtlArray& array) {
  RtlOptions options;
  options.array = array.Geometry();
  options.arithmetic = array.arithmetic;
  options.threads = 1;
  return options;
}

// The cycles of a job on the array, after a comparison of every word of its result.
std::int64_t CheckedCycles(const RtlOptions& options, const std::function<Job(Device&)>& make) {
  const auto device = MakeCheckedDevice(MakeRtlDevice(options), MakeReferenceDevice(1));
  const Job job = make(*device);
  const JobReport report = device->Run(job);
  EXPECT_EQ(report.mismatch.compared, job.m * job.n);
  EXPECT_EQ(report.mismatch.differing, 0) << job.name << " " << report.mismatch.first;
  return report.cycles;
}

class RtlDeviceTest : public ::testing::TestWithParam<RtlArray> {
 protected:
  // A plain job of normal words in the array's arithmetic.
  std::function<Job(Device&)> Plain(std::int64_t m, std::int64_t n, std::int64_t k,
                                    int c_in = 0) const {
    return [=, this](Device& device) {
      Random random(7);
      Job job =
          MakeMatrixJob(device, {.m = m, .n = n, .k = k}, random, Words::kNormal, Words::kNormal);
      AddCIn(device, job, c_in, random, Words::kEdge);
      job.arithmetic = GetParam().arithmetic;
      return job;
    };
  }

  RtlOptions options_ = OptionsFor(GetParam());
};

INSTANTIATE_TEST_SUITE_P(Arrays, RtlDeviceTest, ::testing::ValuesIn(RtlArrays()),
                         [](const ::testing::TestParamInfo<RtlArray>& subject) {
                           return subject.param.Geometry() + "_" +
                                  ProductName(subject.param.arithmetic.product) + "_" +
                                  FormatName(subject.param.arithmetic.mantissa_bits);
                         });

TEST_P(RtlDeviceTest, RandomJobsEqualTheReferenceWithStallsOrWithout) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RtlOptions options = options_;
    options.threads = 1 + static_cast<int>(seed % 2);
    options.stall_seed = seed % 4 < 2 ? 0 : seed;
    options.stall_rate = seed % 8 < 4 ? 0.2 : 0.7;
    CheckedCycles(options, [&](Device& device) {
      Random random(seed);
      Job job = MakeRandomJob(device, random);
      // What the scalar reference and the simulator do in reasonable time.
      while (job.m * job.n * job.k > 100'000) job = MakeRandomJob(device, random);
      job.arithmetic = GetParam().arithmetic;
      return job;
    });
    if (HasFailure()) break;
  }
}

TEST_P(RtlDeviceTest, EveryEdgeOfATile) {
  const std::int64_t rows = GetParam().rows;
  const std::int64_t columns = GetParam().columns;
  for (const std::int64_t k : {std::int64_t{0}, std::int64_t{1}, rows - 1, rows, rows + 1}) {
    for (const std::int64_t n : {std::int64_t{1}, columns, columns + 1}) {
      for (const int c_in : {0, 1, 2, 3}) CheckedCycles(options_, Plain(3, n, k, c_in));
    }
  }
}

// K = 0: the start value passes through the adders, so a NaN is the one NaN, a subnormal and -0
// are +0.
TEST_P(RtlDeviceTest, NoProductsLeaveTheStartValue) {
  const auto device = MakeRtlDevice(options_);
  Job job = Plain(1, 4, 0, 1)(*device);
  const Word start[] = {0xFFC12345u, 0x80000001u, kSignBit, 0xC0490FDBu};
  const Word expected[] = {kNaN, 0, 0, 0xC0490FDBu};
  for (std::size_t i = 0; i < 4; ++i) device->Map(*job.c_in->buffer)[i] = ToFloat(start[i]);
  device->Run(job);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(ToWord(device->Map(*job.c.buffer)[i]), expected[i]) << i;
  }
}

// The cycle model against the array, on jobs of all sizes around its own.
TEST_P(RtlDeviceTest, CyclesAreThoseOfTheModel) {
  const RtlArray& array = GetParam();
  const std::uint64_t seed = kCycleSeed + static_cast<std::uint64_t>(array.rows);
  SCOPED_TRACE(::testing::Message() << "seed " << seed);
  std::mt19937_64 random(seed);
  // Small sizes are as likely as large ones.
  const auto draw = [&](std::int64_t most) {
    const double exponent =
        std::uniform_real_distribution<double>(0, std::log2(static_cast<double>(most + 1)))(random);
    return static_cast<std::int64_t>(std::exp2(exponent));
  };
  const auto device = MakeRtlDevice(options_);
  constexpr std::int64_t kMost = 600 * 100;
  const BufferPtr zeros = device->Allocate(kMost);
  const BufferPtr result = device->Allocate(kMost);
  for (int trial = 0; trial < 170; ++trial) {
    Job job;
    job.m = draw(600);
    job.n = draw(std::min<std::int64_t>(100, 5 * array.columns));
    job.k = draw(std::min<std::int64_t>(100, 8 * array.rows)) - 1;
    job.arithmetic = array.arithmetic;
    job.a = MatrixOperand(zeros, 0, job.m, job.k, job.k, 1);
    job.b = MatrixOperand(zeros, 0, job.n, job.k, job.k, 1);
    job.c = {.buffer = result, .row_stride = job.n};
    if (trial % 3 == 0) job.c_in = job.c;
    EXPECT_EQ(device->Run(job).cycles, JobCycles(array, job.m, job.n, job.k))
        << job.m << " x " << job.n << " x " << job.k;
  }
}

TEST_P(RtlDeviceTest, CyclesDependOnNeitherThreadsNorWords) {
  const auto job = Plain(600, 2 * GetParam().columns, 3 * GetParam().rows);
  const std::int64_t cycles = CheckedCycles(options_, job);
  options_.threads = 3;
  EXPECT_EQ(CheckedCycles(options_, job), cycles);
  options_.stall_seed = 5;
  const std::int64_t stalled = CheckedCycles(options_, job);
  EXPECT_GT(stalled, cycles);
  EXPECT_EQ(CheckedCycles(options_, job), stalled) << "the same seed gives the same stalls";
  options_.stall_seed = 6;
  EXPECT_NE(CheckedCycles(options_, job), stalled);
}

TEST(RtlDevice, TwoDevicesInOneProcessDoNotDisturbEachOther) {
  const RtlArray array = RtlArrays().front();
  RtlOptions options = OptionsFor(array);
  const auto run = [&] {
    for (std::uint64_t seed = 100; seed < 110; ++seed) {
      CheckedCycles(options, [&](Device& device) {
        Random random(seed);
        Job job = MakeMatrixJob(device, {.m = 40, .n = 9, .k = 21}, random, Words::kMixture,
                                Words::kMixture);
        job.arithmetic = array.arithmetic;
        return job;
      });
    }
  };
  std::future<void> other = std::async(std::launch::async, run);
  run();
  other.get();
}

TEST(RtlDevice, WritesAWaveform) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / ("sumac_trace_" + std::to_string(getpid()));
  std::filesystem::create_directory(folder);
  const RtlArray array = RtlArrays().front();
  RtlOptions options = OptionsFor(array);
  options.trace = folder / "run.fst";
  options.trace_cycles = 50;
  const auto size = [&](std::int64_t m) {
    CheckedCycles(options, [&](Device& device) {
      Random random(1);
      Job job =
          MakeMatrixJob(device, {.m = m, .n = 4, .k = 4}, random, Words::kNormal, Words::kNormal);
      job.arithmetic = array.arithmetic;
      return job;
    });
    return std::filesystem::file_size(options.trace);
  };
  const auto bounded = size(250);
  options.trace_cycles = 100'000;
  EXPECT_GT(size(250), bounded) << "more cycles, more waveform";
  EXPECT_FALSE(std::filesystem::exists(folder / "run.fst.partial"));
  options.trace = folder / "missing" / "run.fst";
  EXPECT_THAT([&] { MakeRtlDevice(options); },
              ThrowsMessage<Error>(HasSubstr((folder / "missing").string())));
  std::filesystem::remove_all(folder);
}

TEST(RtlDevice, RefusesWhatWasNotVerilated) {
  RtlOptions options;
  options.array = "3x17";
  EXPECT_THAT([&] { MakeRtlDevice(options); },
              ThrowsMessage<Error>(HasSubstr(RtlArrays().front().Geometry())));
  options = OptionsFor(RtlArrays().front());
  const auto device = MakeRtlDevice(options);
  Random random(1);
  Job job = MakeMatrixJob(*device, {}, random, Words::kNormal, Words::kNormal);
  job.arithmetic = options.arithmetic;
  job.arithmetic.comp ^= 1;
  EXPECT_THAT([&] { device->Run(job); }, ThrowsMessage<Error>(HasSubstr("another arithmetic")));
}

}  // namespace
}  // namespace sumac::testing
