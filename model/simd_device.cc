// SPDX-License-Identifier: Apache-2.0
#include "model/devices.h"
#include "model/error.h"

namespace sumac {

std::vector<std::string> KernelNames() { return {"portable"}; }

std::unique_ptr<Device> MakeSimdDevice(int threads, const std::string& kernel) {
  if (!kernel.empty() && kernel != "portable") {
    throw Error("Kernel '" + kernel + "' is unknown or not for this CPU; choose portable.");
  }
  return MakeReferenceDevice(threads);
}

}  // namespace sumac
