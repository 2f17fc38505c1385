// SPDX-License-Identifier: Apache-2.0
// Convolution (no dilation) and, as its special case on 1 x 1 images, the linear
// layer: three GEMM jobs, each element of whose results is one fold (docs/arithmetic.md, "GEMM").
#ifndef SUMAC_SW_NN_CONV_H_
#define SUMAC_SW_NN_CONV_H_

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sw/nn/context.h"
#include "sw/nn/tensor.h"

namespace sumac {

// x is images x height x width x in_channels; y is images x OutHeight() x OutWidth() x
// out_channels; w is out_channels x kernel x kernel x in_channels.
struct ConvGeometry {
  std::int64_t height = 1;
  std::int64_t width = 1;
  std::int64_t in_channels = 1;
  std::int64_t out_channels = 1;
  std::int64_t kernel = 1;  // its height
  std::int64_t stride = 1;
  std::int64_t padding = 0;
  std::int64_t kernel_width = 0;  // 0: as its height
  std::int64_t groups = 1;  // tensors that the channels of so many groups share; jobs are one's

  std::int64_t KernelWidth() const { return kernel_width == 0 ? kernel : kernel_width; }
  std::int64_t OutHeight() const { return (height + 2 * padding - kernel) / stride + 1; }
  std::int64_t OutWidth() const { return (width + 2 * padding - KernelWidth()) / stride + 1; }
  // Words from a position to the next one in x and in y.
  std::int64_t InputPitch() const { return groups * in_channels; }
  std::int64_t OutputPitch() const { return groups * out_channels; }
  std::int64_t InputWords() const { return height * width * InputPitch(); }  // one image's
  std::int64_t OutputWords() const { return OutHeight() * OutWidth() * OutputPitch(); }
  std::int64_t WeightWords() const { return out_channels * kernel * KernelWidth() * in_channels; }
};

// The jobs, without name and arithmetic. They cover `images` images from `first` on.

// y = conv(x, w): m = (image, oy, ox), n = oc, k = (r, q, ic). A bias enters as C_in.
Job ConvForwardJob(const ConvGeometry& geometry, std::int64_t images, const Tensor& x,
                   const Tensor& w, const Tensor* bias, const Tensor& y);

// dx by dy: m = (image, y, x), n = ic, k = (r', q', oc) with the kernel rotated. With `accumulate`
// each fold starts from the word that dx holds.
Job ConvInputGradientJob(const ConvGeometry& geometry, std::int64_t images, const Tensor& dy,
                         const Tensor& w, const Tensor& dx, bool accumulate);

// dw by x and dy: m = (r, q, ic), n = oc, k = (image, oy, ox).
Job ConvWeightGradientJob(const ConvGeometry& geometry, std::int64_t first, std::int64_t images,
                          const Tensor& x, const Tensor& dy, const Tensor& dw);

class Conv {
 public:
  // Parameters "<name>.weight", OIHW in a checkpoint, and with `bias` "<name>.bias". A 1 x 1
  // convolution of 1 x 1 images is a linear layer: its weight's shape is out x in.
  Conv(Device& device, std::string name, const ConvGeometry& geometry, bool bias = false);

  const std::string& name() const { return name_; }
  const ConvGeometry& geometry() const { return geometry_; }
  const Parameter& weight() const { return weight_; }
  const std::optional<Parameter>& bias() const { return bias_; }

  // The named job of the forward pass, in the context's forward arithmetic.
  Job ForwardJob(const Context& context, std::int64_t images, const Tensor& x,
                 const Tensor& y) const;
  void Forward(Context& context, std::int64_t images, const Tensor& x, const Tensor& y) const;

  // Fills dx (see ConvInputGradientJob).
  void InputGradient(Context& context, std::int64_t images, const Tensor& dy, const Tensor& dx,
                     bool accumulate = false) const;

  // The named jobs of the weight's gradient, one fold of each of this rank's shards: shard i of S
  // has the images from floor(i * images / S) on. The first fills the gradient, the others
  // `partial`. Here and below `images` are the whole batch's, x, dy and dx those of this rank.
  std::vector<Job> WeightGradientJobs(const Context& context, std::int64_t images, const Tensor& x,
                                      const Tensor& dy, std::span<const Tensor> partial) const;
  // InputGradient where dx is not null, and ParameterGradients of this layer.
  void Backward(Context& context, std::int64_t images, const Tensor& x, const Tensor& dy,
                const Tensor* dx, bool accumulate = false) const;

  // Of a layer with a bias: fills its gradient, a sum in binary64 over an image's rows, then over
  // the images.
  void BiasGradient(const Batch& batch, const Tensor& dy) const;

 private:
  std::string name_;
  ConvGeometry geometry_;
  Parameter weight_;
  std::optional<Parameter> bias_;
};

// A layer's input and its output's gradient.
struct ConvPass {
  const Conv& conv;
  const Tensor& x;
  const Tensor& dy;
};

// Fills the gradients of the layers' weights, the shards' added in their order, and biases. The
// weights' jobs are submitted together: none needs another, so a device may run them side by side.
void ParameterGradients(Context& context, std::int64_t images, std::span<const ConvPass> passes);

}  // namespace sumac

#endif  // SUMAC_SW_NN_CONV_H_
