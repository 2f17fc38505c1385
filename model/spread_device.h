// SPDX-License-Identifier: Apache-2.0
// Simulates many jobs of a network at a time, although each needs the words of the one before.
//
// All engines give the same words by contract, so a fast one knows beforehand what each job will be
// given and what it will give. A predictor runs the jobs in order and at once; each job is also
// handed, with the words that it starts from, to a worker (a device of slow, cycle-accurate
// hardware), whose result must equal the prediction in every word. Where all are equal, what the
// network computed is, by induction over its jobs, what the workers' hardware alone would have
// computed job after job, and each job's report is the worker's. Where one differs the hardware is
// not the contract's, the words after it mean nothing, and the network has to be run on one worker
// alone.
#ifndef SUMAC_MODEL_SPREAD_DEVICE_H_
#define SUMAC_MODEL_SPREAD_DEVICE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "model/eager_device.h"

namespace sumac {

// What became of one job.
struct SpreadReport {
  std::uint64_t job = 0;  // its number, from 0
  JobReport report;       // the worker's
  bool as_predicted = false;
};

using SpreadWait = std::function<void(std::int64_t done, std::int64_t total)>;

class SpreadDevice : public WrappingDevice {
 public:
  using WrappingDevice::WrappingDevice;

  // Waits until the workers are done. The reports are of this device's own jobs, in order; those
  // after one that differed may be missing.
  virtual std::vector<SpreadReport> Finish() = 0;
};

// Buffers and results are the predictor's, each worker has a thread. Of the jobs given to all
// `ranks` processes alike, this one, `rank`, runs its share: each job goes to the rank with the
// least work so far, so that all know it without a word between them. Jobs' own reports are empty;
// Finish has them. Submit blocks while every worker has work. While it and Finish wait they call
// `wait` about ten times a second, with the jobs done and those given so far; what it or a worker
// throws leaves them.
std::unique_ptr<SpreadDevice> MakeSpreadDevice(std::unique_ptr<Device> predictor,
                                               std::vector<std::unique_ptr<Device>> workers,
                                               SpreadWait wait, int rank = 0, int ranks = 1);

}  // namespace sumac

#endif  // SUMAC_MODEL_SPREAD_DEVICE_H_
