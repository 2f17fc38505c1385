// SPDX-License-Identifier: Apache-2.0
// Run folders written by hand.
#ifndef SUMAC_TESTS_CLI_RUN_FOLDERS_H_
#define SUMAC_TESTS_CLI_RUN_FOLDERS_H_

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sw/io/file.h"

namespace sumac {

// A run whose epochs had these test accuracies; its other figures follow from them.
inline void WriteRun(const std::string& folder, const nlohmann::json& config,
                     const std::vector<double>& accuracies) {
  MakeFolder(folder);
  WriteFileAtomically(folder + "/config.json", config.dump());
  std::string lines;
  for (std::size_t i = 0; i < accuracies.size(); ++i) {
    const nlohmann::json record = {{"epoch", i + 1},
                                   {"train_loss", 1.1 - accuracies[i]},
                                   {"train_accuracy", accuracies[i] - 0.01},
                                   {"test_loss", 1 - accuracies[i]},
                                   {"test_accuracy", accuracies[i]},
                                   {"images_per_second", 400.5},
                                   {"seconds", 12.25}};
    lines += record.dump() + "\n";
  }
  WriteFileAtomically(folder + "/metrics.jsonl", lines);
}

}  // namespace sumac

#endif  // SUMAC_TESTS_CLI_RUN_FOLDERS_H_
