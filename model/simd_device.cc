// SPDX-License-Identifier: Apache-2.0
#include "model/simd_device.h"

#include <omp.h>

#include <utility>

#include "model/devices.h"
#include "model/error.h"
#include "model/float_mode.h"
#include "model/gemm_scatter.h"
#include "model/gemm_update.h"

namespace sumac {

using gemm::KernelSet;

namespace {

// MACs of a job that is not worth waking a second thread.
constexpr std::int64_t kSmallJob = 1 << 18;

}  // namespace

SimdDevice::SimdDevice(int threads, const KernelSet& kernels) : kernels_(kernels) {
  const int count = threads > 0 ? threads : omp_get_max_threads();
  for (int i = 0; i < count; ++i) workspaces_.push_back(std::make_unique<gemm::Workspace>());
}

template <class Work>
void SimdDevice::RunTasks(int threads, std::int64_t tasks, Work work) {
  if (threads == 1) {
    const ScopedFloatMode mode;
    for (std::int64_t i = 0; i < tasks; ++i) work(i, *workspaces_.front());
    return;
  }
#pragma omp parallel num_threads(threads)
  {
    const ScopedFloatMode mode;
    gemm::Workspace& space = *workspaces_[static_cast<std::size_t>(omp_get_thread_num())];
#pragma omp for schedule(dynamic)
    for (std::int64_t i = 0; i < tasks; ++i) work(i, space);
  }
}

bool SimdDevice::RunSparse(const Job& job, int threads) {
  if (const auto scatter = gemm::ScatterRun::Make(job, kernels_, *workspaces_.front())) {
    RunTasks(threads, scatter->tasks(),
             [&](std::int64_t task, gemm::Workspace& space) { scatter->Execute(task, space); });
    return true;
  }
  if (const auto update = gemm::UpdateRun::Make(job, kernels_, threads, sums_)) {
    RunTasks(threads, update->tasks(),
             [&](std::int64_t task, gemm::Workspace& space) { update->Execute(task, space); });
    const ScopedFloatMode mode;
    return update->Finish();
  }
  return false;
}

JobReport SimdDevice::Execute(const Job& job) {
  if (job.m == 0 || job.n == 0) return {};
  const bool small = job.m * job.n <= kSmallJob / std::max<std::int64_t>(1, job.k);
  const int threads = small ? 1 : static_cast<int>(workspaces_.size());
  if (!RunSparse(job, threads)) {
    const gemm::GemmRun run(job, kernels_);
    const std::vector<gemm::Task> tasks = run.Tasks(threads);
    for (int i = 0; i < threads; ++i) run.Reserve(tasks, *workspaces_[static_cast<std::size_t>(i)]);
    RunTasks(threads, std::ssize(tasks), [&](std::int64_t task, gemm::Workspace& space) {
      run.Execute(tasks[static_cast<std::size_t>(task)], space);
    });
  }
  for (const auto& space : workspaces_) {
    for (std::size_t kind = 0; kind < tile_counts_.size(); ++kind) {
      tile_counts_[kind] += std::exchange(space->tile_counts[kind], 0);
    }
  }
  ApplyJobEpilogue(job);
  return {};
}

namespace {

// The kernel sets that this build has and this CPU can run, fastest first.
std::vector<const KernelSet*> UsableKernels() {
  std::vector<const KernelSet*> usable;
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2");
  const bool avx512 = avx2 && __builtin_cpu_supports("avx512f") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512vl");
  if (avx512 && gemm::Avx512Kernels() != nullptr) usable.push_back(gemm::Avx512Kernels());
  if (avx2 && gemm::Avx2Kernels() != nullptr) usable.push_back(gemm::Avx2Kernels());
#endif
  usable.push_back(gemm::PortableKernels());
  return usable;
}

}  // namespace

std::vector<std::string> KernelNames() {
  std::vector<std::string> names;
  for (const KernelSet* kernels : UsableKernels()) names.emplace_back(kernels->name);
  return names;
}

std::unique_ptr<Device> MakeSimdDevice(int threads, const std::string& kernel) {
  std::string usable;
  for (const KernelSet* kernels : UsableKernels()) {
    if (kernel.empty() || kernel == kernels->name) {
      return std::make_unique<SimdDevice>(threads, *kernels);
    }
    usable += std::string(usable.empty() ? "" : ", ") + kernels->name;
  }
  throw Error("Kernel '" + kernel + "' is unknown or not for this CPU; choose one of " + usable +
              ".");
}

}  // namespace sumac
