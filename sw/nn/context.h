// SPDX-License-Identifier: Apache-2.0
// What a layer needs to compute: where its GEMMs run, how they multiply, and who wants to know.
#ifndef SUMAC_SW_NN_CONTEXT_H_
#define SUMAC_SW_NN_CONTEXT_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "model/device.h"
#include "sw/nn/batch.h"
#include "sw/nn/mul_free.h"

namespace sumac {

// One job as it ran.
struct LayerReport {
  std::string name;  // "<layer> forward|input-gradient|weight-gradient"
  std::int64_t m = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;
  std::int64_t cycles = 0;            // of the hardware; 0 where the device has no clock
  std::int64_t predicted_cycles = 0;  // by the cycle model; 0 where it does not cover the device
  Mismatch mismatch;                  // of a checking device
};

// Host code between the jobs (batch norm, pooling, loss, SGD) runs on OpenMP's threads; no word
// depends on their number.
struct Context {
  Device& device;
  Arithmetic forward;   // of forward jobs and of batch norm's forward product
  Arithmetic backward;  // of input-gradient and weight-gradient jobs
  int shards = 1;       // of a batch, one weight-gradient fold each (sw/nn/batch.h)
  std::vector<LayerReport>* reports = nullptr;  // one appended a job, where not null
  MulFree mul_free = MulFree::kGemm;            // of batch norm and pooling
  Communicator* ranks = nullptr;                // that share a batch; null: this process alone

  Batch BatchOf(std::int64_t images) const { return {images, shards, ranks}; }
};

// Runs the jobs in order on the context's device and appends their reports.
void RunJobs(Context& context, std::span<const Job> jobs);

}  // namespace sumac

#endif  // SUMAC_SW_NN_CONTEXT_H_
