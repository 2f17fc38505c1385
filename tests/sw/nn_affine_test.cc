// SPDX-License-Identifier: Apache-2.0
// What --mul-free all has in the place of IEEE arithmetic: each word against a literal computation
// of docs/arithmetic.md on the integer references, and the learning rate and the gradients against
// the true ones.
#include <cmath>
#include <numbers>

#include "model/devices.h"
#include "model/epilogue.h"
#include "model/piecewise_affine.h"
#include "sw/nn/batch_norm.h"
#include "sw/nn/loss.h"
#include "sw/nn/pool.h"
#include "sw/nn/sgd.h"
#include "sw/train/schedule.h"
#include "tests/sw/nn_tools.h"

namespace sumac {
namespace {

constexpr std::int64_t kImages = 3;
constexpr std::int64_t kRows = 5;
constexpr auto kAll = MulFree::kAll;

// The functions of the contract on numbers.
float Times(float a, float b) { return ToFloat(Pam(ToWord(a), ToWord(b))); }
float Over(float a, float b) { return ToFloat(Padiv(ToWord(a), ToWord(b))); }
float Root(float a) { return ToFloat(Pasqrt(ToWord(a))); }
float Plus(float a, float b) { return ToFloat(Add(ToWord(a), ToWord(b))); }
float Minus(float a, float b) { return ToFloat(Add(ToWord(a), ToWord(b) ^ kSignBit)); }

// The binary64 sum of f(index) over one image's rows, then over the images, rounded.
template <typename F>
float Sum(std::int64_t channels, std::int64_t c, F f) {
  double sum = 0;
  for (std::int64_t image = 0; image < kImages; ++image) {
    double part = 0;
    for (std::int64_t row = 0; row < kRows; ++row) {
      part += double{f(static_cast<std::size_t>((image * kRows + row) * channels + c))};
    }
    sum += part;
  }
  return static_cast<float>(sum);
}

TEST(AffineBatchNorm, WordsAreThoseOfTheLiteralComputation) {
  const std::unique_ptr<Device> device = MakeReferenceDevice(1);
  const ScopedFloatMode mode;
  constexpr float kCount = kImages * kRows;
  for (const std::int64_t channels : {1, 3, 16, 21}) {
    for (const Arithmetic& arithmetic : {kPam, Arithmetic{.comp = kCompLMul}}) {
      for (const bool relu : {false, true}) {
        SCOPED_TRACE(channels);
        BatchNorm norm(*device, "bn", channels);
        FillNormal(norm.gamma().value.values, 4);
        FillNormal(norm.beta().value.values, 5);
        const std::vector<float> x = NormalWords(kImages * kRows * channels, 1);
        const std::vector<float> dy = NormalWords(kImages * kRows * channels, 3);
        std::vector<float> y(x.size());
        std::vector<float> masked = dy;
        std::vector<float> dx(x.size());
        norm.Forward(arithmetic, kImages, kRows, x.data(), nullptr, relu, y.data(), kAll);
        norm.Backward(kImages, kRows, x.data(), relu ? y.data() : nullptr, masked.data(), dx.data(),
                      kAll);
        std::vector<float> expected_y(x.size());
        std::vector<float> expected_masked = dy;
        std::vector<float> expected_dx(x.size());
        for (std::int64_t c = 0; c < channels; ++c) {
          const auto channel = static_cast<std::size_t>(c);
          const float mean = Over(Sum(channels, c, [&](std::size_t i) { return x[i]; }), kCount);
          const float squares = Sum(channels, c, [&](std::size_t i) {
            return Times(Minus(x[i], mean), Minus(x[i], mean));
          });
          const float deviation = Root(Plus(Over(squares, kCount), 1e-5f));
          const float scale = Over(norm.gamma().value.values[channel], deviation);
          const Word scale_word = ToWord(scale);
          const Word product = Multiply(arithmetic, ToWord(mean), scale_word);
          const Word shift = Add(ToWord(norm.beta().value.values[channel]), product ^ kSignBit);
          EXPECT_EQ(norm.running_mean().value.values[channel],
                    Plus(0.0f, Times(0.1f, Minus(mean, 0.0f))));
          EXPECT_EQ(norm.running_var().value.values[channel],
                    Plus(1.0f, Times(0.1f, Minus(Over(squares, kCount - 1), 1.0f))));
          const auto each = [&](auto f) {
            for (std::size_t i = channel; i < x.size(); i += static_cast<std::size_t>(channels)) {
              f(i);
            }
          };
          each([&](std::size_t i) {
            expected_y[i] =
                ToFloat(EpilogueWord(arithmetic, ToWord(x[i]), &scale_word, &shift, nullptr, relu));
            if (relu && !(expected_y[i] > 0)) expected_masked[i] = 0;
          });
          const float invstd = Over(1.0f, deviation);
          const auto xhat = [&](std::size_t i) { return Times(Minus(x[i], mean), invstd); };
          const float sum = Sum(channels, c, [&](std::size_t i) { return expected_masked[i]; });
          const float sum_dx =
              Sum(channels, c, [&](std::size_t i) { return Times(expected_masked[i], xhat(i)); });
          EXPECT_EQ(norm.beta().gradient.values[channel], sum);
          EXPECT_EQ(norm.gamma().gradient.values[channel], sum_dx);
          each([&](std::size_t i) {
            const float centred = Minus(expected_masked[i], Over(sum, kCount));
            const float slant = Times(xhat(i), Over(sum_dx, kCount));
            expected_dx[i] = Times(Minus(centred, slant), scale);
          });
        }
        ExpectEqualWords(y, expected_y, channels);
        ExpectEqualWords(masked, expected_masked, channels);
        ExpectEqualWords(dx, expected_dx, channels);
      }
    }
  }
}

TEST(AffineBatchNorm, InferenceFoldsTheRunningStatistics) {
  const std::unique_ptr<Device> device = MakeReferenceDevice(1);
  const ScopedFloatMode mode;
  BatchNorm norm(*device, "bn", 11);
  FillNormal(norm.gamma().value.values, 4);
  FillNormal(norm.beta().value.values, 5);
  FillNormal(norm.running_mean().value.values, 6);
  for (std::size_t c = 0; c < 11; ++c) {
    norm.running_var().value.values[c] = 0.3f * static_cast<float>(c);
  }
  std::vector<float> scale(11);
  std::vector<float> shift(11);
  norm.FoldRunning(kPam, scale, shift, kAll);
  for (std::size_t c = 0; c < 11; ++c) {
    const float expected =
        Over(norm.gamma().value.values[c], Root(Plus(norm.running_var().value.values[c], 1e-5f)));
    EXPECT_EQ(scale[c], expected);
    EXPECT_EQ(shift[c], Minus(norm.beta().value.values[c],
                              Times(norm.running_mean().value.values[c], expected)));
  }
}

// However far off a product by 0.1 is, statistics that are right stay as they are.
TEST(AffineBatchNorm, RunningStatisticsRestAtTheBatchs) {
  const std::unique_ptr<Device> device = MakeReferenceDevice(1);
  BatchNorm norm(*device, "bn", 4);
  const std::vector<float> x = NormalWords(kImages * kRows * 4, 1);
  std::vector<float> y(x.size());
  std::vector<float> before;
  for (int step = 0; step < 400; ++step) {
    if (step == 399) {
      const std::span<float> words = norm.running_var().value.values;
      before.assign(words.begin(), words.end());
    }
    norm.Forward(kPam, kImages, kRows, x.data(), nullptr, false, y.data(), kAll);
  }
  for (std::size_t c = 0; c < 4; ++c) {
    EXPECT_NEAR(norm.running_var().value.values[c] / before[c], 1, 1e-6);
    EXPECT_GT(before[c], 0);
  }
}

TEST(AffinePool, DividesByPadiv) {
  const ScopedFloatMode mode;
  constexpr std::int64_t kChannels = 7;
  const std::vector<float> x = NormalWords(kImages * kRows * kChannels, 1);
  const std::vector<float> dy = NormalWords(kImages * kChannels, 2);
  std::vector<float> y(dy.size());
  std::vector<float> dx(x.size());
  PoolForward(kImages, kRows, kChannels, x.data(), y.data(), kAll);
  PoolBackward(kImages, kRows, kChannels, dy.data(), dx.data(), kAll);
  std::vector<float> expected(dy.size());
  std::vector<float> expected_dx(x.size());
  for (std::size_t i = 0; i < dy.size(); ++i) {
    double sum = 0;
    for (std::size_t row = 0; row < kRows; ++row) {
      const std::size_t at = (i / kChannels * kRows + row) * kChannels + i % kChannels;
      sum += double{x[at]};
      expected_dx[at] = Over(dy[i], 5.0f);
    }
    expected[i] = Over(static_cast<float>(sum), 5.0f);
  }
  ExpectEqualWords(y, expected, kChannels);
  ExpectEqualWords(dx, expected_dx, kChannels);
}

TEST(AffineLoss, WordsAreThoseOfTheLiteralComputation) {
  const ScopedFloatMode mode;
  constexpr std::size_t kClasses = 10;
  std::vector<float> logits = NormalWords(kImages * kClasses, 1);
  for (float& logit : logits) logit *= 3;
  const std::vector<std::uint8_t> labels = {4, 0, 9};
  std::vector<float> gradient(logits.size());
  const LossResult result = SoftmaxCrossEntropy(kClasses, logits, labels, gradient, kAll);
  double losses = 0;
  for (std::size_t image = 0; image < labels.size(); ++image) {
    const float* row = logits.data() + image * kClasses;
    const float greatest = *std::max_element(row, row + kClasses);
    float e[kClasses];
    double sum = 0;
    for (std::size_t c = 0; c < kClasses; ++c) {
      e[c] = ToFloat(Paexp(ToWord(Minus(row[c], greatest))));
      sum += double{e[c]};
    }
    const auto z = static_cast<float>(sum);
    const float loss = Minus(ToFloat(Palog(ToWord(z))), Minus(row[labels[image]], greatest));
    losses += double{loss};
    double others = 0;
    for (std::size_t c = 0; c < kClasses; ++c) {
      if (c != labels[image]) others += double{Over(e[c], z)};
    }
    for (std::size_t c = 0; c < kClasses; ++c) {
      const float p = c == labels[image] ? -static_cast<float>(others) : Over(e[c], z);
      EXPECT_EQ(gradient[image * kClasses + c], Over(p, 3.0f)) << image << " " << c;
    }
  }
  EXPECT_EQ(result.sum, losses);
  const LossResult no_gradient = SoftmaxCrossEntropy(kClasses, logits, labels, {}, kAll);
  EXPECT_EQ(no_gradient.sum, losses);
  EXPECT_EQ(no_gradient.correct, result.correct);
}

// The gradient points where the true one does.
TEST(AffineLoss, IsNearTheTrueOne) {
  constexpr std::size_t kClasses = 10;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    const std::vector<float> logits = NormalWords(kClasses, seed);
    const std::vector<std::uint8_t> labels = {static_cast<std::uint8_t>(seed % kClasses)};
    std::vector<float> affine(kClasses);
    std::vector<float> ieee(kClasses);
    const double loss = SoftmaxCrossEntropy(kClasses, logits, labels, affine, kAll).sum;
    const double true_loss = SoftmaxCrossEntropy(kClasses, logits, labels, ieee).sum;
    EXPECT_NEAR(loss, true_loss, 0.15 * true_loss + 0.1);
    EXPECT_GT(Dot(affine, ieee) / std::sqrt(Dot(affine, affine) * Dot(ieee, ieee)), 0.98) << seed;
    double sum = 0;
    for (const float word : affine) sum += double{word};
    EXPECT_NEAR(sum, 0, 1e-7) << seed;
  }
}

TEST(AffineLoss, OfHugeLogitsIsFiniteAndOfNaNsIsNot) {
  const std::vector<float> logits = {3e38f, -3e38f, 0.0f};
  std::vector<float> gradient(3);
  const std::vector<std::uint8_t> labels = {0};
  EXPECT_EQ(SoftmaxCrossEntropy(3, logits, labels, gradient, kAll).sum, 0);
  ExpectEqualWords(gradient, std::vector<float>{0, 0, 0});
  const std::vector<float> bad = {std::numeric_limits<float>::quiet_NaN(), 0, 0};
  EXPECT_FALSE(std::isfinite(SoftmaxCrossEntropy(3, bad, labels, {}, kAll).sum));
}

TEST(AffineSgd, WordsAreThoseOfTheLiteralComputation) {
  const std::unique_ptr<Device> device = MakeReferenceDevice(1);
  const ScopedFloatMode mode;
  const Parameter weight = MakeParameter(*device, "w", {41}, true);
  const Parameter bias = MakeParameter(*device, "b", {23}, false);
  FillNormal(weight.value.values, 1);
  FillNormal(bias.value.values, 2);
  Sgd sgd({weight, bias}, 0.9, 5e-4, kAll);
  std::vector<std::vector<float>> w(2);
  std::vector<std::vector<float>> v(2);
  for (std::size_t p = 0; p < 2; ++p) {
    const auto values = sgd.parameters()[p].value.values;
    w[p].assign(values.begin(), values.end());
    v[p].resize(values.size());
  }
  for (const std::uint64_t step : {0, 1, 2}) {
    FillNormal(weight.gradient.values, 10 + step);
    FillNormal(bias.gradient.values, 20 + step);
    sgd.Step(0.05);
    for (std::size_t p = 0; p < 2; ++p) {
      const auto gradient = sgd.parameters()[p].gradient.values;
      for (std::size_t i = 0; i < w[p].size(); ++i) {
        const float g = p == 0 ? Plus(gradient[i], Times(5e-4f, w[p][i])) : gradient[i];
        v[p][i] = Plus(Minus(v[p][i], Times(0.1f, v[p][i])), g);
        w[p][i] = Minus(w[p][i], Times(0.05f, v[p][i]));
      }
      ExpectEqualWords(sgd.parameters()[p].value.values, w[p]);
      ExpectEqualWords(sgd.velocities()[p], v[p]);
    }
  }
}

TEST(AffineLearningRate, IsTheLiteralComputationNearTheTrueOne) {
  TrainConfig config;
  config.mul_free = kAll;
  config.lr = 0.4;
  config.epochs = 10;
  config.warmup = 1.25;
  const ScheduleSteps steps = CountSteps(config, 8);  // ten of warm-up, seventy after
  const auto rate = [&](std::int64_t step) {
    return static_cast<float>(LearningRate(config, steps, step));
  };
  for (int t = 0; t < 10; ++t) {
    const float exact = static_cast<float>(t + 1);
    EXPECT_EQ(rate(t), Over(Times(0.4f, exact), 10.0f)) << t;
    EXPECT_NEAR(rate(t), 0.4 * (t + 1) / 10, 0.05);
  }
  for (int t = 0; t < 70; ++t) {
    const float u = Over(static_cast<float>(t), 70.0f);
    const float rest = Minus(1.0f, u);
    const float share =
        u < 0.5f ? Minus(1.0f, Times(2.0f, Times(u, u))) : Times(2.0f, Times(rest, rest));
    EXPECT_EQ(rate(10 + t), Times(0.4f, share)) << t;
    EXPECT_NEAR(rate(10 + t), 0.2 * (1 + std::cos(std::numbers::pi * t / 70.0)), 0.09) << t;
    EXPECT_LE(rate(10 + t), rate(9 + t)) << t;  // the last of warm-up is the highest
  }
  EXPECT_EQ(rate(9), 0.4f);
  EXPECT_EQ(rate(10), 0.4f);
  config.schedule = "step";
  EXPECT_EQ(rate(39), 0.4f);
  EXPECT_EQ(rate(40), Over(0.4f, 10.0f));
  EXPECT_EQ(rate(59), Over(0.4f, 10.0f));
  EXPECT_EQ(rate(60), Over(0.4f, 100.0f));
  config.schedule = "constant";
  EXPECT_EQ(rate(79), 0.4f);
}

}  // namespace
}  // namespace sumac
