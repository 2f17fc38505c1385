// SPDX-License-Identifier: Apache-2.0
#include "sw/nn/resnet.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "model/error.h"
#include "model/float_mode.h"
#include "sw/nn/pool.h"
#include "sw/nn/random.h"

namespace sumac {
namespace {

constexpr std::array<std::int64_t, 6> kDepths = {8, 14, 20, 32, 44, 56};
constexpr std::int64_t kStages = 3;
constexpr std::int64_t kFirstChannels = 16;

// n of the 6n + 2 layers.
std::int64_t BlocksInStage(const std::string& model) {
  for (const std::int64_t depth : kDepths) {
    if (model == fmt::format("resnet{}", depth)) return (depth - 2) / 6;
  }
  throw Error(
      fmt::format("model {} is unknown: there are {}", model, fmt::join(ResNetNames(), ", ")));
}

ConvGeometry Conv3x3(std::int64_t height, std::int64_t width, std::int64_t in_channels,
                     std::int64_t out_channels, std::int64_t stride) {
  return {height, width, in_channels, out_channels, 3, stride, 1};
}

const ResNetConfig& Checked(const ResNetConfig& config) {
  BlocksInStage(config.model);
  if (config.channels < 1 || config.height < 1 || config.width < 1 || config.classes < 1) {
    throw Error(
        fmt::format("a network needs at least 1 channel, row, column and class, not {}, {}, "
                    "{} and {}",
                    config.channels, config.height, config.width, config.classes));
  }
  return config;
}

std::int64_t Rows(const Conv& conv) {
  return conv.geometry().OutHeight() * conv.geometry().OutWidth();
}

bool IsIdentity(const ResNet::Block& block) {
  return block.conv1.geometry().in_channels == block.conv1.geometry().out_channels;
}

// Words of one image's largest activation.
std::int64_t LargestActivation(const ResNet& net) {
  std::int64_t words = net.conv1().geometry().OutputWords();
  for (const ResNet::Block& block : net.blocks()) {
    words = std::max(words, block.conv1.geometry().OutputWords());
  }
  return words;
}

// Words of one image's largest shortcut that is not the identity.
std::int64_t LargestShortcut(const ResNet& net) {
  std::int64_t words = 0;
  for (const ResNet::Block& block : net.blocks()) {
    if (!IsIdentity(block)) words = std::max(words, block.conv1.geometry().OutputWords());
  }
  return words;
}

void CheckImages(std::int64_t images, std::int64_t batch) {
  if (images < 1 || images > batch) {
    throw Error(
        fmt::format("a batch of {} images does not fit a graph made for {}", images, batch));
  }
}

std::span<const float> FirstRows(const Tensor& tensor, std::int64_t words) {
  return tensor.values.first(static_cast<std::size_t>(words));
}

}  // namespace

std::vector<std::string> ResNetNames() {
  std::vector<std::string> names;
  for (const std::int64_t depth : kDepths) names.push_back(fmt::format("resnet{}", depth));
  return names;
}

ResNet::ResNet(Device& device, const ResNetConfig& config)
    : config_(Checked(config)),
      conv1_(device, "conv1",
             Conv3x3(config.height, config.width, config.channels, kFirstChannels, 1)),
      bn1_(device, "bn1", kFirstChannels),
      linear_(device, "linear",
              {.in_channels = kFirstChannels << (kStages - 1), .out_channels = config.classes},
              true) {
  const std::int64_t blocks = BlocksInStage(config.model);
  ConvGeometry last = conv1_.geometry();
  for (std::int64_t stage = 0; stage < kStages; ++stage) {
    const std::int64_t channels = kFirstChannels << stage;
    for (std::int64_t i = 0; i < blocks; ++i) {
      const std::string name = fmt::format("layer{}.{}.", stage + 1, i);
      const std::int64_t stride = stage > 0 && i == 0 ? 2 : 1;
      const ConvGeometry first =
          Conv3x3(last.OutHeight(), last.OutWidth(), last.out_channels, channels, stride);
      last = Conv3x3(first.OutHeight(), first.OutWidth(), channels, channels, 1);
      blocks_.push_back(
          {Conv(device, name + "conv1", first), BatchNorm(device, name + "bn1", channels),
           Conv(device, name + "conv2", last), BatchNorm(device, name + "bn2", channels)});
    }
  }
}

void ResNet::Initialize(std::uint64_t seed) {
  const ScopedFloatMode mode;
  std::uint32_t number = 0;
  for (const Parameter& parameter : Parameters()) {
    if (parameter.decays) {
      std::int64_t fan_in = 1;
      for (std::size_t i = 1; i < parameter.shape.size(); ++i) fan_in *= parameter.shape[i];
      const double deviation = std::sqrt(2.0 / static_cast<double>(fan_in));
      for (std::size_t i = 0; i < parameter.value.values.size(); ++i) {
        const RandomWords words = RandomFor(seed, RandomStream::kInitialise, number, i);
        parameter.value.values[i] = static_cast<float>(deviation * Normal(words));
      }
    }
    ++number;
  }
}

std::vector<Parameter> ResNet::Parameters() const {
  std::vector<Parameter> parameters = {conv1_.weight(), bn1_.gamma(), bn1_.beta()};
  for (const Block& block : blocks_) {
    parameters.insert(parameters.end(),
                      {block.conv1.weight(), block.bn1.gamma(), block.bn1.beta(),
                       block.conv2.weight(), block.bn2.gamma(), block.bn2.beta()});
  }
  parameters.insert(parameters.end(), {linear_.weight(), *linear_.bias()});
  return parameters;
}

std::vector<StateEntry> ResNet::State() const {
  std::vector<StateEntry> state;
  const auto add_conv = [&state](const Conv& conv) {
    state.push_back(conv.weight());
    if (conv.bias()) state.push_back(*conv.bias());
  };
  const auto add_norm = [&state](const BatchNorm& norm) {
    state.insert(state.end(), {norm.gamma(), norm.beta(), norm.running_mean(), norm.running_var()});
  };
  add_conv(conv1_);
  add_norm(bn1_);
  for (const Block& block : blocks_) {
    add_conv(block.conv1);
    add_norm(block.bn1);
    add_conv(block.conv2);
    add_norm(block.bn2);
  }
  add_conv(linear_);
  return state;
}

std::vector<StateEntry> ResNet::Statistics() const {
  std::vector<StateEntry> statistics = {bn1_.running_mean(), bn1_.running_var()};
  for (const Block& block : blocks_) {
    statistics.insert(statistics.end(), {block.bn1.running_mean(), block.bn1.running_var(),
                                         block.bn2.running_mean(), block.bn2.running_var()});
  }
  return statistics;
}

ResNetInference::ResNetInference(Context& context, const ResNet& net, std::int64_t batch)
    : context_(context), net_(net), batch_(batch) {
  Device& device = context.device;
  const std::int64_t largest = batch * LargestActivation(net);
  input_ = MakeTensor(device, batch * net.conv1().geometry().InputWords());
  current_ = MakeTensor(device, largest);
  middle_ = MakeTensor(device, largest);
  next_ = MakeTensor(device, largest);
  shortcut_ = MakeTensor(device, batch * LargestShortcut(net));
  features_ = MakeTensor(device, batch * net.linear().geometry().InputWords());
  logits_ = MakeTensor(device, batch * net.linear().geometry().OutputWords());
  const auto add_norm = [&](const Conv& conv) {
    const std::int64_t channels = conv.geometry().out_channels;
    norms_.push_back({MakeTensor(device, channels), MakeTensor(device, channels)});
  };
  add_norm(net.conv1());
  for (const ResNet::Block& block : net.blocks()) {
    add_norm(block.conv1);
    add_norm(block.conv2);
  }
}

Job ResNetInference::Layer(const Conv& conv, const FoldedNorm& norm, std::int64_t images,
                           const Tensor& x, const Tensor* residual, const Tensor& y) const {
  Job job = conv.ForwardJob(context_, images, x, y);
  job.epilogue.affine = {{norm.scale.buffer}, {norm.shift.buffer}};
  if (residual != nullptr) {
    job.epilogue.residual = MatrixView{.buffer = residual->buffer, .row_stride = job.n};
  }
  job.epilogue.relu = true;
  return job;
}

std::span<const float> ResNetInference::Run(std::int64_t images) {
  CheckImages(images, batch_);
  const auto fold = [&](const BatchNorm& norm, const FoldedNorm& folded) {
    norm.FoldRunning(context_.forward, folded.scale.values, folded.shift.values, context_.mul_free);
  };
  auto norm = norms_.begin();
  fold(net_.bn1(), *norm);
  const Job stem = Layer(net_.conv1(), *norm, images, input_, nullptr, current_);
  RunJobs(context_, {&stem, 1});
  for (const ResNet::Block& block : net_.blocks()) {
    const Tensor* residual = &current_;
    if (!IsIdentity(block)) {
      ShortcutForward(block.conv1.geometry(), images, current_.values.data(),
                      shortcut_.values.data());
      residual = &shortcut_;
    }
    const FoldedNorm& norm1 = *++norm;
    const FoldedNorm& norm2 = *++norm;
    fold(block.bn1, norm1);
    fold(block.bn2, norm2);
    const std::array<Job, 2> jobs = {Layer(block.conv1, norm1, images, current_, nullptr, middle_),
                                     Layer(block.conv2, norm2, images, middle_, residual, next_)};
    RunJobs(context_, jobs);
    std::swap(current_, next_);
  }
  const Conv& last = net_.blocks().back().conv2;
  PoolForward(images, Rows(last), last.geometry().out_channels, current_.values.data(),
              features_.values.data(), context_.mul_free);
  net_.linear().Forward(context_, images, features_, logits_);
  return FirstRows(logits_, images * net_.config().classes);
}

ResNetTraining::ResNetTraining(Context& context, ResNet& net, std::int64_t batch)
    : context_(context), net_(net), batch_(batch) {
  Device& device = context.device;
  // The most images that a rank has of a batch.
  const int ranks = BatchOf(batch).ranks();
  const std::int64_t own = (batch + ranks - 1) / ranks;
  const auto output = [&](const Conv& conv) {
    return MakeTensor(device, own * conv.geometry().OutputWords());
  };
  input_ = MakeTensor(device, own * net.conv1().geometry().InputWords());
  stem_ = output(net.conv1());
  stem_out_ = output(net.conv1());
  for (const ResNet::Block& block : net.blocks()) {
    blocks_.push_back(
        {output(block.conv1), output(block.conv1), output(block.conv2), output(block.conv2)});
  }
  shortcut_ = MakeTensor(device, own * LargestShortcut(net));
  features_ = MakeTensor(device, own * net.linear().geometry().InputWords());
  feature_gradient_ = MakeTensor(device, own * net.linear().geometry().InputWords());
  logits_ = output(net.linear());
  logit_gradient_ = output(net.linear());
  const std::int64_t largest = own * LargestActivation(net);
  for (Tensor* tensor : {&gradient_, &other_gradient_, &conv_gradient_, &middle_gradient_}) {
    *tensor = MakeTensor(device, largest);
  }
}

std::span<const float> ResNetTraining::Forward(std::int64_t images) {
  CheckImages(images, batch_);
  images_ = images;
  const Batch batch = BatchOf(images);
  const std::int64_t own = batch.Own();
  const auto layer = [&](const Conv& conv, BatchNorm& norm, const Tensor& x, const Tensor& kept,
                         const float* residual, const Tensor& y) {
    conv.Forward(context_, own, x, kept);
    norm.Forward(context_.forward, batch, Rows(conv), kept.values.data(), residual, true,
                 y.values.data(), context_.mul_free);
  };
  layer(net_.conv1(), net_.bn1(), input_, stem_, nullptr, stem_out_);
  const Tensor* x = &stem_out_;
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    ResNet::Block& block = net_.blocks()[i];
    const Activations& a = blocks_[i];
    const float* residual = x->values.data();
    if (!IsIdentity(block)) {
      ShortcutForward(block.conv1.geometry(), own, residual, shortcut_.values.data());
      residual = shortcut_.values.data();
    }
    layer(block.conv1, block.bn1, *x, a.conv1, nullptr, a.relu1);
    layer(block.conv2, block.bn2, a.relu1, a.conv2, residual, a.out);
    x = &a.out;
  }
  const Conv& last = net_.blocks().back().conv2;
  PoolForward(own, Rows(last), last.geometry().out_channels, x->values.data(),
              features_.values.data(), context_.mul_free);
  net_.linear().Forward(context_, own, features_, logits_);
  return FirstRows(logits_, own * net_.config().classes);
}

void ResNetTraining::Backward() {
  const Batch batch = BatchOf(images_);
  const std::int64_t own = batch.Own();
  const auto norm = [&](const Conv& conv, const BatchNorm& bn, const Tensor& kept, const Tensor& y,
                        const Tensor& dy, const Tensor& dx) {
    bn.Backward(batch, Rows(conv), kept.values.data(), y.values.data(), dy.values.data(),
                dx.values.data(), context_.mul_free);
  };
  net_.linear().Backward(context_, images_, features_, logit_gradient_, &feature_gradient_);
  const Conv& last = net_.blocks().back().conv2;
  PoolBackward(own, Rows(last), last.geometry().out_channels, feature_gradient_.values.data(),
               gradient_.values.data(), context_.mul_free);
  for (std::size_t i = blocks_.size(); i-- > 0;) {
    const ResNet::Block& block = net_.blocks()[i];
    const Activations& a = blocks_[i];
    const Tensor& x = i == 0 ? stem_out_ : blocks_[i - 1].out;
    norm(block.conv2, block.bn2, a.conv2, a.out, gradient_, conv_gradient_);
    block.conv2.InputGradient(context_, own, conv_gradient_, middle_gradient_);
    norm(block.conv1, block.bn1, a.conv1, a.relu1, middle_gradient_, middle_gradient_);
    // The shortcut's gradient is where the folds of the block's input gradient start.
    if (!IsIdentity(block)) {
      ShortcutBackward(block.conv1.geometry(), own, gradient_.values.data(),
                       other_gradient_.values.data());
      std::swap(gradient_, other_gradient_);
    }
    block.conv1.InputGradient(context_, own, middle_gradient_, gradient_, true);
    const std::array<ConvPass, 2> passes = {ConvPass{block.conv2, a.relu1, conv_gradient_},
                                            ConvPass{block.conv1, x, middle_gradient_}};
    ParameterGradients(context_, images_, passes);
  }
  norm(net_.conv1(), net_.bn1(), stem_, stem_out_, gradient_, gradient_);
  net_.conv1().Backward(context_, images_, input_, gradient_, nullptr);
}

}  // namespace sumac
