// SPDX-License-Identifier: Apache-2.0
// The residual networks of 6n + 2 layers for small images (K. He et al., "Deep Residual Learning
// for Image Recognition", 2015, section 4.2): a 3x3 convolution, three stages of n basic blocks
// with 16, 32 and 64 channels at full, half and quarter size, global average pooling, a linear
// layer. Shortcuts are option A: where the size halves, every second pixel, with zero channels
// before and after. Names are those of the usual PyTorch version: conv1, bn1, layer1.0.conv1, ...
#ifndef SUMAC_SW_NN_RESNET_H_
#define SUMAC_SW_NN_RESNET_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sw/nn/batch_norm.h"
#include "sw/nn/context.h"
#include "sw/nn/conv.h"
#include "sw/nn/tensor.h"

namespace sumac {

// resnet8, resnet14, resnet20, resnet32, resnet44, resnet56.
std::vector<std::string> ResNetNames();

struct ResNetConfig {
  std::string model = "resnet20";
  std::int64_t channels = 3;  // of the images
  std::int64_t height = 32;
  std::int64_t width = 32;
  std::int64_t classes = 10;

  friend bool operator==(const ResNetConfig&, const ResNetConfig&) = default;
};

// The parameters and batch-norm statistics of one network, in a device's memory.
class ResNet {
 public:
  struct Block {
    Conv conv1;
    BatchNorm bn1;
    Conv conv2;
    BatchNorm bn2;
  };

  // All words +0 but gamma and the running variances, which are 1. Throws Error where the model is
  // unknown or a size is not positive.
  ResNet(Device& device, const ResNetConfig& config);

  // He initialisation: weights are normal with variance 2 / fan_in, a function of (seed, parameter,
  // element); the linear layer's bias is +0.
  void Initialize(std::uint64_t seed);

  const ResNetConfig& config() const { return config_; }
  // Handles, in the order of the network; State adds the running statistics.
  std::vector<Parameter> Parameters() const;
  std::vector<StateEntry> State() const;
  // The running statistics alone.
  std::vector<StateEntry> Statistics() const;

  const Conv& conv1() const { return conv1_; }
  const BatchNorm& bn1() const { return bn1_; }
  BatchNorm& bn1() { return bn1_; }
  const std::vector<Block>& blocks() const { return blocks_; }
  std::vector<Block>& blocks() { return blocks_; }
  const Conv& linear() const { return linear_; }

 private:
  ResNetConfig config_;
  Conv conv1_;
  BatchNorm bn1_;
  std::vector<Block> blocks_;
  Conv linear_;
};

// The inference graph: batch norm, folded into scale and shift by the running statistics, residual
// and ReLU are the epilogues of the convolutions' jobs, so that a block's two jobs follow each
// other with no work of the host between. Holds activations for up to `batch` images.
class ResNetInference {
 public:
  ResNetInference(Context& context, const ResNet& net, std::int64_t batch);

  // The network's input, batch x height x width x channels: write the first `images` of it, then
  // Run. The logits (images x classes) stay valid until the next Run.
  std::span<float> input() { return input_.values; }
  std::span<const float> Run(std::int64_t images);

 private:
  Context& context_;
  const ResNet& net_;
  struct FoldedNorm {
    Tensor scale;
    Tensor shift;
  };

  // The job of a convolution with what follows it; null residual: none.
  Job Layer(const Conv& conv, const FoldedNorm& norm, std::int64_t images, const Tensor& x,
            const Tensor* residual, const Tensor& y) const;

  std::int64_t batch_;
  Tensor input_, current_, middle_, next_, shortcut_, features_, logits_;
  std::vector<FoldedNorm> norms_;  // in the order of the network
};

// The training graph: activations and gradients of up to `batch` images. The network must outlive
// it.
class ResNetTraining {
 public:
  ResNetTraining(Context& context, ResNet& net, std::int64_t batch);

  // As for ResNetInference, but batch norm uses the batch's statistics and moves the running ones.
  // `images` are the whole batch's; input and logits have those of this rank, all without ranks.
  std::span<float> input() { return input_.values; }
  std::span<const float> Forward(std::int64_t images);
  // How the ranks share a batch of so many images.
  Batch BatchOf(std::int64_t images) const { return context_.BatchOf(images); }
  // Where the loss's gradient by the logits (images x classes) is to be written before Backward.
  std::span<float> logit_gradient() { return logit_gradient_.values; }
  // Fills every parameter's gradient, for the images of the last Forward.
  void Backward();

 private:
  struct Activations {
    Tensor conv1;  // the convolution's output, kept for batch norm's backward
    Tensor relu1;
    Tensor conv2;
    Tensor out;
  };

  Context& context_;
  ResNet& net_;
  std::int64_t batch_;
  std::int64_t images_ = 0;  // of the last Forward's batch
  Tensor input_, stem_, stem_out_, shortcut_, features_, logits_, logit_gradient_;
  std::vector<Activations> blocks_;
  Tensor gradient_, other_gradient_, conv_gradient_, middle_gradient_, feature_gradient_;
};

}  // namespace sumac

#endif  // SUMAC_SW_NN_RESNET_H_
