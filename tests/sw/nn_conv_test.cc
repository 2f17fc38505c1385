// SPDX-License-Identifier: Apache-2.0
// Convolutions and the linear layer: their three jobs word for word against plain loops, on every
// host device, and their gradients against finite differences.
#include <fmt/format.h>

#include "model/devices.h"
#include "sw/nn/conv.h"
#include "tests/model/gemm_cases.h"
#include "tests/sw/nn_tools.h"

namespace sumac {
namespace {

constexpr ConvGeometry kGeometries[] = {
    {.height = 5, .width = 4, .in_channels = 3, .out_channels = 5, .kernel = 3, .padding = 1},
    {.height = 7,
     .width = 5,
     .in_channels = 4,
     .out_channels = 3,
     .kernel = 3,
     .stride = 2,
     .padding = 1},
    {.height = 6,
     .width = 8,
     .in_channels = 16,
     .out_channels = 17,
     .kernel = 3,
     .stride = 2,
     .padding = 1},
    {.height = 1, .width = 9, .in_channels = 1, .out_channels = 16, .kernel = 3, .padding = 1},
    {.height = 6, .width = 5, .in_channels = 2, .out_channels = 3, .kernel = 3},
    {.height = 8,
     .width = 7,
     .in_channels = 3,
     .out_channels = 2,
     .kernel = 5,
     .stride = 3,
     .padding = 2},
    {.height = 5, .width = 5, .in_channels = 3, .out_channels = 4, .kernel = 1, .stride = 2},
    {.in_channels = 19, .out_channels = 10}};  // linear

std::string Describe(const ConvGeometry& g) {
  return fmt::format("{} x {} x {} -> {}, kernel {}, stride {}, padding {}", g.height, g.width,
                     g.in_channels, g.out_channels, g.kernel, g.stride, g.padding);
}

// Training's words, and a few of every other kind: infinities, NaNs, subnormals, zeros.
void Fill(std::span<float> words, testing::Random& random, testing::Words kind) {
  for (float& word : words) word = ToFloat(testing::DrawWord(random, kind));
}

class ConvWords : public ::testing::TestWithParam<std::string> {
 protected:
  static std::unique_ptr<Device> MakeDevice() {
    return GetParam() == "reference" ? MakeReferenceDevice(1) : MakeSimdDevice(2, GetParam());
  }
};

TEST_P(ConvWords, EqualPlainLoops) {
  constexpr std::uint64_t kSeed = 2024;
  RecordProperty("seed", std::to_string(kSeed));
  testing::Random random(kSeed);
  const std::unique_ptr<Device> device = MakeDevice();
  const Arithmetic arithmetics[] = {
      kPam, kIeee, {.comp = kCompPamAlpha}, {.mantissa_bits = 7}, {Product::kIeee, 0, 10}};
  for (const ConvGeometry& g : kGeometries) {
    SCOPED_TRACE(Describe(g));
    for (const std::int64_t images : {1, 3}) {
      for (const testing::Words kind : {testing::Words::kNormal, testing::Words::kMixture}) {
        for (const Arithmetic& arithmetic : arithmetics) {
          const auto tensor = [&](std::int64_t words) {
            Tensor made = MakeTensor(*device, words);
            Fill(made.values, random, kind);
            return made;
          };
          const Tensor x = tensor(images * g.InputWords());
          const Tensor w = tensor(g.WeightWords());
          const Tensor bias = tensor(g.out_channels);
          const Tensor dy = tensor(images * g.OutputWords());
          const Tensor y = tensor(images * g.OutputWords());
          const Tensor dx = tensor(images * g.InputWords());
          const Tensor dw = tensor(g.WeightWords());
          const std::vector<float> dx_start(dx.values.begin(), dx.values.end());
          const auto run = [&](Job job) {
            job.name = "test";
            job.arithmetic = arithmetic;
            device->Run(job);
          };
          run(ConvForwardJob(g, images, x, w, nullptr, y));
          ExpectEqualWords(y.values, PlainForward(arithmetic, g, images, x.values, w.values, {}),
                           g.out_channels);
          run(ConvForwardJob(g, images, x, w, &bias, y));
          ExpectEqualWords(y.values,
                           PlainForward(arithmetic, g, images, x.values, w.values, bias.values),
                           g.out_channels);
          run(ConvInputGradientJob(g, images, dy, w, dx, true));
          ExpectEqualWords(dx.values,
                           PlainInputGradient(arithmetic, g, images, dy.values, w.values, dx_start),
                           g.in_channels);
          run(ConvInputGradientJob(g, images, dy, w, dx, false));
          ExpectEqualWords(dx.values,
                           PlainInputGradient(arithmetic, g, images, dy.values, w.values,
                                              std::vector<float>(dx_start.size())),
                           g.in_channels);
          const std::int64_t first = images / 2;
          run(ConvWeightGradientJob(g, first, images - first, x, dy, dw));
          ExpectEqualWords(
              dw.values,
              PlainWeightGradient(arithmetic, g, first, images - first, x.values, dy.values),
              g.in_channels);
          if (HasFailure()) return;
        }
      }
    }
  }
}

std::vector<std::string> HostDevices() {
  std::vector<std::string> names = KernelNames();
  names.insert(names.begin(), "reference");
  return names;
}

INSTANTIATE_TEST_SUITE_P(Devices, ConvWords, ::testing::ValuesIn(HostDevices()),
                         [](const auto& device) { return device.param; });

// The layer: the forward product forward, the backward product backward, a fold a shard.
TEST(ConvLayer, TakesEachPassesProductAndAddsShardsInOrder) {
  const std::unique_ptr<Device> device = MakeReferenceDevice(1);
  const ConvGeometry& g = kGeometries[1];
  constexpr std::int64_t kImages = 5;
  const Conv conv(*device, "conv", g, true);
  FillNormal(conv.weight().value.values, 1);
  FillNormal(conv.bias()->value.values, 2);
  const Tensor x = NormalTensor(*device, kImages * g.InputWords(), 3);
  const Tensor dy = NormalTensor(*device, kImages * g.OutputWords(), 4);
  const Tensor y = MakeTensor(*device, kImages * g.OutputWords());
  const Tensor dx = MakeTensor(*device, kImages * g.InputWords());
  for (const int shards : {1, 2, 3, 7}) {
    SCOPED_TRACE(fmt::format("{} shards", shards));
    std::vector<LayerReport> reports;
    Context context{*device, kPam, kIeee, shards, &reports};
    conv.Forward(context, kImages, x, y);
    ExpectEqualWords(y.values, PlainForward(kPam, g, kImages, x.values, conv.weight().value.values,
                                            conv.bias()->value.values));
    conv.Backward(context, kImages, x, dy, &dx);
    ExpectEqualWords(dx.values,
                     PlainInputGradient(kIeee, g, kImages, dy.values, conv.weight().value.values,
                                        std::vector<float>(dx.values.size())));
    std::vector<float> dw(static_cast<std::size_t>(g.WeightWords()));
    for (std::int64_t shard = 0; shard < shards; ++shard) {
      const std::int64_t first = shard * kImages / shards;
      const std::int64_t end = (shard + 1) * kImages / shards;
      const std::vector<float> part =
          PlainWeightGradient(kIeee, g, first, end - first, x.values, dy.values);
      for (std::size_t i = 0; i < dw.size(); ++i) {
        dw[i] = shard == 0 ? part[i] : ToFloat(Add(ToWord(dw[i]), ToWord(part[i])));
      }
    }
    ExpectEqualWords(conv.weight().gradient.values, dw);
    ASSERT_EQ(reports.size(), static_cast<std::size_t>(2 + shards));
    EXPECT_EQ(reports[0].name, "conv forward");
    EXPECT_EQ(reports[1].name, "conv input-gradient");
    EXPECT_EQ(reports[2].name, "conv weight-gradient");
    EXPECT_EQ(reports[0].m, kImages * g.OutHeight() * g.OutWidth());
    EXPECT_EQ(reports[0].n, g.out_channels);
    EXPECT_EQ(reports[0].k, 9 * g.in_channels);
  }
}

// The bias's gradient: binary64 over an image's rows, then over the images.
TEST(ConvLayer, SumsTheBiasGradientImageByImage) {
  const std::unique_ptr<Device> device = MakeReferenceDevice(1);
  const ConvGeometry& g = kGeometries[0];
  constexpr std::int64_t kImages = 3;
  const Conv conv(*device, "conv", g, true);
  const Tensor x = MakeTensor(*device, kImages * g.InputWords());
  const Tensor dy = NormalTensor(*device, kImages * g.OutputWords(), 5);
  // Numbers of such different sizes that another order of the sums gives other words.
  for (std::size_t i = 0; i < dy.values.size(); ++i) {
    dy.values[i] *= std::ldexp(1.0f, 20 * static_cast<int>(i % 7) - 60);
  }
  Context context{*device, kPam, kPam};
  conv.Backward(context, kImages, x, dy, nullptr);
  const std::int64_t rows = g.OutHeight() * g.OutWidth();
  for (std::int64_t c = 0; c < g.out_channels; ++c) {
    double sum = 0;
    for (std::int64_t image = 0; image < kImages; ++image) {
      double part = 0;
      for (std::int64_t r = 0; r < rows; ++r) {
        part += static_cast<double>(
            dy.values[static_cast<std::size_t>((image * rows + r) * g.out_channels + c)]);
      }
      sum += part;
    }
    EXPECT_EQ(conv.bias()->gradient.values[static_cast<std::size_t>(c)], static_cast<float>(sum));
  }
}

TEST(ConvLayer, GradientsAreTheSlopes) {
  const std::unique_ptr<Device> device = MakeSimdDevice(1);
  constexpr std::int64_t kImages = 2;
  for (const ConvGeometry& g : kGeometries) {
    SCOPED_TRACE(Describe(g));
    const Conv conv(*device, "conv", g, true);
    FillNormal(conv.weight().value.values, 1);
    FillNormal(conv.bias()->value.values, 2);
    const Tensor x = NormalTensor(*device, kImages * g.InputWords(), 3);
    const Tensor dy = NormalTensor(*device, kImages * g.OutputWords(), 4);
    const Tensor y = MakeTensor(*device, kImages * g.OutputWords());
    const Tensor dx = MakeTensor(*device, kImages * g.InputWords());
    Context context{*device, kIeee, kIeee};
    const auto loss = [&] {
      conv.Forward(context, kImages, x, y);
      return Dot(y.values, dy.values);
    };
    conv.Backward(context, kImages, x, dy, &dx);
    // The loss is linear in each word: a wide step has no error but rounding's.
    ExpectSlopes(x.values, dx.values, 0.5f, 1e-5, loss);
    ExpectSlopes(conv.weight().value.values, conv.weight().gradient.values, 0.5f, 1e-5, loss);
    ExpectSlopes(conv.bias()->value.values, conv.bias()->gradient.values, 0.5f, 1e-5, loss);
  }
}

}  // namespace
}  // namespace sumac
