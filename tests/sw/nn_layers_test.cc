// SPDX-License-Identifier: Apache-2.0
// Batch norm, pooling, shortcut, loss and SGD: each word against a literal computation of what the
// documentation says, and gradients against finite differences.
#include <cmath>
#include <limits>

#include "model/devices.h"
#include "model/epilogue.h"
#include "sw/nn/batch_norm.h"
#include "sw/nn/loss.h"
#include "sw/nn/math.h"
#include "sw/nn/pool.h"
#include "sw/nn/sgd.h"
#include "tests/sw/nn_tools.h"

namespace sumac {
namespace {

constexpr std::int64_t kImages = 3;
constexpr std::int64_t kRows = 5;
// Whole vectors of channels, a rest, and both.
constexpr std::int64_t kChannelCounts[] = {1, 3, 8, 11, 16, 21};

// ---- Batch norm ----

// A batch norm with random gamma and beta, and what goes through it.
struct NormCase {
  NormCase(Device& device, std::int64_t channel_count)
      : channels(channel_count),
        norm(device, "bn", channels),
        x(NormalWords(kImages * kRows * channels, 1)),
        residual(NormalWords(kImages * kRows * channels, 2)),
        dy(NormalWords(kImages * kRows * channels, 3)),
        y(x.size()),
        dx(x.size()) {
    FillNormal(norm.gamma().value.values, 4);
    FillNormal(norm.beta().value.values, 5);
    // Channels of different means and sizes.
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto c = static_cast<float>(static_cast<std::int64_t>(i) % channels);
      x[i] = (x[i] + 0.25f * c) * (1 + c);
    }
  }

  std::int64_t channels;
  BatchNorm norm;
  std::vector<float> x, residual, dy, y, dx;
};

// Binary64 sums of f(index) over one image's rows, then over the images.
template <typename F>
double ImageSums(std::int64_t channels, std::int64_t c, F f) {
  double sum = 0;
  for (std::int64_t image = 0; image < kImages; ++image) {
    double part = 0;
    for (std::int64_t row = 0; row < kRows; ++row) {
      part += f(static_cast<std::size_t>((image * kRows + row) * channels + c));
    }
    sum += part;
  }
  return sum;
}

TEST(BatchNormWords, AreThoseOfTheLiteralComputation) {
  const std::unique_ptr<Device> device = MakeReferenceDevice(1);
  const ScopedFloatMode mode;
  constexpr double kCount = kImages * kRows;
  for (const std::int64_t channels : kChannelCounts) {
    for (const Arithmetic& arithmetic : {kPam, kIeee, Arithmetic{.comp = kCompLMul}}) {
      for (const bool relu : {false, true}) {
        SCOPED_TRACE(channels);
        NormCase t(*device, channels);
        t.norm.Forward(arithmetic, kImages, kRows, t.x.data(), t.residual.data(), relu, t.y.data());
        std::vector<float> dy = t.dy;
        t.norm.Backward(kImages, kRows, t.x.data(), relu ? t.y.data() : nullptr, dy.data(),
                        t.dx.data());
        std::vector<float> y(t.x.size());
        std::vector<float> masked = t.dy;
        std::vector<float> dx(t.x.size());
        for (std::int64_t c = 0; c < channels; ++c) {
          const auto channel = static_cast<std::size_t>(c);
          const double mean =
              ImageSums(channels, c, [&](std::size_t i) { return double{t.x[i]}; }) / kCount;
          const double squares = ImageSums(
              channels, c, [&](std::size_t i) { return double{t.x[i]} * double{t.x[i]}; });
          const double var = squares / kCount - mean * mean;
          const double gamma = t.norm.gamma().value.values[channel];
          const auto mean32 = static_cast<float>(mean);
          const auto scale = static_cast<float>(gamma / std::sqrt(var + 1e-5));
          const Word product = Multiply(arithmetic, ToWord(mean32), ToWord(scale));
          const Word shift = Add(ToWord(t.norm.beta().value.values[channel]), product ^ kSignBit);
          EXPECT_EQ(t.norm.running_mean().value.values[channel],
                    static_cast<float>((1 - 0.1) * 0.0 + 0.1 * mean));
          EXPECT_EQ(t.norm.running_var().value.values[channel],
                    static_cast<float>((1 - 0.1) * 1.0 + 0.1 * (var * (kCount / (kCount - 1)))));
          ImageSums(channels, c, [&](std::size_t i) {
            const Word scale_word = ToWord(scale);
            const Word residual = ToWord(t.residual[i]);
            y[i] = ToFloat(
                EpilogueWord(arithmetic, ToWord(t.x[i]), &scale_word, &shift, &residual, relu));
            if (relu && !(y[i] > 0)) masked[i] = 0;
            return 0.0;
          });
          const auto invstd = static_cast<float>(1 / std::sqrt(var + 1e-5));
          const auto xhat = [&](std::size_t i) { return (t.x[i] - mean32) * invstd; };
          const double sum_dy =
              ImageSums(channels, c, [&](std::size_t i) { return double{masked[i]}; });
          const double sum_dx = ImageSums(
              channels, c, [&](std::size_t i) { return double{masked[i]} * double{xhat(i)}; });
          EXPECT_EQ(t.norm.beta().gradient.values[channel], static_cast<float>(sum_dy));
          EXPECT_EQ(t.norm.gamma().gradient.values[channel], static_cast<float>(sum_dx));
          const auto dy_mean = static_cast<float>(sum_dy / kCount);
          const auto dx_mean = static_cast<float>(sum_dx / kCount);
          ImageSums(channels, c, [&](std::size_t i) {
            const float centred = masked[i] - dy_mean;
            const float slanted = xhat(i) * dx_mean;
            dx[i] = scale * (centred - slanted);
            return 0.0;
          });
        }
        ExpectEqualWords(t.y, y, channels);
        ExpectEqualWords(dy, masked, channels);
        ExpectEqualWords(t.dx, dx, channels);
      }
    }
  }
}

TEST(BatchNormWords, InferenceFoldsTheRunningStatistics) {
  const std::unique_ptr<Device> device = MakeReferenceDevice(1);
  const ScopedFloatMode mode;
  for (const std::int64_t channels : kChannelCounts) {
    for (const Arithmetic& arithmetic : {kPam, kIeee}) {
      NormCase t(*device, channels);
      FillNormal(t.norm.running_mean().value.values, 6);
      for (float& var : t.norm.running_var().value.values) var = 0.25f + var;
      std::vector<float> scale(static_cast<std::size_t>(channels));
      std::vector<float> shift(scale.size());
      t.norm.FoldRunning(arithmetic, scale, shift);
      for (std::size_t c = 0; c < scale.size(); ++c) {
        const double deviation =
            std::sqrt(static_cast<double>(t.norm.running_var().value.values[c]) + 1e-5);
        const Word expected =
            ToWord(static_cast<float>(double{t.norm.gamma().value.values[c]} / deviation));
        EXPECT_EQ(ToWord(scale[c]), expected) << c;
        const Word product =
            Multiply(arithmetic, ToWord(t.norm.running_mean().value.values[c]), expected);
        EXPECT_EQ(ToWord(shift[c]), Add(ToWord(t.norm.beta().value.values[c]), product ^ kSignBit))
            << c;
      }
    }
  }
}

TEST(BatchNormWords, AConstantChannelHasVarianceZero) {
  const std::unique_ptr<Device> device = MakeReferenceDevice(1);
  NormCase t(*device, 1);
  std::fill(t.x.begin(), t.x.end(), 0.1f);  // whose squares' mean rounds below the mean's square
  t.norm.Forward(kIeee, kImages, kRows, t.x.data(), nullptr, false, t.y.data());
  for (const float y : t.y) EXPECT_NEAR(y, t.norm.beta().value.values[0], 1e-4);
  // One row alone: no unbiased variance, the biased one (0) is taken.
  BatchNorm one(*device, "one", 1);
  one.Forward(kIeee, 1, 1, t.x.data(), nullptr, false, t.y.data());
  EXPECT_EQ(one.running_var().value.values[0], 0.9f);
}

TEST(BatchNorm, GradientsAreTheSlopes) {
  const std::unique_ptr<Device> device = MakeReferenceDevice(1);
  for (const std::int64_t channels : kChannelCounts) {
    for (const bool relu : {false, true}) {
      SCOPED_TRACE(channels);
      NormCase t(*device, channels);
      // Where the ReLU bends there is no slope: the loss leaves such elements out.
      t.norm.Forward(kIeee, kImages, kRows, t.x.data(), t.residual.data(), false, t.y.data());
      for (std::size_t i = 0; i < t.y.size(); ++i) {
        if (std::fabs(t.y[i]) < 0.1f) t.dy[i] = 0;
      }
      const auto loss = [&] {
        t.norm.Forward(kIeee, kImages, kRows, t.x.data(), t.residual.data(), relu, t.y.data());
        return Dot(t.y, t.dy);
      };
      loss();
      std::vector<float> dy = t.dy;
      t.norm.Backward(kImages, kRows, t.x.data(), relu ? t.y.data() : nullptr, dy.data(),
                      t.dx.data());
      ExpectSlopes(t.residual, dy, 0.01f, 1e-4, loss);
      ExpectSlopes(t.norm.gamma().value.values, t.norm.gamma().gradient.values, 0.01f, 1e-4, loss);
      ExpectSlopes(t.norm.beta().value.values, t.norm.beta().gradient.values, 0.01f, 1e-4, loss);
      ExpectSlopes(t.x, t.dx, 0.01f, 2e-3, loss);
      // In place too.
      dy = t.dy;
      loss();
      t.norm.Backward(kImages, kRows, t.x.data(), relu ? t.y.data() : nullptr, dy.data(),
                      dy.data());
      ExpectEqualWords(dy, t.dx);
    }
  }
}

// ---- Pooling and the shortcut ----

TEST(Pool, IsTheMeanAndItsSlope) {
  const ScopedFloatMode mode;
  constexpr std::int64_t kChannels = 7;
  constexpr std::int64_t kCount = 49;  // the mean is rounded
  std::vector<float> x = NormalWords(kImages * kCount * kChannels, 1);
  const std::vector<float> dy = NormalWords(kImages * kChannels, 2);
  std::vector<float> y(dy.size());
  std::vector<float> dx(x.size());
  const auto loss = [&] {
    PoolForward(kImages, kCount, kChannels, x.data(), y.data());
    return Dot(y, dy);
  };
  loss();
  std::vector<float> expected;
  std::vector<float> expected_dx(x.size());
  for (std::int64_t image = 0; image < kImages; ++image) {
    for (std::int64_t c = 0; c < kChannels; ++c) {
      double sum = 0;
      const float slope = dy[expected.size()] / 49.0f;
      for (std::int64_t row = 0; row < kCount; ++row) {
        const auto at = static_cast<std::size_t>((image * kCount + row) * kChannels + c);
        sum += double{x[at]};
        expected_dx[at] = slope;
      }
      expected.push_back(static_cast<float>(sum / 49.0));
    }
  }
  ExpectEqualWords(y, expected, kChannels);
  PoolBackward(kImages, kCount, kChannels, dy.data(), dx.data());
  ExpectEqualWords(dx, expected_dx, kChannels);
  ExpectSlopes(x, dx, 0.5f, 1e-4, loss);
}

// The mean 1 - 2^-25 lies between two binary32 numbers: it goes to the even one, 1. By the
// reciprocal, which is less than 1/49, it would be 1 - 2^-24.
TEST(Pool, DividesAndRoundsOnce) {
  std::vector<float> x(49, 1.0f);
  x[0] = 2;
  x[1] = -49 * 0x1p-25f;
  float y = 0;
  PoolForward(1, 49, 1, x.data(), &y);
  EXPECT_EQ(y, 1);
}

TEST(Shortcut, TakesEverySecondPixelBetweenZeroChannels) {
  const ConvGeometry even{.height = 6,
                          .width = 4,
                          .in_channels = 4,
                          .out_channels = 8,
                          .kernel = 3,
                          .stride = 2,
                          .padding = 1};
  const ConvGeometry odd{.height = 5,
                         .width = 7,
                         .in_channels = 2,
                         .out_channels = 7,
                         .kernel = 3,
                         .stride = 2,
                         .padding = 1};
  for (const ConvGeometry& g : {even, odd}) {
    std::vector<float> x = NormalWords(kImages * g.InputWords(), 1);
    const std::vector<float> dy = NormalWords(kImages * g.OutputWords(), 2);
    std::vector<float> y(dy.size(), 9.0f);
    std::vector<float> dx(x.size(), 9.0f);
    ShortcutForward(g, kImages, x.data(), y.data());
    ShortcutBackward(g, kImages, dy.data(), dx.data());
    const std::int64_t before = (g.out_channels - g.in_channels) / 2;
    std::vector<float> expected_y;
    std::vector<float> expected_dx(x.size());
    for (std::int64_t image = 0; image < kImages; ++image) {
      for (std::int64_t oy = 0; oy < g.OutHeight(); ++oy) {
        for (std::int64_t ox = 0; ox < g.OutWidth(); ++ox) {
          for (std::int64_t oc = 0; oc < g.out_channels; ++oc) {
            const std::int64_t ic = oc - before;
            if (ic < 0 || ic >= g.in_channels) {
              expected_y.push_back(0);
              continue;
            }
            const auto at = static_cast<std::size_t>(
                ((image * g.height + 2 * oy) * g.width + 2 * ox) * g.in_channels + ic);
            expected_dx[at] = dy[expected_y.size()];
            expected_y.push_back(x[at]);
          }
        }
      }
    }
    ExpectEqualWords(y, expected_y, g.out_channels);
    ExpectEqualWords(dx, expected_dx, g.in_channels);
  }
}

// ---- Loss ----

TEST(Loss, IsSoftmaxCrossEntropyAndItsSlope) {
  const ScopedFloatMode mode;
  constexpr std::int64_t kClasses = 10;
  std::vector<float> logits = NormalWords(kImages * kClasses, 1);
  for (float& logit : logits) logit *= 3;
  const std::vector<std::uint8_t> labels = {4, 0, 9};
  std::vector<float> gradient(logits.size());
  const LossResult result = SoftmaxCrossEntropy(kClasses, logits, labels, gradient);
  long double expected = 0;
  for (std::size_t image = 0; image < labels.size(); ++image) {
    long double z = 0;
    for (std::size_t c = 0; c < kClasses; ++c) {
      z += std::exp(static_cast<long double>(logits[image * kClasses + c]));
    }
    expected += std::log(z) - static_cast<long double>(logits[image * kClasses + labels[image]]);
    for (std::size_t c = 0; c < kClasses; ++c) {
      const std::size_t at = image * kClasses + c;
      const long double p = std::exp(static_cast<long double>(logits[at])) / z;
      EXPECT_FLOAT_EQ(gradient[at],
                      static_cast<float>((p - (c == labels[image] ? 1 : 0)) / labels.size()));
    }
  }
  EXPECT_NEAR(result.sum, static_cast<double>(expected), 1e-13);
  ExpectSlopes(logits, gradient, 1e-3f, 1e-5,
               [&] { return SoftmaxCrossEntropy(kClasses, logits, labels, {}).sum / kImages; });
}

TEST(Loss, EachWordIsThatOfTheLiteralComputation) {
  const ScopedFloatMode mode;
  const std::vector<float> logits = {0.5f, -1.25f, 3.0f, 2.0f, 2.0f, -7.0f};
  const std::vector<std::uint8_t> labels = {1, 0};
  std::vector<float> gradient(6);
  const LossResult result = SoftmaxCrossEntropy(3, logits, labels, gradient);
  const double e[] = {Exp(-2.5), Exp(-4.25), Exp(0.0), Exp(0.0), Exp(0.0), Exp(-9.0)};
  const double z[] = {e[0] + e[1] + e[2], e[3] + e[4] + e[5]};
  EXPECT_EQ(result.sum, (Log(z[0]) - -4.25) + (Log(z[1]) - 0.0));
  for (std::size_t i = 0; i < 6; ++i) {
    const double target = i == 1 || i == 3 ? 1 : 0;
    EXPECT_EQ(gradient[i], static_cast<float>((e[i] / z[i / 3] - target) / 2)) << i;
  }
}

TEST(Loss, CountsTheFirstOfTheGreatestLogits) {
  const std::vector<float> logits = {1, 3, 3, 0, 0, 0, 5, 1, 7};
  const auto correct = [&](std::vector<std::uint8_t> labels) {
    return SoftmaxCrossEntropy(3, logits, labels, {}).correct;
  };
  EXPECT_EQ(correct({1, 0, 2}), 3);
  EXPECT_EQ(correct({2, 1, 2}), 1);
  EXPECT_EQ(correct({0, 2, 0}), 0);
}

TEST(Loss, OfHugeLogitsIsFinite) {
  const std::vector<float> logits = {3e38f, -3e38f, 0.0f};
  std::vector<float> gradient(3);
  const std::vector<std::uint8_t> labels = {1};
  const LossResult result = SoftmaxCrossEntropy(3, logits, labels, gradient);
  EXPECT_NEAR(result.sum / 6e38, 1, 1e-6);
  ExpectEqualWords(gradient, std::vector<float>{1, -1, 0});
  const std::vector<float> bad = {std::numeric_limits<float>::quiet_NaN(), 0, 0};
  EXPECT_FALSE(std::isfinite(SoftmaxCrossEntropy(3, bad, labels, {}).sum));
}

// ---- SGD ----

TEST(SgdWords, AreThoseOfTheLiteralComputation) {
  const std::unique_ptr<Device> device = MakeReferenceDevice(1);
  const ScopedFloatMode mode;
  const Parameter weight = MakeParameter(*device, "w", {41}, true);
  const Parameter bias = MakeParameter(*device, "b", {23}, false);
  FillNormal(weight.value.values, 1);
  FillNormal(bias.value.values, 2);
  weight.value.values[0] = 1.5e-38f;  // whose decay is below the least normal number: +0
  Sgd sgd({weight, bias}, 0.9, 5e-4);
  std::vector<std::vector<float>> w(2);
  std::vector<std::vector<float>> v(2);
  for (std::size_t p = 0; p < 2; ++p) {
    const auto values = sgd.parameters()[p].value.values;
    w[p].assign(values.begin(), values.end());
    v[p].resize(values.size());
  }
  const double rates[] = {0.1, 0.05, 1e-3};
  for (std::size_t step = 0; step < 3; ++step) {
    FillNormal(weight.gradient.values, 10 + step);
    FillNormal(bias.gradient.values, 20 + step);
    sgd.Step(rates[step]);
    for (std::size_t p = 0; p < 2; ++p) {
      const auto gradient = sgd.parameters()[p].gradient.values;
      for (std::size_t i = 0; i < w[p].size(); ++i) {
        const auto mul = [](float a, float b) { return Multiply(kIeee, ToWord(a), ToWord(b)); };
        Word g = ToWord(gradient[i]);
        if (p == 0) g = Add(g, mul(5e-4f, w[p][i]));
        v[p][i] = ToFloat(Add(mul(0.9f, v[p][i]), g));
        const Word moved = mul(static_cast<float>(rates[step]), v[p][i]) ^ kSignBit;
        w[p][i] = ToFloat(Add(ToWord(w[p][i]), moved));
      }
      ExpectEqualWords(sgd.parameters()[p].value.values, w[p]);
      ExpectEqualWords(sgd.velocities()[p], v[p]);
    }
  }
}

}  // namespace
}  // namespace sumac
