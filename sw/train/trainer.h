// SPDX-License-Identifier: Apache-2.0
// A training run: a folder with config.json, metrics.jsonl and model.safetensors.
#ifndef SUMAC_SW_TRAIN_TRAINER_H_
#define SUMAC_SW_TRAIN_TRAINER_H_

#include <cstdint>
#include <string>

#include "model/device.h"
#include "sw/io/dataset.h"
#include "sw/nn/batch.h"
#include "sw/train/config.h"

namespace sumac {

// Where a run is. Rates count the images of this process only.
struct TrainProgress {
  bool testing = false;    // the test images of the epoch, otherwise its training images
  std::int64_t epoch = 0;  // from 1
  std::int64_t epochs = 0;
  std::int64_t images_done = 0;  // of the epoch's (or test's) images
  std::int64_t images_total = 0;
  double images_per_second = 0;
  double seconds_left = 0;  // to the end of the run, by the rates so far
};

// One line of metrics.jsonl. A resumed epoch's seconds and rate are those of its last process.
struct EpochRecord {
  std::int64_t epoch = 0;  // from 1
  double train_loss = 0;   // mean over the epoch's images, as they were trained on
  double train_accuracy = 0;
  double test_loss = 0;
  double test_accuracy = 0;
  double images_per_second = 0;  // training only
  double seconds = 0;            // training and test
};

class TrainObserver {
 public:
  virtual ~TrainObserver() = default;
  virtual void OnProgress(const TrainProgress&) {}
  // After metrics.jsonl and the checkpoint have been written.
  virtual void OnEpoch(const EpochRecord&) {}
  // Polled between steps: true finishes the step, writes the checkpoint and returns.
  virtual bool StopRequested() { return false; }
};

// Trains until the configuration's last epoch or a requested stop; true where it is finished.
// The run's words depend on the configuration alone: not on threads, ranks, interruptions or the
// clock. Throws Error where the folder holds another run, a checkpoint does not fit (naming what
// differs), or the loss is no number (the last good checkpoint stays).
//
// Ranks, where not null, share each batch (docs/parallel.md): all call this with the same
// configuration and images; the first alone writes, and is told how far it is. Their number has to
// divide the shards. No stop is to be requested of them; where their Exchange throws RanksStopped,
// the first writes a checkpoint of the last finished step before that leaves Train.
bool Train(const TrainConfig& config, Device& device, TrainObserver& observer,
           Communicator* ranks = nullptr);

// The same on given images instead of those that the configuration names.
bool Train(const TrainConfig& config, Device& device, const Dataset& train, const Dataset& test,
           TrainObserver& observer, Communicator* ranks = nullptr);

}  // namespace sumac

#endif  // SUMAC_SW_TRAIN_TRAINER_H_
