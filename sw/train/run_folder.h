// SPDX-License-Identifier: Apache-2.0
// The files of a training run: config.json, metrics.jsonl, model.safetensors.
#ifndef SUMAC_SW_TRAIN_RUN_FOLDER_H_
#define SUMAC_SW_TRAIN_RUN_FOLDER_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sw/train/config.h"
#include "sw/train/trainer.h"

namespace sumac {

class RunFolder {
 public:
  explicit RunFolder(std::string path);

  std::string checkpoint_path() const { return path_ + "/model.safetensors"; }

  // Makes the folder. Throws Error where it holds a run already.
  void Begin() const;
  // Keeps the metrics of the first `epochs` epochs: later ones are about to be trained again.
  // Throws Error where one of them is missing or a line is damaged.
  void Resume(std::int64_t epochs);

  void WriteConfig(const TrainConfig& config) const;
  // Adds a line to metrics.jsonl.
  void Add(const EpochRecord& record);

 private:
  void WriteMetrics() const;

  std::string path_;
  std::vector<std::string> metrics_;  // one line an epoch
};

}  // namespace sumac

#endif  // SUMAC_SW_TRAIN_RUN_FOLDER_H_
