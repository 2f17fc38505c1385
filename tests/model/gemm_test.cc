// SPDX-License-Identifier: Apache-2.0
// The SIMD device against the reference device: equal words on every kernel, shape, view and
// operand distribution.
#include <gtest/gtest.h>

#include "tests/model/gemm_cases.h"

namespace sumac::testing {
namespace {

struct Subject {
  std::string kernel;
  int threads;
};

std::vector<Subject> Subjects() {
  std::vector<Subject> subjects;
  for (const std::string& kernel : KernelNames()) {
    for (const int threads : {1, 2}) subjects.push_back({kernel, threads});
  }
  return subjects;
}

class GemmTest : public ::testing::TestWithParam<Subject> {
 protected:
  GemmTest()
      : device_(MakeCheckedDevice(MakeSimdDevice(GetParam().threads, GetParam().kernel),
                                  MakeReferenceDevice())) {}

  void ExpectEqual(const Job& job) {
    const JobReport report = device_->Run(job);
    EXPECT_EQ(report.mismatch.compared, job.m * job.n);
    EXPECT_EQ(report.mismatch.differing, 0) << job.name << " " << report.mismatch.first;
  }

  std::unique_ptr<Device> device_;
};

INSTANTIATE_TEST_SUITE_P(Kernels, GemmTest, ::testing::ValuesIn(Subjects()),
                         [](const ::testing::TestParamInfo<Subject>& subject) {
                           return subject.param.kernel + "_" +
                                  std::to_string(subject.param.threads);
                         });

TEST_P(GemmTest, RandomJobs) {
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    Random random(seed);
    SCOPED_TRACE("seed " + std::to_string(seed));
    ExpectEqual(MakeRandomJob(*device_, random));
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace sumac::testing
