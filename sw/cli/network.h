// SPDX-License-Identifier: Apache-2.0
// What `eval`, `run` and `step` share: a checkpoint's network on a device, and images for it.
#ifndef SUMAC_SW_CLI_NETWORK_H_
#define SUMAC_SW_CLI_NETWORK_H_

#include <CLI/CLI.hpp>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/device.h"
#include "sw/cli/options.h"
#include "sw/io/dataset.h"
#include "sw/train/checkpoint.h"
#include "sw/train/evaluate.h"

namespace sumac {

struct NetworkOptions {
  std::string checkpoint;
  std::string data;                        // "": what the checkpoint was trained on
  std::string data_dir;                    // "": the data set's default, or as in training
  std::int64_t images = 0;                 // the first so many; 0: all
  std::string images_option = "--images";  // that tells how many, for messages
  EngineOptions engine;
  std::string mul;  // these four: "" as in training
  std::string comp;
  std::string format;
  std::string accumulator;
  bool json = false;
};

// --checkpoint, --data, --data-dir.
void AddCheckpointOptions(CLI::App& app, NetworkOptions& options);
// These, --engine, --array, --mul, --comp, --format, --accumulator,
// --threads, --stall-seed, --stall-rate, --json.
void AddNetworkOptions(CLI::App& app, NetworkOptions& options);
CLI::Option* AddImagesOption(CLI::App& app, NetworkOptions& options);  // --images

// The checkpoint and the images that the options name, found to fit each other. Throws Error.
struct NetworkInput {
  Checkpoint checkpoint;
  Dataset data;
  std::int64_t images = 0;
  Arithmetic arithmetic;
};
NetworkInput ReadNetworkInput(const NetworkOptions& options, Split split);

// The training images with which the run's next epoch begins.
std::vector<std::int64_t> FirstImages(const NetworkInput& input);

// Shows the first images to the network on the device, `batch` at a time, with progress on
// standard error. Throws Interruption on Ctrl-C, WorkFailed where the device fails.
EvalResult ShowImages(const NetworkInput& input, std::shared_ptr<Device> device,
                      std::int64_t batch);

}  // namespace sumac

#endif  // SUMAC_SW_CLI_NETWORK_H_
