// SPDX-License-Identifier: Apache-2.0
#include "model/job_snapshot.h"

#include <span>
#include <utility>

namespace sumac {
namespace {

std::vector<float> ReadAll(Device& device, const Buffer& buffer) {
  std::vector<float> words(static_cast<std::size_t>(buffer.size()));
  device.Read(buffer, 0, words);
  return words;
}

// Calls `visit` with each buffer pointer of the job.
template <typename JobType, typename Visit>
void ForEachBuffer(JobType& job, Visit visit) {
  visit(job.a.buffer);
  visit(job.b.buffer);
  visit(job.c.buffer);
  if (job.c_in) visit(job.c_in->buffer);
  if (job.epilogue.affine) {
    visit(job.epilogue.affine->scale.buffer);
    visit(job.epilogue.affine->shift.buffer);
  }
  if (job.epilogue.residual) visit(job.epilogue.residual->buffer);
}

}  // namespace

JobSnapshot::JobSnapshot(Device& device, const Job& job) : job_(job) {
  ForEachBuffer(job_, [&](const BufferPtr& buffer) {
    if (!words_.contains(buffer.get())) words_[buffer.get()] = ReadAll(device, *buffer);
  });
}

Job JobSnapshot::On(Device& device) const {
  std::map<const Buffer*, BufferPtr> copies;
  Job job = job_;
  ForEachBuffer(job, [&](BufferPtr& buffer) {
    BufferPtr& copy = copies[buffer.get()];
    if (copy == nullptr) {
      copy = device.Allocate(buffer->size());
      device.Write(*copy, 0, words_.at(buffer.get()));
    }
    buffer = copy;
  });
  return job;
}

std::vector<float> ReadResult(Device& device, const Job& job) {
  const std::vector<float> words = ReadAll(device, *job.c.buffer);
  std::vector<float> result;
  result.reserve(static_cast<std::size_t>(job.m * job.n));
  for (std::int64_t m = 0; m < job.m; ++m) {
    for (std::int64_t n = 0; n < job.n; ++n) {
      result.push_back(words[static_cast<std::size_t>(job.c.Address(m, n))]);
    }
  }
  return result;
}

}  // namespace sumac
