// SPDX-License-Identifier: Apache-2.0
// The SIMD device's class, for its tests and benchmarks and for who counts its tiles; others use
// MakeSimdDevice (devices.h), which makes one.
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
  std::vector<JobReport> ExecuteAll(std::span<const Job> jobs) override;

 private:
  // work(task, space) for each task, on so many threads.
  template <class Work>
  void RunTasks(int threads, std::int64_t tasks, Work work);

  // How many threads a job, or several of together so many MACs, is worth.
  int ThreadsFor(std::int64_t macs) const;

  // How many of the first jobs run side by side: those that no run by nonzero words takes and of
  // which none reads another's result.
  std::size_t Together(std::span<const Job> jobs) const;
  // Runs them, weight gradients of UpdateRun's form by it. Their folds are long and cannot be cut:
  // two threads at one such job both go through all its images.
  void RunTogether(std::span<const Job> jobs);
  // Runs the job by A's nonzero words (ScatterRun or RowsRun); false where it has to be run
  // otherwise.
  template <class Sparse>
  bool RunSparse(const Job& job);
  void RunDense(const Job& job);

  const gemm::KernelSet& kernels_;
  std::vector<std::unique_ptr<gemm::Workspace>> workspaces_;  // one a thread
  std::vector<gemm::Scratch<float>> sums_;  // of weight gradients, one a job side by side
  gemm::TileCounts tile_counts_{};
};

}  // namespace sumac

#endif  // SUMAC_MODEL_SIMD_DEVICE_H_
