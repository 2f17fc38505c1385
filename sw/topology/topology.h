// SPDX-License-Identifier: Apache-2.0
// Networks as lists of layer sizes, for estimates: no weights, no words.
#ifndef SUMAC_SW_TOPOLOGY_TOPOLOGY_H_
#define SUMAC_SW_TOPOLOGY_TOPOLOGY_H_

#include <cstdint>
#include <string>
#include <vector>

#include "model/device.h"

namespace sumac {

// A convolution of one image, or a matrix product: rows x in_channels times in_channels x
// out_channels is a 1 x 1 convolution of a rows x 1 image.
struct TopologyLayer {
  std::string name;
  std::int64_t height = 1;  // of the input, without padding
  std::int64_t width = 1;
  std::int64_t in_channels = 1;  // of one group
  std::int64_t kernel_height = 1;
  std::int64_t kernel_width = 1;
  std::int64_t out_channels = 1;  // of one group
  std::int64_t out_height = 1;
  std::int64_t out_width = 1;
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t count = 1;  // independent ones of this size an image: groups, attention heads
  // The second operand belongs to the image (attention), so that a batch has its own for each.
  bool own_operand = false;
  bool bias = false;
  // Its input also goes past it, so that its input gradient starts from that way's.
  bool shortcut = false;

  friend bool operator==(const TopologyLayer&, const TopologyLayer&) = default;
};

enum class Pass { kForward, kInputGradient, kWeightGradient };

// `count` GEMMs of one size, one after the other.
struct LayerGemm {
  std::string name;       // "<layer> forward|input-gradient|weight-gradient"
  std::size_t layer = 0;  // its place in the list
  Pass pass = Pass::kForward;
  std::int64_t count = 1;
  std::int64_t m = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;
};

// The GEMMs of a batch in the order of a training step: forward, then back to front the input and
// the weight gradient of each layer but the first's input gradient. Dimensions are those of
// docs/arithmetic.md, "GEMM". Throws Error where a GEMM would exceed 2^30 in a
// dimension or 9e15 multiply-accumulates.
std::vector<LayerGemm> LowerTopology(const std::vector<TopologyLayer>& layers, std::int64_t batch,
                                     bool training);

// One of a LayerGemm's GEMMs as a job, for estimates: its operands have views but no words. Tensors
// are NHWC; a group's channels lie between those of the others. Without batch norm and activation,
// which are work of the host where a network trains.
Job TopologyJob(const TopologyLayer& layer, std::int64_t batch, Pass pass);

// Names that BuiltinTopology knows.
std::vector<std::string> TopologyNames();

// resnet8 .. resnet56 (32 x 32 x 3, as sw/nn trains them), resnet8-fashion and resnet20-fashion (28
// x 28 x 1); at 224 x 224 x 3: resnet18-imagenet, resnet34-imagenet, resnet50-imagenet (stride in
// the 3 x 3 convolution), vgg16, mobilenet-v1 (a depthwise convolution is a GEMM a channel);
// transformer-block (512 tokens of 768 words, 12 heads, 3072 inside). Sources are in topology.cc.
std::vector<TopologyLayer> BuiltinTopology(const std::string& name);

// A topology file of SCALE-Sim, comma-separated. Its columns are, for convolutions: layer name,
// input height, width, filter height, width, channels, number of filters, stride; the input's size
// includes padding. For matrix products: layer name, M, N, K. The first line names the columns.
// Throws Error naming file and line where one cannot be read.
std::vector<TopologyLayer> ReadTopologyCsv(const std::string& path);

}  // namespace sumac

#endif  // SUMAC_SW_TOPOLOGY_TOPOLOGY_H_
