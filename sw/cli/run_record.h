// SPDX-License-Identifier: Apache-2.0
// What a training run left in its folder, read back.
#ifndef SUMAC_SW_CLI_RUN_RECORD_H_
#define SUMAC_SW_CLI_RUN_RECORD_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sw/train/config.h"
#include "sw/train/trainer.h"

namespace sumac {

// metrics.jsonl, an epoch or more. Throws Error, naming the file, where it is something else.
std::vector<EpochRecord> ReadMetrics(const std::string& folder);

struct RunRecord {
  std::string folder;
  std::string name;  // the folder's last part
  TrainConfig config;
  std::vector<EpochRecord> epochs;
  nlohmann::ordered_json diagnostics;  // of `sumac diagnose`; null where there are none

  bool Finished() const { return static_cast<std::int64_t>(epochs.size()) == config.epochs; }
};

// Throws Error, naming the file, where one is missing or is not what `sumac train` and `sumac
// diagnose` write.
RunRecord ReadRun(const std::string& folder);

}  // namespace sumac

#endif  // SUMAC_SW_CLI_RUN_RECORD_H_
