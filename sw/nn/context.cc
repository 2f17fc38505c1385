// SPDX-License-Identifier: Apache-2.0
#include "sw/nn/context.h"

#include <utility>

namespace sumac {

void RunJobs(Context& context, std::span<const Job> jobs) {
  std::vector<JobReport> reports = context.device.Wait(context.device.Submit(jobs));
  if (context.reports == nullptr) return;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    context.reports->push_back({jobs[i].name, jobs[i].m, jobs[i].n, jobs[i].k, reports[i].cycles,
                                reports[i].predicted_cycles, std::move(reports[i].mismatch)});
  }
}

}  // namespace sumac
