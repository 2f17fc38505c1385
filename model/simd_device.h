// SPDX-License-Identifier: Apache-2.0
// The SIMD device's class, for its tests and benchmarks; others use MakeSimdDevice (devices.h).
#ifndef SUMAC_MODEL_SIMD_DEVICE_H_
#define SUMAC_MODEL_SIMD_DEVICE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/gemm_kernel.h"
#include "model/gemm_run.h"
#include "model/host_device.h"

namespace sumac {

class SimdDevice : public HostDevice {
 public:
  SimdDevice(int threads, const gemm::KernelSet& kernels);

  std::string name() const override { return std::string("simd ") + kernels_.name; }
  // Since the device was made.
  const gemm::TileCounts& tile_counts() const { return tile_counts_; }

 protected:
  JobReport Execute(const Job& job) override;

 private:
  // work(task, space) for each task, on so many threads.
  template <class Work>
  void RunTasks(int threads, std::int64_t tasks, Work work);

  // Runs the job by the nonzero words of an operand; false where it has to be run otherwise.
  bool RunSparse(const Job& job, int threads);

  const gemm::KernelSet& kernels_;
  std::vector<std::unique_ptr<gemm::Workspace>> workspaces_;  // one a thread
  gemm::Scratch<float> sums_;                                 // of weight gradients
  gemm::TileCounts tile_counts_{};
};

}  // namespace sumac

#endif  // SUMAC_MODEL_SIMD_DEVICE_H_
