// SPDX-License-Identifier: Apache-2.0
// A device that tells of each job before it runs it, for progress and Ctrl-C in long work.
#ifndef SUMAC_SW_CLI_WATCHED_DEVICE_H_
#define SUMAC_SW_CLI_WATCHED_DEVICE_H_

#include <functional>
#include <memory>

#include "model/device.h"

namespace sumac {

// Jobs run on `device` one after the other; what `before` throws leaves Submit.
std::unique_ptr<Device> MakeWatchedDevice(std::shared_ptr<Device> device,
                                          std::function<void(const Job&)> before);

}  // namespace sumac

#endif  // SUMAC_SW_CLI_WATCHED_DEVICE_H_
