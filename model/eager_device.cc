// SPDX-License-Identifier: Apache-2.0
#include "model/eager_device.h"

#include "model/error.h"

namespace sumac {

Ticket EagerDevice::Submit(std::span<const Job> jobs) {
  for (const Job& job : jobs) Check(job);
  finished_.emplace(next_ticket_, ExecuteAll(jobs));
  return next_ticket_++;
}

std::vector<JobReport> EagerDevice::ExecuteAll(std::span<const Job> jobs) {
  std::vector<JobReport> reports;
  reports.reserve(jobs.size());
  for (const Job& job : jobs) reports.push_back(Execute(job));
  return reports;
}

std::vector<JobReport> EagerDevice::Wait(Ticket ticket) {
  auto node = finished_.extract(ticket);
  if (node.empty()) {
    throw Error("Ticket " + std::to_string(ticket) +
                " is not outstanding on this device; wait once for each submission.");
  }
  return std::move(node.mapped());
}

}  // namespace sumac
