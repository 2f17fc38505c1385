// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/watched_device.h"

#include <utility>

#include "model/eager_device.h"

namespace sumac {
namespace {

class WatchedDevice : public WrappingDevice {
 public:
  WatchedDevice(std::shared_ptr<Device> device, std::function<void(const Job&)> before)
      : WrappingDevice(std::move(device)), before_(std::move(before)) {}

 protected:
  JobReport Execute(const Job& job) override {
    before_(job);
    return device().Run(job);
  }

 private:
  std::function<void(const Job&)> before_;
};

}  // namespace

std::unique_ptr<Device> MakeWatchedDevice(std::shared_ptr<Device> device,
                                          std::function<void(const Job&)> before) {
  return std::make_unique<WatchedDevice>(std::move(device), std::move(before));
}

}  // namespace sumac
