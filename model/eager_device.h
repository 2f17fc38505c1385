// SPDX-License-Identifier: Apache-2.0
// What devices that run a job as soon as it is submitted have in common, and devices that wrap
// another.
#ifndef SUMAC_MODEL_EAGER_DEVICE_H_
#define SUMAC_MODEL_EAGER_DEVICE_H_

#include <map>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/device.h"

namespace sumac {

// Runs jobs one after the other within Submit; a subclass says how one job runs.
class EagerDevice : public Device {
 public:
  Ticket Submit(std::span<const Job> jobs) final;
  std::vector<JobReport> Wait(Ticket ticket) final;

 protected:
  // Throws Error where this device cannot run the job; called for all jobs before one runs.
  virtual void Check(const Job& job) const { ValidateJob(job); }
  // Runs one job that has passed Check.
  virtual JobReport Execute(const Job& job) = 0;
  // Runs jobs that have passed Check, by Execute one after the other unless a subclass knows
  // better; one report each.
  virtual std::vector<JobReport> ExecuteAll(std::span<const Job> jobs);

 private:
  Ticket next_ticket_ = 1;
  std::map<Ticket, std::vector<JobReport>> finished_;
};

// An eager device whose buffers are those of another, which lives at least as long.
class WrappingDevice : public EagerDevice {
 public:
  explicit WrappingDevice(std::shared_ptr<Device> device) : device_(std::move(device)) {}

  std::string name() const override { return device_->name(); }
  BufferPtr Allocate(std::int64_t words) override { return device_->Allocate(words); }
  void Write(Buffer& buffer, std::int64_t offset, std::span<const float> words) override {
    device_->Write(buffer, offset, words);
  }
  void Read(const Buffer& buffer, std::int64_t offset, std::span<float> words) override {
    device_->Read(buffer, offset, words);
  }
  std::span<float> Map(Buffer& buffer) override { return device_->Map(buffer); }

 protected:
  Device& device() { return *device_; }

 private:
  std::shared_ptr<Device> device_;
};

}  // namespace sumac

#endif  // SUMAC_MODEL_EAGER_DEVICE_H_
