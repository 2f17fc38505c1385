// SPDX-License-Identifier: Apache-2.0
// The devices of this library: the scalar reference, the SIMD kernels, and a wrapper that runs two
// devices and compares every word.
#ifndef SUMAC_MODEL_DEVICES_H_
#define SUMAC_MODEL_DEVICES_H_

#include <memory>
#include <string>
#include <vector>

#include "model/device.h"

namespace sumac {

// The fold as docs/arithmetic.md states it, one output element after the other, on integers.
// Plain and slow (about 50 M MAC/s a thread); threads share the rows. 0 threads: all cores.
std::unique_ptr<Device> MakeReferenceDevice(int threads = 0);

// The SIMD kernels, chosen at run time; equal to the reference word for word. `kernel` names one
// of KernelNames(); "" takes the first. Throws Error where it is unknown or this CPU lacks it.
std::unique_ptr<Device> MakeSimdDevice(int threads = 0, const std::string& kernel = "");

// Names of the kernels that this CPU can run, fastest first: "avx512", "avx2", "portable".
std::vector<std::string> KernelNames();

// Runs every job on both devices and compares every word of C; results are the subject's. Reports
// carry the subject's cycles and the mismatches.
std::unique_ptr<Device> MakeCheckedDevice(std::unique_ptr<Device> subject,
                                          std::unique_ptr<Device> reference);

}  // namespace sumac

#endif  // SUMAC_MODEL_DEVICES_H_
