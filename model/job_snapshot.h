// SPDX-License-Identifier: Apache-2.0
// The words that a job starts from, so that it can be run again, or elsewhere, later.
#ifndef SUMAC_MODEL_JOB_SNAPSHOT_H_
#define SUMAC_MODEL_JOB_SNAPSHOT_H_

#include <map>
#include <vector>

#include "model/device.h"

namespace sumac {

class JobSnapshot {
 public:
  // Reads all buffers of the job, C's too: a job's C may be its C_in.
  JobSnapshot(Device& device, const Job& job);

  // The same job on buffers of `device` that hold the words read.
  Job On(Device& device) const;

 private:
  Job job_;
  std::map<const Buffer*, std::vector<float>> words_;
};

// C as a dense m x n matrix.
std::vector<float> ReadResult(Device& device, const Job& job);

}  // namespace sumac

#endif  // SUMAC_MODEL_JOB_SNAPSHOT_H_
