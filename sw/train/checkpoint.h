// SPDX-License-Identifier: Apache-2.0
// A checkpoint: DIR/model.safetensors. Weights and running statistics under PyTorch's names
// (convolutions OIHW), the optimizer's velocities under "optimizer." and the same names, and as
// metadata the network, the configuration and the position in the run. No time stamps: equal runs
// give equal files.
#ifndef SUMAC_SW_TRAIN_CHECKPOINT_H_
#define SUMAC_SW_TRAIN_CHECKPOINT_H_

#include <cstdint>
#include <string>
#include <vector>

#include "sw/io/safetensors.h"
#include "sw/nn/resnet.h"
#include "sw/nn/sgd.h"
#include "sw/train/config.h"

namespace sumac {

// How far a run has come.
struct Position {
  std::int64_t images = 0;  // of an epoch
  std::int64_t epoch = 0;   // finished epochs
  std::int64_t step = 0;    // finished steps of the epoch that is under way
  double loss_sum = 0;      // of that epoch's images so far
  std::int64_t correct = 0;

  friend bool operator==(const Position&, const Position&) = default;
};

struct Checkpoint {
  std::string path;  // where it was read
  ResNetConfig net;
  TrainConfig config;
  Position position;
  TensorFile file;
};

// Throws Error, naming the file and the thing, where it is no checkpoint of this program.
Checkpoint ReadCheckpoint(const std::string& path);

// A network with the checkpoint's words, in the device's memory. Throws Error where a tensor is
// missing, of another shape, not finite, or one too many.
ResNet MakeNetwork(Device& device, const Checkpoint& checkpoint);
// A network's weights and statistics as a file has them: PyTorch's names and order of elements.
std::vector<NamedTensor> StateTensors(const ResNet& net);
// MakeNetwork for an existing network and its optimizer.
void Restore(const Checkpoint& checkpoint, ResNet& net, Sgd& sgd);

// Atomic. Throws Error where a weight is not finite, before anything is written.
void WriteCheckpoint(const std::string& path, const ResNet& net, const Sgd& sgd,
                     const TrainConfig& config, const Position& position);

}  // namespace sumac

#endif  // SUMAC_SW_TRAIN_CHECKPOINT_H_
