// SPDX-License-Identifier: Apache-2.0
#include "model/simd_device.h"

#include <omp.h>

#include <algorithm>
#include <utility>

#include "model/devices.h"
#include "model/error.h"
#include "model/float_mode.h"
#include "model/gemm_rows.h"
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

bool IsEmpty(const Job& job) { return job.m == 0 || job.n == 0; }

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

// Of so many threads for jobs of `all` MACs, how many for one of `macs`.
int Share(int threads, std::int64_t macs, std::int64_t all) {
  if (all == 0) return 1;
  return std::max(1, static_cast<int>((threads * macs + all / 2) / all));
}

// A job by its tiles, cut for so many threads.
struct Dense {
  Dense(const Job& job, const KernelSet& kernels, int threads)
      : run(job, kernels), tasks(run.Tasks(threads)) {}

  void Execute(std::int64_t task, gemm::Workspace& space) const {
    if (space.owner != &run) run.Reserve(tasks, space);
    run.Execute(tasks[static_cast<std::size_t>(task)], space);
  }

  gemm::GemmRun run;
  std::vector<gemm::Task> tasks;
};

}  // namespace

SimdDevice::SimdDevice(int threads, const KernelSet& kernels) : kernels_(kernels) {
  const int count = threads > 0 ? threads : omp_get_max_threads();
  for (int i = 0; i < count; ++i) workspaces_.push_back(std::make_unique<gemm::Workspace>());
}

template <class Work>
void SimdDevice::RunTasks(int threads, std::int64_t tasks, Work work) {
  for (const auto& space : workspaces_) space->owner = nullptr;
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

std::size_t SimdDevice::Together(std::span<const Job> jobs) const {
  std::size_t count = 0;
  while (count < jobs.size() && !IsEmpty(jobs[count]) &&
         !gemm::ScatterRun::Matches(jobs[count], kernels_) &&
         !gemm::RowsRun::Matches(jobs[count], kernels_) &&
         std::ranges::none_of(jobs.first(count),
                              [&](const Job& job) { return AreDependent(job, jobs[count]); })) {
    ++count;
  }
  return count;
}

void SimdDevice::RunTogether(std::span<const Job> jobs) {
  std::int64_t macs = 0;
  for (const Job& job : jobs) macs += Macs(job);
  const int threads = ThreadsFor(macs);
  if (sums_.size() < jobs.size()) sums_.resize(jobs.size());
  struct Part {
    const Dense* dense;
    gemm::UpdateRun* update;
    std::int64_t task;
  };
  std::vector<std::unique_ptr<gemm::UpdateRun>> updates(jobs.size());
  std::vector<std::unique_ptr<Dense>> dense(jobs.size());
  std::vector<Part> parts;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const int share = Share(threads, Macs(jobs[i]), macs);
    std::int64_t tasks = 0;
    if (gemm::UpdateRun::Matches(jobs[i], kernels_)) {
      updates[i] = std::make_unique<gemm::UpdateRun>(jobs[i], kernels_, share, sums_[i]);
      tasks = updates[i]->tasks();
    } else {
      dense[i] = std::make_unique<Dense>(jobs[i], kernels_, share);
      tasks = std::ssize(dense[i]->tasks);
    }
    for (std::int64_t t = 0; t < tasks; ++t) parts.push_back({dense[i].get(), updates[i].get(), t});
  }
  RunTasks(threads, std::ssize(parts), [&](std::int64_t i, gemm::Workspace& space) {
    const Part& part = parts[static_cast<std::size_t>(i)];
    if (part.update != nullptr) {
      part.update->Execute(part.task, space);
    } else {
      part.dense->Execute(part.task, space);
    }
  });
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (updates[i] == nullptr) continue;
    const ScopedFloatMode mode;
    if (!updates[i]->Finish()) RunDense(jobs[i]);
  }
}

template <class Sparse>
bool SimdDevice::RunSparse(const Job& job) {
  const auto run = Sparse::Make(job, kernels_, *workspaces_.front());
  if (run == nullptr) return false;
  RunTasks(ThreadsFor(Macs(job)), run->tasks(),
           [&](std::int64_t task, gemm::Workspace& space) { run->Execute(task, space); });
  return true;
}

void SimdDevice::RunDense(const Job& job) {
  const int threads = ThreadsFor(Macs(job));
  const Dense dense(job, kernels_, threads);
  RunTasks(threads, std::ssize(dense.tasks),
           [&](std::int64_t task, gemm::Workspace& space) { dense.Execute(task, space); });
}

JobReport SimdDevice::Execute(const Job& job) { return ExecuteAll({&job, 1}).front(); }

std::vector<JobReport> SimdDevice::ExecuteAll(std::span<const Job> jobs) {
  for (std::size_t first = 0; first < jobs.size();) {
    const std::size_t count = std::max<std::size_t>(1, Together(jobs.subspan(first)));
    const std::span<const Job> next = jobs.subspan(first, count);
    first += count;
    if (IsEmpty(next.front())) continue;
    if (!RunSparse<gemm::ScatterRun>(next.front()) && !RunSparse<gemm::RowsRun>(next.front())) {
      RunTogether(next);
    }
    for (const Job& job : next) ApplyJobEpilogue(job);
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
