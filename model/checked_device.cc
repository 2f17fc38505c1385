// SPDX-License-Identifier: Apache-2.0
// A device that runs every job twice and compares every word.
#include <utility>

#include "model/compare.h"
#include "model/devices.h"
#include "model/eager_device.h"
#include "model/job_snapshot.h"

namespace sumac {
namespace {

// Buffers are the subject's. The reference computes on copies, taken before the subject runs, so a
// job whose C is its C_in starts both from the same words.
class CheckedDevice : public WrappingDevice {
 public:
  CheckedDevice(std::unique_ptr<Device> subject, std::unique_ptr<Device> reference)
      : WrappingDevice(std::move(subject)), reference_(std::move(reference)) {}

  std::string name() const override {
    return WrappingDevice::name() + " checked by " + reference_->name();
  }

 protected:
  JobReport Execute(const Job& job) override {
    const Job copy = JobSnapshot(device(), job).On(*reference_);
    JobReport report = device().Run(job);
    reference_->Run(copy);
    report.mismatch = CompareWords(ReadResult(device(), job), ReadResult(*reference_, copy), job.n);
    return report;
  }

 private:
  std::unique_ptr<Device> reference_;
};

}  // namespace

std::unique_ptr<Device> MakeCheckedDevice(std::unique_ptr<Device> subject,
                                          std::unique_ptr<Device> reference) {
  return std::make_unique<CheckedDevice>(std::move(subject), std::move(reference));
}

}  // namespace sumac
