// SPDX-License-Identifier: Apache-2.0
// What decides a batch and its step: normalisation, augmentation, order, learning rate, and the
// configuration that they are read from.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numbers>

#include "model/word.h"
#include "sw/nn/random.h"
#include "sw/train/images.h"
#include "sw/train/schedule.h"
#include "tests/sw/train_tools.h"

namespace sumac {
namespace {

using ::testing::HasSubstr;

// ---- Pixels ----

TEST(Normaliser, HasTheDocumentedConstants) {
  const auto expect = [](const std::string& name, std::vector<std::pair<float, float>> channels) {
    Dataset data;
    data.name = name;
    data.channels = static_cast<std::int64_t>(channels.size());
    const Normaliser normalise(data);
    for (std::size_t c = 0; c < channels.size(); ++c) {
      for (int byte = 0; byte < 256; ++byte) {
        const float unit = static_cast<float>(byte) / 255.0f;
        const float centred = unit - channels[c].first;
        EXPECT_EQ(normalise(static_cast<std::int64_t>(c), static_cast<std::uint8_t>(byte)),
                  centred / channels[c].second);
      }
    }
  };
  expect("fashion-mnist", {{0.2860f, 0.3530f}});
  expect("cifar-10", {{0.4914f, 0.2470f}, {0.4822f, 0.2435f}, {0.4465f, 0.2616f}});
  expect("another", {{0.5f, 0.5f}, {0.5f, 0.5f}});
}

// ---- Augmentation ----

TEST(PadCropFlip, IsAFunctionOfSeedEpochAndImage) {
  for (const auto& [height, padding] : {std::pair{28, 2}, {32, 4}}) {
    std::map<std::int64_t, int> down;
    std::map<std::int64_t, int> right;
    int flips = 0;
    constexpr int kCount = 20'000;
    for (std::int64_t image = 0; image < kCount; ++image) {
      const Augmentation augmentation = PadCropFlip(0x300000002, 5, image, height);
      const auto index = static_cast<std::uint32_t>(image);
      const RandomWords words = Philox({index, 0, 5, 2}, {2, 3});
      const auto shift = [padding = padding](std::uint32_t word) {
        return static_cast<std::int64_t>((std::uint64_t{word} * (2u * padding + 1u)) >> 32) -
               padding;
      };
      ASSERT_EQ(augmentation,
                (Augmentation{shift(words[0]), shift(words[1]), words[2] >> 31 != 0}));
      ++down[augmentation.down];
      ++right[augmentation.right];
      flips += augmentation.flip ? 1 : 0;
    }
    // Each shift is there, about equally often; half of the images are mirrored.
    for (const auto& counts : {down, right}) {
      ASSERT_EQ(counts.size(), 2u * padding + 1u);
      EXPECT_EQ(counts.begin()->first, -padding);
      for (const auto& [shift, count] : counts) {
        const double expected = static_cast<double>(kCount) / static_cast<double>(counts.size());
        EXPECT_NEAR(count, expected, 5 * std::sqrt(expected)) << shift;
      }
    }
    EXPECT_NEAR(flips, kCount / 2, 5 * std::sqrt(kCount / 4.0));
  }
  // Another seed, epoch or image is another augmentation, at least somewhere.
  const auto differs = [](std::uint64_t seed, std::int64_t epoch, std::int64_t offset) {
    int count = 0;
    for (std::int64_t image = 0; image < 100; ++image) {
      count += PadCropFlip(1, 0, image, 28) == PadCropFlip(seed, epoch, image + offset, 28) ? 0 : 1;
    }
    return count;
  };
  EXPECT_EQ(differs(1, 0, 0), 0);
  EXPECT_GT(differs(2, 0, 0), 80);
  EXPECT_GT(differs(1, 1, 0), 80);
  EXPECT_GT(differs(1, 0, 1), 80);
}

TEST(LoadImage, PadsCropsAndMirrors) {
  const Dataset data = BarImages(3, 4);
  const Normaliser normalise(data);
  const std::int64_t padding = 3;
  const std::int64_t padded_width = data.width + 2 * padding;
  std::vector<float> words(data.pixels.size() / 3);
  for (std::int64_t image = 0; image < data.count; ++image) {
    // The image with its border of zero bytes.
    std::vector<std::uint8_t> padded(
        static_cast<std::size_t>((data.height + 2 * padding) * padded_width * data.channels));
    const auto place = [&](std::int64_t y, std::int64_t x, std::int64_t c) {
      return static_cast<std::size_t>((y * padded_width + x) * data.channels + c);
    };
    std::size_t from = static_cast<std::size_t>(image) * words.size();
    for (std::int64_t y = 0; y < data.height; ++y) {
      for (std::int64_t x = 0; x < data.width; ++x) {
        for (std::int64_t c = 0; c < data.channels; ++c) {
          padded[place(y + padding, x + padding, c)] = data.pixels[from++];
        }
      }
    }
    for (std::int64_t down = -padding; down <= padding; ++down) {
      for (std::int64_t right = -padding; right <= padding; ++right) {
        for (const bool flip : {false, true}) {
          LoadImage(data, normalise, image, {down, right, flip}, words);
          std::size_t at = 0;
          for (std::int64_t y = 0; y < data.height; ++y) {
            for (std::int64_t x = 0; x < data.width; ++x) {
              const std::int64_t crop_x = flip ? data.width - 1 - x : x;
              for (std::int64_t c = 0; c < data.channels; ++c) {
                ASSERT_EQ(
                    words[at++],
                    normalise(c, padded[place(y + padding - down, crop_x + padding - right, c)]));
              }
            }
          }
        }
      }
    }
  }
}

// ---- Order ----

TEST(ShuffledImages, AreSortedByTheirKeys) {
  constexpr std::int64_t kCount = 1000;
  const std::vector<std::int64_t> order = ShuffledImages(0x300000002, 7, kCount);
  ASSERT_EQ(order.size(), static_cast<std::size_t>(kCount));
  const auto key = [](std::int64_t image) {
    const RandomWords words = Philox({static_cast<std::uint32_t>(image), 0, 7, 1}, {2, 3});
    return std::uint64_t{words[1]} << 32 | words[0];
  };
  for (std::size_t i = 1; i < order.size(); ++i) ASSERT_LT(key(order[i - 1]), key(order[i]));
  std::vector<std::int64_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::int64_t i = 0; i < kCount; ++i) ASSERT_EQ(sorted[static_cast<std::size_t>(i)], i);
  EXPECT_EQ(ShuffledImages(0x300000002, 7, kCount), order);
  EXPECT_NE(ShuffledImages(0x300000002, 8, kCount), order);
  EXPECT_NE(ShuffledImages(2, 7, kCount), order);
}

TEST(Part, HasTheGivenImages) {
  const Dataset data = BarImages(10, 1);
  const Dataset part = Part(data, 3, 4);
  EXPECT_EQ(part.count, 4);
  EXPECT_EQ(part.labels, std::vector<std::uint8_t>({3, 0, 1, 2}));
  ASSERT_EQ(part.pixels.size(), data.pixels.size() * 4 / 10);
  EXPECT_TRUE(std::equal(part.pixels.begin(), part.pixels.end(),
                         data.pixels.begin() + static_cast<std::ptrdiff_t>(3 * 9 * 7 * 2)));
}

// ---- Learning rate ----

TEST(LearningRate, RisesAndFallsAsDocumented) {
  TrainConfig config;
  config.lr = 0.4;
  config.epochs = 10;
  config.warmup = 1.25;
  constexpr std::int64_t kSteps = 8;  // an epoch; ten of warm-up, seventy after
  const auto rate = [&](std::int64_t step) {
    return LearningRate(config, CountSteps(config, kSteps), step);
  };
  for (int t = 0; t < 10; ++t) EXPECT_DOUBLE_EQ(rate(t), 0.4 * (t + 1.0) / 10) << t;
  for (int t = 0; t < 70; ++t) {
    EXPECT_NEAR(rate(10 + t), 0.2 * (1 + std::cos(std::numbers::pi * t / 70.0)), 1e-15) << t;
  }
  EXPECT_EQ(rate(10), 0.4);
  EXPECT_EQ(rate(45), 0.2);
  config.schedule = "step";
  EXPECT_EQ(rate(9), 0.4);
  EXPECT_EQ(rate(39), 0.4);
  EXPECT_EQ(rate(40), 0.4 / 10);
  EXPECT_EQ(rate(59), 0.4 / 10);
  EXPECT_EQ(rate(60), 0.4 / 100);
  EXPECT_EQ(rate(79), 0.4 / 100);
  config.schedule = "constant";
  EXPECT_EQ(rate(0), 0.4 / 10);
  EXPECT_EQ(rate(79), 0.4);
  config.warmup = 0;
  EXPECT_EQ(rate(0), 0.4);
  config.schedule = "cosine";
  config.warmup = 10;  // warm-up alone
  EXPECT_EQ(rate(79), 0.4);
}

// ---- Configuration ----

TEST(TrainConfig, IsReadBackFromItsJson) {
  TrainConfig config;
  config.model = "resnet32";
  config.lr = 0.1 + 1e-17;
  config.mul = Product::kIeee;
  config.mul_backward = Product::kPam;
  config.mul_free = MulFree::kAll;
  config.comp = kCompLMul;
  config.format = 7;
  config.seed = std::numeric_limits<std::uint64_t>::max();
  config.shards = 4;
  config.warmup = 0.3;
  const TrainConfig read = ConfigFromJson(nlohmann::json::parse(ToJson(config).dump()), {});
  EXPECT_EQ(FirstDifference(config, read), "");
  EXPECT_EQ(ToJson(read), ToJson(config));
  EXPECT_EQ(read.Backward(), (Arithmetic{Product::kPam, kCompLMul, 7}));
  EXPECT_EQ(read.Forward(), (Arithmetic{Product::kIeee, kCompLMul, 7}));
  TrainConfig other = read;
  other.data_dir = "elsewhere";
  other.checkpoint_every = 3;
  EXPECT_EQ(FirstDifference(config, other), "");
  other.momentum = 0.8;
  EXPECT_EQ(FirstDifference(config, other), "momentum is 0.9 there and 0.8 here");
}

TEST(TrainConfig, RefusesWhatItDoesNotKnow) {
  const auto refused = [](const char* text, const char* named) {
    ExpectRefused([&] { ConfigFromJson(nlohmann::json::parse(text), {}); }, HasSubstr(named));
  };
  refused(R"({"learning-rate": 1})", "learning-rate");
  refused(R"({"lr": "fast"})", "lr");
  refused(R"({"epochs": -1})", "epochs");
  refused(R"({"epochs": 1.5})", "epochs");
  refused(R"({"shards": 4294967296})", "shards");
  refused(R"({"mul": "float"})", "mul");
  refused(R"({"mul-free": "most"})", "choose gemm or all");
  refused(R"({"model": 20})", "model");
}

}  // namespace
}  // namespace sumac
