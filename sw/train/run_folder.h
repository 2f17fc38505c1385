// SPDX-License-Identifier: Apache-2.0
// The files of a training run: config.json, metrics.jsonl, model.safetensors.
#ifndef SUMAC_SW_TRAIN_RUN_FOLDER_H_
#define SUMAC_SW_TRAIN_RUN_FOLDER_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sw/io/folder_lock.h"
#include "sw/train/config.h"
#include "sw/train/trainer.h"

namespace sumac {

class RunFolder {
 public:
  explicit RunFolder(std::string path);

  std::string checkpoint_path() const { return path_ + "/model.safetensors"; }

  // Keeps every other process from writing to the folder as long as this object lives. Throws Error
  // where one does already.
  void Lock();
  // Makes and locks the folder. Throws Error where it holds a run already.
  void Begin();
  // A run that ended before its first checkpoint: there is nothing but its configuration.
  bool HoldsOnlyConfig() const;
  // Keeps the metrics of the first `epochs` epochs: later ones are about to be trained again.
  // Throws Error where one of them is missing or a line is damaged.
  void Resume(std::int64_t epochs);

  void WriteConfig(const TrainConfig& config) const;
  // Adds a line to metrics.jsonl.
  void Add(const EpochRecord& record);

 private:
  bool Has(const char* name) const;
  void WriteMetrics() const;

  std::string path_;
  std::optional<FolderLock> lock_;
  std::vector<std::string> metrics_;  // one line an epoch
};

}  // namespace sumac

#endif  // SUMAC_SW_TRAIN_RUN_FOLDER_H_
