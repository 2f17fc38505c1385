// SPDX-License-Identifier: Apache-2.0
// A device that runs every job twice and compares every word.
#include <map>
#include <utility>

#include "model/compare.h"
#include "model/devices.h"
#include "model/eager_device.h"

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
    std::map<const Buffer*, BufferPtr> copies;
    Job copy = job;
    copy.a.buffer = Copy(job.a.buffer, copies);
    copy.b.buffer = Copy(job.b.buffer, copies);
    copy.c.buffer = Copy(job.c.buffer, copies);
    if (job.c_in) copy.c_in->buffer = Copy(job.c_in->buffer, copies);
    if (job.epilogue.affine) {
      JobEpilogue::Affine& affine = *copy.epilogue.affine;
      affine.scale.buffer = Copy(affine.scale.buffer, copies);
      affine.shift.buffer = Copy(affine.shift.buffer, copies);
    }
    if (job.epilogue.residual) {
      copy.epilogue.residual->buffer = Copy(job.epilogue.residual->buffer, copies);
    }
    JobReport report = device().Run(job);
    reference_->Run(copy);
    report.mismatch = CompareWords(ReadResult(device(), job), ReadResult(*reference_, copy), job.n);
    return report;
  }

 private:
  // The reference's copy of one of the subject's buffers, made once a job.
  BufferPtr Copy(const BufferPtr& buffer, std::map<const Buffer*, BufferPtr>& copies) {
    BufferPtr& copy = copies[buffer.get()];
    if (copy != nullptr) return copy;
    const std::vector<float> words = ReadAll(device(), *buffer);
    copy = reference_->Allocate(buffer->size());
    reference_->Write(*copy, 0, words);
    return copy;
  }

  static std::vector<float> ReadAll(Device& device, const Buffer& buffer) {
    std::vector<float> words(static_cast<std::size_t>(buffer.size()));
    device.Read(buffer, 0, words);
    return words;
  }

  // C as a dense m x n matrix.
  static std::vector<float> ReadResult(Device& device, const Job& job) {
    const std::vector<float> words = ReadAll(device, *job.c.buffer);
    std::vector<float> result;
    result.reserve(static_cast<std::size_t>(job.m * job.n));
    for (std::int64_t m = 0; m < job.m; ++m) {
      for (std::int64_t n = 0; n < job.n; ++n) {
        result.push_back(words[static_cast<std::size_t>(job.c.Address(m, n))]);
      }
    }
    return result;
  }

  std::unique_ptr<Device> reference_;
};

}  // namespace

std::unique_ptr<Device> MakeCheckedDevice(std::unique_ptr<Device> subject,
                                          std::unique_ptr<Device> reference) {
  return std::make_unique<CheckedDevice>(std::move(subject), std::move(reference));
}

}  // namespace sumac
