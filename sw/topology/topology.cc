// SPDX-License-Identifier: Apache-2.0
#include "sw/topology/topology.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <span>
#include <sstream>
#include <utility>

#include "model/error.h"
#include "sw/io/file.h"
#include "sw/nn/conv.h"

namespace sumac {
namespace {

constexpr std::int64_t kLimit = std::int64_t{1} << 30;  // of a GEMM's dimensions
constexpr double kMostMacs = 9e15;                      // of a GEMM and its repetitions
constexpr std::int64_t kLargestNumber = 1 << 20;        // in a file

// The product of factors up to 2^30 each, or kLimit + 1 where it exceeds kLimit.
std::int64_t Times(std::initializer_list<std::int64_t> factors) {
  std::int64_t product = 1;
  for (const std::int64_t factor : factors) product = std::min(product * factor, kLimit + 1);
  return product;
}

// Memory of which only the place matters.
class NoWords : public Buffer {
 public:
  std::int64_t size() const override { return 0; }
};

LayerGemm Lower(const TopologyLayer& layer, std::int64_t batch, Pass pass) {
  const std::int64_t images = layer.own_operand ? 1 : batch;
  const std::int64_t out = Times({images, layer.out_height, layer.out_width});
  const std::int64_t positions = Times({layer.kernel_height, layer.kernel_width});
  LayerGemm gemm;
  gemm.pass = pass;
  gemm.count = layer.own_operand ? layer.count * batch : layer.count;
  switch (pass) {
    case Pass::kForward:
      gemm.name = layer.name + " forward";
      gemm.m = out;
      gemm.n = layer.out_channels;
      gemm.k = Times({positions, layer.in_channels});
      break;
    case Pass::kInputGradient:
      gemm.name = layer.name + " input-gradient";
      gemm.m = Times({images, layer.height, layer.width});
      gemm.n = layer.in_channels;
      gemm.k = Times({positions, layer.out_channels});
      break;
    case Pass::kWeightGradient:
      gemm.name = layer.name + " weight-gradient";
      gemm.m = Times({positions, layer.in_channels});
      gemm.n = layer.out_channels;
      gemm.k = out;
      break;
  }
  const double macs = static_cast<double>(gemm.count) * static_cast<double>(gemm.m) *
                      static_cast<double>(gemm.n) * static_cast<double>(gemm.k);
  if (std::max({gemm.m, gemm.n, gemm.k, gemm.count}) > kLimit || macs > kMostMacs) {
    throw Error(fmt::format(
        "{} is too large at batch {}: more than 2^30 rows, columns, products or repetitions, or "
        "more than {:.0e} MACs; take a smaller batch.",
        gemm.name, batch, kMostMacs));
  }
  return gemm;
}

// ---- Networks ----

// Layers one after the other: knows the size of what comes next.
class Chain {
 public:
  Chain(std::int64_t size, std::int64_t channels) : size_(size), channels_(channels) {}

  // On the way of a chain; the same, with a shortcut beside it from here on; a shortcut itself.
  enum class Way { kMain, kBeside, kAside };
  // A square convolution with padding kernel / 2.
  void Conv(const std::string& name, std::int64_t out_channels, std::int64_t kernel,
            std::int64_t stride, Way way = Way::kMain) {
    TopologyLayer layer = Layer(name, channels_, out_channels, kernel, stride);
    layer.shortcut = way == Way::kBeside;
    layers_.push_back(layer);
    if (way != Way::kAside) Become(layer.out_height, out_channels);
  }
  void Depthwise(const std::string& name, std::int64_t stride) {
    TopologyLayer layer = Layer(name, 1, 1, 3, stride);
    layer.count = channels_;
    layers_.push_back(layer);
    size_ = layer.out_height;
  }
  void Linear(const std::string& name, std::int64_t out_features) {
    const std::int64_t features = size_ * size_ * channels_;
    layers_.push_back(
        {.name = name, .in_channels = features, .out_channels = out_features, .bias = true});
    Become(1, out_features);
  }
  void Pool(std::int64_t size) { size_ = size; }

  std::int64_t size() const { return size_; }
  std::int64_t channels() const { return channels_; }
  std::vector<TopologyLayer> layers() const { return layers_; }

 private:
  TopologyLayer Layer(const std::string& name, std::int64_t in, std::int64_t out,
                      std::int64_t kernel, std::int64_t stride) const {
    const std::int64_t out_size = (size_ + 2 * (kernel / 2) - kernel) / stride + 1;
    return {.name = name,
            .height = size_,
            .width = size_,
            .in_channels = in,
            .kernel_height = kernel,
            .kernel_width = kernel,
            .out_channels = out,
            .out_height = out_size,
            .out_width = out_size,
            .stride = stride,
            .padding = kernel / 2};
  }
  void Become(std::int64_t size, std::int64_t channels) {
    size_ = size;
    channels_ = channels;
  }

  std::int64_t size_;
  std::int64_t channels_;
  std::vector<TopologyLayer> layers_;
};

// K. He et al., "Deep Residual Learning for Image Recognition", 2015, section 4.2: 6n + 2 layers.
std::vector<TopologyLayer> SmallResNet(std::int64_t depth, std::int64_t size,
                                       std::int64_t channels) {
  Chain chain(size, channels);
  chain.Conv("conv1", 16, 3, 1);
  for (const int stage : {1, 2, 3}) {
    for (int block = 0; block < (depth - 2) / 6; ++block) {
      const std::string name = fmt::format("layer{}.{}", stage, block);
      const std::int64_t width = std::int64_t{16} << (stage - 1);
      chain.Conv(name + ".conv1", width, 3, stage > 1 && block == 0 ? 2 : 1, Chain::Way::kBeside);
      chain.Conv(name + ".conv2", width, 3, 1);
    }
  }
  chain.Pool(1);
  chain.Linear("linear", 10);
  return chain.layers();
}

// The same paper, table 1, with projections where the size changes; blocks of two convolutions, or
// of three that end in four times the width, the middle one striding.
std::vector<TopologyLayer> ImageNetResNet(const std::vector<int>& blocks, bool bottleneck) {
  Chain chain(224, 3);
  chain.Conv("conv1", 64, 7, 2);
  chain.Pool(56);
  for (std::size_t stage = 0; stage < blocks.size(); ++stage) {
    const std::int64_t width = std::int64_t{64} << stage;
    const std::int64_t out = bottleneck ? 4 * width : width;
    for (int block = 0; block < blocks[stage]; ++block) {
      const std::string name = fmt::format("layer{}.{}", stage + 1, block);
      const std::int64_t stride = stage > 0 && block == 0 ? 2 : 1;
      if (stride != 1 || chain.channels() != out) {
        chain.Conv(name + ".downsample", out, 1, stride, Chain::Way::kAside);
      }
      if (bottleneck) {
        chain.Conv(name + ".conv1", width, 1, 1, Chain::Way::kBeside);
        chain.Conv(name + ".conv2", width, 3, stride);
        chain.Conv(name + ".conv3", out, 1, 1);
      } else {
        chain.Conv(name + ".conv1", width, 3, stride, Chain::Way::kBeside);
        chain.Conv(name + ".conv2", width, 3, 1);
      }
    }
  }
  chain.Pool(1);
  chain.Linear("fc", 1000);
  return chain.layers();
}

// K. Simonyan, A. Zisserman, "Very Deep Convolutional Networks", 2014, configuration D.
std::vector<TopologyLayer> Vgg16() {
  Chain chain(224, 3);
  const std::vector<std::pair<int, std::int64_t>> stages = {
      {2, 64}, {2, 128}, {3, 256}, {3, 512}, {3, 512}};
  for (std::size_t stage = 0; stage < stages.size(); ++stage) {
    for (int i = 0; i < stages[stage].first; ++i) {
      chain.Conv(fmt::format("conv{}_{}", stage + 1, i + 1), stages[stage].second, 3, 1);
    }
    chain.Pool(chain.size() / 2);
  }
  chain.Linear("fc6", 4096);
  chain.Linear("fc7", 4096);
  chain.Linear("fc8", 1000);
  return chain.layers();
}

// A. Howard et al., "MobileNets", 2017, table 1.
std::vector<TopologyLayer> MobileNetV1() {
  Chain chain(224, 3);
  chain.Conv("conv1", 32, 3, 2);
  const std::vector<std::pair<std::int64_t, std::int64_t>> blocks = {
      {64, 1},  {128, 2}, {128, 1}, {256, 2}, {256, 1},  {512, 2}, {512, 1},
      {512, 1}, {512, 1}, {512, 1}, {512, 1}, {1024, 2}, {1024, 1}};
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    chain.Depthwise(fmt::format("block{}.depthwise", i + 1), blocks[i].second);
    chain.Conv(fmt::format("block{}.pointwise", i + 1), blocks[i].first, 1, 1);
  }
  chain.Pool(1);
  chain.Linear("fc", 1000);
  return chain.layers();
}

TopologyLayer MatrixProduct(const std::string& name, std::int64_t m, std::int64_t n,
                            std::int64_t k) {
  return {.name = name, .height = m, .in_channels = k, .out_channels = n, .out_height = m};
}

// A. Vaswani et al., "Attention Is All You Need", 2017, one encoder block at the sizes of
// BERT-base.
std::vector<TopologyLayer> TransformerBlock() {
  constexpr std::int64_t kTokens = 512;
  constexpr std::int64_t kWidth = 768;
  constexpr std::int64_t kHeads = 12;
  constexpr std::int64_t kInside = 3072;
  TopologyLayer scores = MatrixProduct("attention.scores", kTokens, kTokens, kWidth / kHeads);
  TopologyLayer context = MatrixProduct("attention.context", kTokens, kWidth / kHeads, kTokens);
  for (TopologyLayer* layer : {&scores, &context}) {
    layer->count = kHeads;
    layer->own_operand = true;
  }
  return {MatrixProduct("attention.query", kTokens, kWidth, kWidth),
          MatrixProduct("attention.key", kTokens, kWidth, kWidth),
          MatrixProduct("attention.value", kTokens, kWidth, kWidth),
          scores,
          context,
          MatrixProduct("attention.output", kTokens, kWidth, kWidth),
          MatrixProduct("feed-forward.1", kTokens, kInside, kWidth),
          MatrixProduct("feed-forward.2", kTokens, kWidth, kInside)};
}

// ---- Files ----

constexpr int kConvColumns = 8;
constexpr int kMatrixColumns = 4;

std::string Trimmed(const std::string& text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// The fields of a line; the comma that SCALE-Sim puts at its end starts none.
std::vector<std::string> Fields(const std::string& line) {
  std::vector<std::string> fields;
  std::istringstream stream(line);
  for (std::string field; std::getline(stream, field, ',');) fields.push_back(Trimmed(field));
  while (!fields.empty() && fields.back().empty()) fields.pop_back();
  return fields;
}

// Fields 1 and up as numbers from 1 to kLargestNumber.
std::vector<std::int64_t> Numbers(const std::string& place, std::span<const std::string> fields) {
  std::vector<std::int64_t> numbers;
  for (const std::string& field : fields.subspan(1)) {
    std::int64_t number = 0;
    const char* end = field.data() + field.size();
    const auto [stop, error] = std::from_chars(field.data(), end, number);
    if (error != std::errc() || stop != end || number < 1 || number > kLargestNumber) {
      throw Error(fmt::format("{}: '{}' is not a number from 1 to {}.", place, field.substr(0, 40),
                              kLargestNumber));
    }
    numbers.push_back(number);
  }
  return numbers;
}

TopologyLayer ConvLayer(const std::string& place, const std::string& name,
                        const std::vector<std::int64_t>& numbers) {
  TopologyLayer layer{.name = name,
                      .height = numbers[0],
                      .width = numbers[1],
                      .in_channels = numbers[4],
                      .kernel_height = numbers[2],
                      .kernel_width = numbers[3],
                      .out_channels = numbers[5],
                      .stride = numbers[6]};
  if (layer.kernel_height > layer.height || layer.kernel_width > layer.width) {
    throw Error(
        fmt::format("{}: the {} x {} filter is larger than the {} x {} input; the input's size "
                    "must include its padding.",
                    place, layer.kernel_height, layer.kernel_width, layer.height, layer.width));
  }
  layer.out_height = (layer.height - layer.kernel_height) / numbers[6] + 1;
  layer.out_width = (layer.width - layer.kernel_width) / numbers[6] + 1;
  return layer;
}

}  // namespace

std::vector<LayerGemm> LowerTopology(const std::vector<TopologyLayer>& layers, std::int64_t batch,
                                     bool training) {
  std::vector<LayerGemm> gemms;
  const auto add = [&](std::size_t i, Pass pass) {
    gemms.push_back(Lower(layers[i], batch, pass));
    gemms.back().layer = i;
  };
  for (std::size_t i = 0; i < layers.size(); ++i) add(i, Pass::kForward);
  if (!training) return gemms;
  for (std::size_t i = layers.size(); i-- > 0;) {
    if (i > 0) add(i, Pass::kInputGradient);
    add(i, Pass::kWeightGradient);
  }
  return gemms;
}

Job TopologyJob(const TopologyLayer& layer, std::int64_t batch, Pass pass) {
  const std::int64_t images = layer.own_operand ? 1 : batch;
  // Heads of attention have matrices of their own, groups share their tensors.
  const ConvGeometry geometry{.height = layer.height,
                              .width = layer.width,
                              .in_channels = layer.in_channels,
                              .out_channels = layer.out_channels,
                              .kernel = layer.kernel_height,
                              .stride = layer.stride,
                              .padding = layer.padding,
                              .kernel_width = layer.kernel_width,
                              .groups = layer.own_operand ? 1 : layer.count};
  const auto tensor = [] { return Tensor{std::make_shared<NoWords>(), {}}; };
  const Tensor x = tensor();
  const Tensor w = tensor();
  const Tensor y = tensor();
  Job job;
  switch (pass) {
    case Pass::kForward: {
      const Tensor bias = tensor();
      job = ConvForwardJob(geometry, images, x, w, layer.bias ? &bias : nullptr, y);
      break;
    }
    case Pass::kInputGradient:
      job = ConvInputGradientJob(geometry, images, y, w, x, layer.shortcut);
      break;
    case Pass::kWeightGradient:
      job = ConvWeightGradientJob(geometry, 0, images, x, y, w);
      break;
  }
  job.name = layer.name;
  return job;
}

std::vector<std::string> TopologyNames() {
  return {"resnet8",           "resnet14",          "resnet20",          "resnet32",
          "resnet44",          "resnet56",          "resnet8-fashion",   "resnet20-fashion",
          "resnet18-imagenet", "resnet34-imagenet", "resnet50-imagenet", "vgg16",
          "mobilenet-v1",      "transformer-block"};
}

std::vector<TopologyLayer> BuiltinTopology(const std::string& name) {
  for (const int depth : {8, 14, 20, 32, 44, 56}) {
    if (name == fmt::format("resnet{}", depth)) return SmallResNet(depth, 32, 3);
  }
  for (const int depth : {8, 20}) {
    if (name == fmt::format("resnet{}-fashion", depth)) return SmallResNet(depth, 28, 1);
  }
  if (name == "resnet18-imagenet") return ImageNetResNet({2, 2, 2, 2}, false);
  if (name == "resnet34-imagenet") return ImageNetResNet({3, 4, 6, 3}, false);
  if (name == "resnet50-imagenet") return ImageNetResNet({3, 4, 6, 3}, true);
  if (name == "vgg16") return Vgg16();
  if (name == "mobilenet-v1") return MobileNetV1();
  if (name == "transformer-block") return TransformerBlock();
  throw Error(fmt::format("There is no built-in network '{}'; there are {}.", name,
                          fmt::join(TopologyNames(), ", ")));
}

std::vector<TopologyLayer> ReadTopologyCsv(const std::string& path) {
  std::istringstream lines(ReadFile(path, kLargestText));
  std::vector<TopologyLayer> layers;
  bool header = true;
  std::int64_t number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    const std::vector<std::string> fields = Fields(line);
    if (fields.empty()) continue;
    if (std::exchange(header, false)) continue;
    const std::string place = fmt::format("{}, line {}", path, number);
    const auto columns = static_cast<int>(fields.size());
    if (columns != kConvColumns && columns != kMatrixColumns) {
      throw Error(fmt::format("{}: {} columns, where a convolution has {} and a matrix product {}.",
                              place, columns, kConvColumns, kMatrixColumns));
    }
    const std::vector<std::int64_t> numbers = Numbers(place, fields);
    const std::string name = OneLine(fields[0]);
    layers.push_back(columns == kConvColumns
                         ? ConvLayer(place, name, numbers)
                         : MatrixProduct(name, numbers[0], numbers[1], numbers[2]));
  }
  if (layers.empty()) {
    throw Error(fmt::format(
        "{} has no layers: expected a line of column names, then one line a layer.", path));
  }
  return layers;
}

}  // namespace sumac
