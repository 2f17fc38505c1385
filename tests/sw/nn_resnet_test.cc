// SPDX-License-Identifier: Apache-2.0
// The residual networks: the family's shape, initialisation, the inference graph against plain
// loops, gradients against finite differences, and equal words of a step on every device.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <omp.h>

#include <cmath>

#include "model/devices.h"
#include "model/epilogue.h"
#include "model/error.h"
#include "sw/nn/loss.h"
#include "sw/nn/resnet.h"
#include "sw/nn/sgd.h"
#include "tests/sw/nn_tools.h"

namespace sumac {
namespace {

// Odd sizes, so that halving rounds: 9 x 7, 5 x 4, 3 x 2.
constexpr std::int64_t kImages = 3;
const ResNetConfig kSmall{.model = "resnet8", .channels = 2, .height = 9, .width = 7, .classes = 5};

std::int64_t ImageWords(const ResNetConfig& config) {
  return config.channels * config.height * config.width;
}

const std::vector<std::uint8_t> kLabels = {3, 0, 4};

// ---- Shape ----

TEST(ResNet, HasTheFamilysLayersAndParameters) {
  const std::unique_ptr<Device> device = MakeSimdDevice(1);
  // He et al., table 6: 0.27 M, 0.46 M, 0.66 M and 0.85 M parameters for 20, 32, 44 and 56 layers.
  const std::pair<const char*, std::int64_t> kCounts[] = {
      {"resnet8", 75'290},   {"resnet14", 172'506}, {"resnet20", 269'722},
      {"resnet32", 464'154}, {"resnet44", 658'586}, {"resnet56", 853'018}};
  for (const auto& [model, count] : kCounts) {
    const ResNet net(*device, {.model = model});
    std::int64_t words = 0;
    std::int64_t layers = 0;
    for (const Parameter& parameter : net.Parameters()) {
      words += static_cast<std::int64_t>(parameter.value.values.size());
      layers += parameter.decays ? 1 : 0;
    }
    EXPECT_EQ(words, count) << model;
    EXPECT_EQ(fmt::format("resnet{}", layers), model);
  }
  const ResNet net(*device, kSmall);
  std::vector<std::string> names;
  for (const StateEntry& entry : net.State()) names.push_back(entry.name);
  EXPECT_THAT(
      names, ::testing::IsSupersetOf({"conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean",
                                      "bn1.running_var", "layer1.0.conv1.weight",
                                      "layer3.0.bn2.running_var", "linear.weight", "linear.bias"}));
  EXPECT_EQ(net.blocks()[1].conv1.weight().shape, (std::vector<std::int64_t>{32, 16, 3, 3}));
  EXPECT_EQ(net.linear().weight().shape, (std::vector<std::int64_t>{5, 64}));
}

TEST(ResNet, RefusesWhatItCannotBe) {
  const std::unique_ptr<Device> device = MakeSimdDevice(1);
  for (const ResNetConfig& config : {ResNetConfig{.model = "resnet9"}, ResNetConfig{.channels = 0},
                                     ResNetConfig{.height = -1}, ResNetConfig{.classes = 0}}) {
    EXPECT_THROW(ResNet(*device, config), Error);
  }
  ResNet net(*device, kSmall);
  Context context{*device, kPam, kPam};
  ResNetTraining training(context, net, 2);
  EXPECT_THROW(training.Forward(3), Error);
  EXPECT_THROW(training.Forward(0), Error);
}

// ---- Initialisation ----

TEST(ResNet, InitialisesAsHeDoes) {
  const std::unique_ptr<Device> device = MakeSimdDevice(1);
  ResNet net(*device, {});
  net.Initialize(5);
  for (const Parameter& parameter : net.Parameters()) {
    SCOPED_TRACE(parameter.name);
    const std::span<const float> words = parameter.value.values;
    if (!parameter.decays) {
      const bool gamma =
          parameter.name.find("bn") != std::string::npos && parameter.name.ends_with(".weight");
      for (const float word : words) ASSERT_EQ(word, gamma ? 1.0f : 0.0f);
      continue;
    }
    const auto count = static_cast<double>(words.size());
    const double fan_in = count / static_cast<double>(parameter.shape[0]);
    double sum = 0;
    double squares = 0;
    for (const float word : words) {
      sum += double{word};
      squares += double{word} * double{word};
    }
    // Within five standard errors.
    EXPECT_NEAR(sum / count, 0, 5 * std::sqrt(2 / fan_in / count));
    EXPECT_NEAR(squares / count * fan_in / 2, 1, 5 * std::sqrt(2 / count));
  }
  for (const StateEntry& entry : net.State()) {
    if (!entry.name.ends_with("running_var")) continue;
    for (const float word : entry.value.values) ASSERT_EQ(word, 1.0f);
  }
}

TEST(ResNet, InitialWordsAreAFunctionOfSeedParameterAndElement) {
  const std::unique_ptr<Device> device = MakeSimdDevice(1);
  ResNet net(*device, kSmall);
  net.Initialize(0x500000007);
  const ScopedFloatMode mode;
  // Number 3 of the parameters is layer1.0.conv1.weight (16 x 3 x 3 x 16 in memory).
  const Parameter parameter = net.Parameters()[3];
  ASSERT_EQ(parameter.name, "layer1.0.conv1.weight");
  const double deviation = std::sqrt(2.0 / 144);
  for (const std::uint32_t i : {0u, 1u, 2303u}) {
    EXPECT_EQ(parameter.value.values[i],
              static_cast<float>(deviation * Normal(Philox({i, 0, 3, 0}, {7, 5}))));
  }
  ResNet other(*device, kSmall);
  other.Initialize(8);
  EXPECT_NE(other.Parameters()[3].value.values[0], parameter.value.values[0]);
}

// ---- The inference graph ----

// A network with words everywhere, statistics included.
void FillState(const ResNet& net) {
  std::uint64_t seed = 100;
  for (const StateEntry& entry : net.State()) {
    if (entry.name.ends_with("conv1.weight") || entry.name.ends_with("conv2.weight")) continue;
    FillNormal(entry.value.values, ++seed);
    for (float& word : entry.value.values) {
      word *= 0.2f;
      if (entry.name.ends_with("running_var") || entry.name.find("bn") != std::string::npos) {
        word = entry.name.ends_with("running_mean") ? word : 0.5f + std::fabs(word);
      }
    }
  }
}

std::vector<float> PlainNorm(const Arithmetic& arithmetic, const BatchNorm& norm,
                             std::vector<float> x, const std::vector<float>* residual) {
  const ScopedFloatMode mode;
  const std::size_t channels = norm.gamma().value.values.size();
  for (std::size_t i = 0; i < x.size(); ++i) {
    const std::size_t c = i % channels;
    const double var = norm.running_var().value.values[c];
    const Word scale =
        ToWord(static_cast<float>(double{norm.gamma().value.values[c]} / std::sqrt(var + 1e-5)));
    const Word mean = ToWord(norm.running_mean().value.values[c]);
    const Word shift =
        Add(ToWord(norm.beta().value.values[c]), Multiply(arithmetic, mean, scale) ^ kSignBit);
    const Word more = residual == nullptr ? 0 : ToWord((*residual)[i]);
    x[i] = ToFloat(EpilogueWord(arithmetic, ToWord(x[i]), &scale, &shift,
                                residual == nullptr ? nullptr : &more, true));
  }
  return x;
}

// The network of the paper by plain loops, its layers found by their names alone.
std::vector<float> PlainLogits(const Arithmetic& arithmetic, const ResNet& net,
                               std::vector<float> x) {
  const auto conv = [&](const Conv& layer, const std::vector<float>& input) {
    return PlainForward(arithmetic, layer.geometry(), kImages, input, layer.weight().value.values,
                        {});
  };
  x = PlainNorm(arithmetic, net.bn1(), conv(net.conv1(), x), nullptr);
  for (const ResNet::Block& block : net.blocks()) {
    const ConvGeometry& g = block.conv1.geometry();
    const std::vector<float> middle =
        PlainNorm(arithmetic, block.bn1, conv(block.conv1, x), nullptr);
    std::vector<float> shortcut;
    const std::int64_t before = (g.out_channels - g.in_channels) / 2;
    for (std::int64_t image = 0; image < kImages; ++image) {
      for (std::int64_t y = 0; y < g.height; y += g.stride) {
        for (std::int64_t column = 0; column < g.width; column += g.stride) {
          for (std::int64_t c = -before; c < g.out_channels - before; ++c) {
            const bool zero = c < 0 || c >= g.in_channels;
            shortcut.push_back(
                zero ? 0.0f : PixelOf(x, g.height, g.width, g.in_channels, image, y, column, c));
          }
        }
      }
    }
    x = PlainNorm(arithmetic, block.bn2, conv(block.conv2, middle), &shortcut);
  }
  const std::size_t rows = x.size() / (64 * kImages);
  std::vector<float> features;
  for (std::size_t image = 0; image < kImages; ++image) {
    for (std::size_t c = 0; c < 64; ++c) {
      double sum = 0;
      for (std::size_t row = 0; row < rows; ++row) sum += double{x[(image * rows + row) * 64 + c]};
      features.push_back(static_cast<float>(sum / static_cast<double>(rows)));
    }
  }
  return PlainForward(arithmetic, net.linear().geometry(), kImages, features,
                      net.linear().weight().value.values, net.linear().bias()->value.values);
}

TEST(ResNetInferenceWords, EqualPlainLoops) {
  const std::pair<const char*, Arithmetic> kCases[] = {
      {"resnet14", kPam}, {"resnet8", kIeee}, {"resnet8", {.mantissa_bits = 7}}};
  for (const auto& [model, arithmetic] : kCases) {
    const std::unique_ptr<Device> device = MakeSimdDevice(2);
    ResNetConfig config = kSmall;
    config.model = model;
    ResNet net(*device, config);
    net.Initialize(1);
    FillState(net);
    Context context{*device, arithmetic, arithmetic};
    ResNetInference graph(context, net, kImages + 1);
    const std::vector<float> x = NormalWords(kImages * ImageWords(config), 2);
    std::copy(x.begin(), x.end(), graph.input().begin());
    const std::vector<float> expected = PlainLogits(arithmetic, net, x);
    ExpectEqualWords(graph.Run(kImages), expected, config.classes);
    ExpectEqualWords(graph.Run(1), std::span(expected).first(5), config.classes);
  }
}

// ---- Gradients ----

TEST(ResNetTraining, GradientsAreTheSlopes) {
  const std::unique_ptr<Device> device = MakeSimdDevice(2);
  ResNet net(*device, kSmall);
  net.Initialize(1);
  Context context{*device, kIeee, kIeee};
  ResNetTraining graph(context, net, kImages);
  FillNormal(graph.input(), 2);
  const auto loss = [&](std::span<float> gradient) {
    const std::span<const float> logits = graph.Forward(kImages);
    return SoftmaxCrossEntropy(kSmall.classes, logits, kLabels, gradient).sum / kImages;
  };
  loss(graph.logit_gradient().first(static_cast<std::size_t>(kImages * kSmall.classes)));
  graph.Backward();
  // Along a random half of each parameter's gradient g, the slope is that half's sum of g * g. A
  // wrong part of any gradient, whatever its direction, changes one side alone.
  std::uint64_t index = 0;
  for (const Parameter& parameter : net.Parameters()) {
    SCOPED_TRACE(parameter.name);
    const std::span<float> w = parameter.value.values;
    const std::vector<float> kept(w.begin(), w.end());
    for (int half = 0; half < 3; ++half) {
      std::vector<double> direction(w.size());
      double squares = 0;
      for (std::size_t i = 0; i < w.size(); ++i) {
        if (RandomFor(9, RandomStream::kAugment, 0, ++index)[0] % 2 == 0) continue;
        direction[i] = double{parameter.gradient.values[i]};
        squares += direction[i] * direction[i];
      }
      ASSERT_GT(squares, 0);
      // The loss moves by 5e-5: well above its rounding, while few ReLUs bend. Over a dozen seeds
      // the bends cost up to 3 %; the layers' own tests have none and are a thousand times finer.
      const double step = 5e-5 / squares;
      const auto at = [&](double t) {
        for (std::size_t i = 0; i < w.size(); ++i) {
          w[i] = static_cast<float>(double{kept[i]} + t * direction[i]);
        }
        return loss({});
      };
      const double slope = (at(step) - at(-step)) / (2 * step);
      std::copy(kept.begin(), kept.end(), w.begin());
      EXPECT_NEAR(slope / squares, 1, 0.05);
    }
  }
}

// ---- Equal words ----

// All words that two training steps leave: the second one's gradients, weights, statistics, logits.
std::vector<float> TwoSteps(std::unique_ptr<Device> device, int threads, Product backward,
                            int shards, std::vector<LayerReport>* reports = nullptr) {
  const int before = omp_get_max_threads();
  omp_set_num_threads(threads);
  ResNet net(*device, kSmall);
  net.Initialize(3);
  Context context{*device, kPam, {.product = backward}, shards, reports};
  ResNetTraining graph(context, net, kImages);
  Sgd sgd(net.Parameters(), 0.9, 1e-3);
  std::vector<float> words;
  for (std::uint64_t step = 0; step < 2; ++step) {
    const auto images = kImages - static_cast<std::int64_t>(step);  // an incomplete batch too
    FillNormal(graph.input(), 40 + step);
    const std::span<const float> logits = graph.Forward(images);
    words.insert(words.end(), logits.begin(), logits.end());
    SoftmaxCrossEntropy(kSmall.classes, logits,
                        std::span(kLabels).first(static_cast<std::size_t>(images)),
                        graph.logit_gradient().first(logits.size()));
    graph.Backward();
    sgd.Step(0.1);
  }
  for (const Parameter& parameter : net.Parameters()) {
    const auto gradient = parameter.gradient.values;
    words.insert(words.end(), gradient.begin(), gradient.end());
  }
  for (const StateEntry& entry : net.State()) {
    words.insert(words.end(), entry.value.values.begin(), entry.value.values.end());
  }
  omp_set_num_threads(before);
  return words;
}

TEST(TrainingStepWords, AreTheSameOnEveryDeviceAtAnyThreads) {
  for (const auto& [backward, shards] : {std::pair{Product::kPam, 1}, {Product::kIeee, 3}}) {
    SCOPED_TRACE(shards);
    const std::vector<float> expected = TwoSteps(MakeReferenceDevice(1), 1, backward, shards);
    for (const int threads : {1, 2, 3}) {
      SCOPED_TRACE(threads);
      ExpectEqualWords(TwoSteps(MakeSimdDevice(threads), threads, backward, shards), expected);
    }
    for (const std::string& kernel : KernelNames()) {
      SCOPED_TRACE(kernel);
      ExpectEqualWords(TwoSteps(MakeSimdDevice(1, kernel), 1, backward, shards), expected);
    }
  }
}

TEST(TrainingStepWords, AreComparedByACheckedDevice) {
  std::vector<LayerReport> reports;
  ExpectEqualWords(TwoSteps(MakeCheckedDevice(MakeSimdDevice(1), MakeReferenceDevice(1)), 2,
                            Product::kIeee, 2, &reports),
                   TwoSteps(MakeSimdDevice(1), 1, Product::kIeee, 2));
  // A step of 8 layers: each forward, all but the first an input gradient, two shards.
  ASSERT_EQ(reports.size(), 2u * (8 + 7 + 2 * 8));
  for (const LayerReport& report : reports) {
    EXPECT_EQ(report.mismatch.compared, report.m * report.n) << report.name;
    EXPECT_EQ(report.mismatch.differing, 0) << report.name;
  }
}

TEST(TrainingStepWords, DependOnWhatDecidesThem) {
  const auto words = [](Product backward, int shards) {
    return TwoSteps(MakeSimdDevice(1), 1, backward, shards);
  };
  const std::vector<float> base = words(Product::kPam, 1);
  EXPECT_GT(CompareWords(words(Product::kIeee, 1), base, 1).differing, 0);
  EXPECT_GT(CompareWords(words(Product::kPam, 2), base, 1).differing, 0);
}

}  // namespace
}  // namespace sumac
