// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/watched_device.h"

#include <map>
#include <utility>
#include <vector>

namespace sumac {
namespace {

class WatchedDevice : public Device {
 public:
  WatchedDevice(std::unique_ptr<Device> device, std::function<void(const Job&)> before)
      : device_(std::move(device)), before_(std::move(before)) {}

  std::string name() const override { return device_->name(); }
  BufferPtr Allocate(std::int64_t words) override { return device_->Allocate(words); }
  void Write(Buffer& buffer, std::int64_t offset, std::span<const float> words) override {
    device_->Write(buffer, offset, words);
  }
  void Read(const Buffer& buffer, std::int64_t offset, std::span<float> words) override {
    device_->Read(buffer, offset, words);
  }
  std::span<float> Map(Buffer& buffer) override { return device_->Map(buffer); }

  Ticket Submit(std::span<const Job> jobs) override {
    std::vector<JobReport> reports;
    for (const Job& job : jobs) {
      before_(job);
      reports.push_back(device_->Run(job));
    }
    reports_[next_] = std::move(reports);
    return next_++;
  }
  std::vector<JobReport> Wait(Ticket ticket) override {
    return std::move(reports_.extract(ticket).mapped());
  }

 private:
  std::unique_ptr<Device> device_;
  std::function<void(const Job&)> before_;
  std::map<Ticket, std::vector<JobReport>> reports_;
  Ticket next_ = 0;
};

}  // namespace

std::unique_ptr<Device> MakeWatchedDevice(std::unique_ptr<Device> device,
                                          std::function<void(const Job&)> before) {
  return std::make_unique<WatchedDevice>(std::move(device), std::move(before));
}

}  // namespace sumac
