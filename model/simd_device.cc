// SPDX-License-Identifier: Apache-2.0
#include "model/simd_device.h"

#include <omp.h>

#include <algorithm>
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

// M * N * K, or a number above every limit here where that is no number.
std::int64_t Macs(const Job& job) {
  constexpr std::int64_t kMany = std::int64_t{1} << 40;
  const std::int64_t results = job.m * job.n;
  return results > kMany / std::max<std::int64_t>(1, job.k) ? kMany : results * job.k;
}

bool Reads(const Job& job, const BufferPtr& buffer) {
  const JobEpilogue& last = job.epilogue;
  return job.a.buffer == buffer || job.b.buffer == buffer ||
         (job.c_in && job.c_in->buffer == buffer) ||
         (last.affine &&
          (last.affine->scale.buffer == buffer || last.affine->shift.buffer == buffer)) ||
         (last.residual && last.residual->buffer == buffer);
}

// Whether the order of the two jobs may matter.
bool AreDependent(const Job& a, const Job& b) {
  return a.c.buffer == b.c.buffer || Reads(a, b.c.buffer) || Reads(b, a.c.buffer);
}

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

int SimdDevice::ThreadsFor(std::int64_t macs) const {
  return macs <= kSmallJob ? 1 : static_cast<int>(workspaces_.size());
}

std::size_t SimdDevice::RunUpdates(std::span<const Job> jobs) {
  std::size_t count = 0;
  std::int64_t macs = 0;
  while (count < jobs.size() && gemm::UpdateRun::Matches(jobs[count], kernels_) &&
         std::ranges::none_of(jobs.first(count),
                              [&](const Job& job) { return AreDependent(job, jobs[count]); })) {
    macs += Macs(jobs[count++]);
  }
  if (count == 0) return 0;
  if (sums_.size() < count) sums_.resize(count);
  const int threads = ThreadsFor(macs);
  struct Part {
    gemm::UpdateRun* run;
    std::int64_t task;
  };
  std::vector<std::unique_ptr<gemm::UpdateRun>> runs;
  std::vector<Part> parts;
  for (std::size_t i = 0; i < count; ++i) {
    const int share = std::max(1, threads / static_cast<int>(count));
    runs.push_back(std::make_unique<gemm::UpdateRun>(jobs[i], kernels_, share, sums_[i]));
    for (std::int64_t task = 0; task < runs[i]->tasks(); ++task) {
      parts.push_back({runs[i].get(), task});
    }
  }
  RunTasks(threads, std::ssize(parts), [&](std::int64_t i, gemm::Workspace& space) {
    const Part& part = parts[static_cast<std::size_t>(i)];
    part.run->Execute(part.task, space);
  });
  const ScopedFloatMode mode;
  for (std::size_t i = 0; i < count; ++i) {
    if (!runs[i]->Finish()) RunDense(jobs[i]);
    ApplyJobEpilogue(jobs[i]);
  }
  return count;
}

bool SimdDevice::RunScatter(const Job& job) {
  const auto scatter = gemm::ScatterRun::Make(job, kernels_, *workspaces_.front());
  if (scatter == nullptr) return false;
  RunTasks(ThreadsFor(Macs(job)), scatter->tasks(),
           [&](std::int64_t task, gemm::Workspace& space) { scatter->Execute(task, space); });
  return true;
}

void SimdDevice::RunDense(const Job& job) {
  const int threads = ThreadsFor(Macs(job));
  const gemm::GemmRun run(job, kernels_);
  const std::vector<gemm::Task> tasks = run.Tasks(threads);
  for (int i = 0; i < threads; ++i) run.Reserve(tasks, *workspaces_[static_cast<std::size_t>(i)]);
  RunTasks(threads, std::ssize(tasks), [&](std::int64_t task, gemm::Workspace& space) {
    run.Execute(tasks[static_cast<std::size_t>(task)], space);
  });
}

JobReport SimdDevice::Execute(const Job& job) { return ExecuteAll({&job, 1}).front(); }

std::vector<JobReport> SimdDevice::ExecuteAll(std::span<const Job> jobs) {
  for (std::size_t first = 0; first < jobs.size();) {
    const std::size_t updates = RunUpdates(jobs.subspan(first));
    first += updates;
    if (updates > 0) continue;
    const Job& job = jobs[first++];
    if (job.m == 0 || job.n == 0) continue;
    if (!RunScatter(job)) RunDense(job);
    ApplyJobEpilogue(job);
  }
  for (const auto& space : workspaces_) {
    for (std::size_t kind = 0; kind < tile_counts_.size(); ++kind) {
      tile_counts_[kind] += std::exchange(space->tile_counts[kind], 0);
    }
  }
  return std::vector<JobReport>(jobs.size());
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
