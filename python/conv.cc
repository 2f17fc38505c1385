// SPDX-License-Identifier: Apache-2.0
// The training layer of sw/nn/conv.h on arrays: NHWC images, OHWI weights.
#include "sw/nn/conv.h"

#include <pybind11/stl.h>

#include <algorithm>
#include <optional>

#include "python/engine.h"

namespace sumac::python {
namespace {

// A layer with given words on a device of its own.
class Layer {
 public:
  Layer(const Floats& x, const Floats& w, bool bias, std::int64_t stride, std::int64_t padding,
        const EngineOptions& engine, const Arithmetic& arithmetic)
      : images_(x.shape(0)),
        geometry_{.height = x.shape(1),
                  .width = x.shape(2),
                  .in_channels = x.shape(3),
                  .out_channels = w.shape(0),
                  .kernel = w.shape(1),
                  .stride = stride,
                  .padding = padding},
        x_words_(SpanOf(x)),
        w_words_(SpanOf(w)),
        engine_(engine),
        arithmetic_(arithmetic),
        bias_(bias) {}

  void Forward(std::span<const float> bias, std::span<float> y) const {
    const auto device = MakeEngine(engine_, arithmetic_);
    const Conv conv = Make(*device);
    if (bias_) std::ranges::copy(bias, conv.bias()->value.values.begin());
    const Tensor result = MakeTensor(*device, std::ssize(y));
    Context context{.device = *device, .forward = arithmetic_, .backward = arithmetic_};
    conv.Forward(context, images_, Load(*device, x_words_), result);
    std::ranges::copy(result.values, y.begin());
  }

  // An empty dx is not computed; dbias is empty where there is no bias.
  void Backward(std::span<const float> dy, std::span<float> dx, std::span<float> dw,
                std::span<float> dbias) const {
    const auto device = MakeEngine(engine_, arithmetic_);
    const Conv conv = Make(*device);
    const Tensor gradient = MakeTensor(*device, std::ssize(dx));
    Context context{.device = *device, .forward = arithmetic_, .backward = arithmetic_};
    conv.Backward(context, images_, Load(*device, x_words_), Load(*device, dy),
                  dx.empty() ? nullptr : &gradient);
    std::ranges::copy(gradient.values, dx.begin());
    std::ranges::copy(conv.weight().gradient.values, dw.begin());
    if (bias_) std::ranges::copy(conv.bias()->gradient.values, dbias.begin());
  }

 private:
  static Tensor Load(Device& device, std::span<const float> words) {
    const Tensor tensor = MakeTensor(device, std::ssize(words));
    std::ranges::copy(words, tensor.values.begin());
    return tensor;
  }

  Conv Make(Device& device) const {
    Conv conv(device, "layer", geometry_, bias_);
    std::ranges::copy(w_words_, conv.weight().value.values.begin());
    return conv;
  }

  std::int64_t images_;
  ConvGeometry geometry_;
  std::span<const float> x_words_, w_words_;
  EngineOptions engine_;
  Arithmetic arithmetic_;
  bool bias_;
};

void Forward(const Floats& x, const Floats& w, const std::optional<Floats>& bias, Floats& y,
             std::int64_t stride, std::int64_t padding, const std::string& engine,
             const std::string& mul, const std::string& comp, const std::string& format,
             int threads, const std::string& array) {
  const Layer layer(x, w, bias.has_value(), stride, padding, {engine, threads, array},
                    ParseArithmetic(mul, comp, format));
  const auto bias_words = bias ? SpanOf(*bias) : std::span<const float>();
  const auto result = MutableSpanOf(y);
  const pybind11::gil_scoped_release released;
  layer.Forward(bias_words, result);
}

void Backward(const Floats& x, const Floats& w, const Floats& dy, std::optional<Floats> dx,
              Floats& dw, std::optional<Floats> dbias, std::int64_t stride, std::int64_t padding,
              const std::string& engine, const std::string& mul, const std::string& comp,
              const std::string& format, int threads, const std::string& array) {
  const Layer layer(x, w, dbias.has_value(), stride, padding, {engine, threads, array},
                    ParseArithmetic(mul, comp, format));
  const auto words = SpanOf(dy);
  const auto x_gradient = dx ? MutableSpanOf(*dx) : std::span<float>();
  const auto w_gradient = MutableSpanOf(dw);
  const auto bias_gradient = dbias ? MutableSpanOf(*dbias) : std::span<float>();
  const pybind11::gil_scoped_release released;
  layer.Backward(words, x_gradient, w_gradient, bias_gradient);
}

}  // namespace

void AddConv(pybind11::module_& module) {
  module.def("conv_forward", &Forward);
  module.def("conv_backward", &Backward);
}

}  // namespace sumac::python
