// SPDX-License-Identifier: Apache-2.0
// The jobs of sumac-systemc-platform.
#ifndef SUMAC_SIM_SYSTEMC_PLATFORM_JOBS_H_
#define SUMAC_SIM_SYSTEMC_PLATFORM_JOBS_H_

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "model/device.h"

namespace sumac {

// A job on buffers of a device, and the words of its result.
struct PlatformJob {
  Job job;
  std::span<float> result;
};

// `make` gives the same words on every device.
struct NamedJob {
  std::string name;
  std::function<PlatformJob(Device&)> make;
};

// The three passes of a convolution of 16 to 32 channels on images of size x size, and a product
// with C_in, scale, shift, residual and ReLU.
std::vector<NamedJob> PlatformJobs(std::int64_t size);

}  // namespace sumac

#endif  // SUMAC_SIM_SYSTEMC_PLATFORM_JOBS_H_
