// SPDX-License-Identifier: Apache-2.0
#include "sw/train/images.h"

#include <algorithm>
#include <utility>

#include "model/float_mode.h"
#include "sw/nn/random.h"

namespace sumac {
namespace {

struct Pixels {
  float mean;
  float deviation;
};

Pixels PixelsOf(const std::string& data, std::size_t channel) {
  if (data == "fashion-mnist") return {0.2860f, 0.3530f};
  if (data == "cifar-10") {
    constexpr Pixels kCifar10[] = {{0.4914f, 0.2470f}, {0.4822f, 0.2435f}, {0.4465f, 0.2616f}};
    return kCifar10[channel % 3];
  }
  return {0.5f, 0.5f};
}

}  // namespace

Normaliser::Normaliser(const Dataset& data) {
  const ScopedFloatMode mode;
  for (std::size_t channel = 0; channel < static_cast<std::size_t>(data.channels); ++channel) {
    const Pixels pixels = PixelsOf(data.name, channel);
    for (int byte = 0; byte < 256; ++byte) {
      table_.push_back((static_cast<float>(byte) / 255.0f - pixels.mean) / pixels.deviation);
    }
  }
}

Augmentation PadCropFlip(std::uint64_t seed, std::int64_t epoch, std::int64_t image,
                         std::int64_t height) {
  const std::int64_t padding = height >= 32 ? 4 : 2;
  const RandomWords words =
      RandomFor(seed, RandomStream::kAugment, static_cast<std::uint32_t>(epoch),
                static_cast<std::uint64_t>(image));
  const auto shift = [padding](std::uint32_t word) {
    return std::int64_t{Below(word, static_cast<std::uint32_t>(2 * padding + 1))} - padding;
  };
  return {shift(words[0]), shift(words[1]), (words[2] >> 31) != 0};
}

std::vector<std::int64_t> ShuffledImages(std::uint64_t seed, std::int64_t epoch,
                                         std::int64_t count) {
  std::vector<std::pair<std::uint64_t, std::int64_t>> keys;
  keys.reserve(static_cast<std::size_t>(count));
  for (std::int64_t image = 0; image < count; ++image) {
    const RandomWords words =
        RandomFor(seed, RandomStream::kShuffle, static_cast<std::uint32_t>(epoch),
                  static_cast<std::uint64_t>(image));
    keys.emplace_back(std::uint64_t{words[1]} << 32 | words[0], image);
  }
  std::sort(keys.begin(), keys.end());
  std::vector<std::int64_t> images;
  images.reserve(keys.size());
  for (const auto& [key, image] : keys) images.push_back(image);
  return images;
}

void LoadImage(const Dataset& data, const Normaliser& normalise, std::int64_t image,
               const Augmentation& augmentation, std::span<float> words) {
  const std::uint8_t* pixels =
      data.pixels.data() + image * data.height * data.width * data.channels;
  float* word = words.data();
  for (std::int64_t y = 0; y < data.height; ++y) {
    for (std::int64_t x = 0; x < data.width; ++x) {
      const std::int64_t from_y = y - augmentation.down;
      const std::int64_t from_x = (augmentation.flip ? data.width - 1 - x : x) - augmentation.right;
      const bool inside = from_y >= 0 && from_y < data.height && from_x >= 0 && from_x < data.width;
      const std::uint8_t* pixel = pixels + (from_y * data.width + from_x) * data.channels;
      for (std::int64_t c = 0; c < data.channels; ++c) {
        *word++ = normalise(c, inside ? pixel[c] : std::uint8_t{0});
      }
    }
  }
}

Dataset Part(const Dataset& data, std::int64_t first, std::int64_t count) {
  Dataset part = data;
  const std::int64_t words = data.height * data.width * data.channels;
  part.count = count;
  part.pixels.assign(data.pixels.begin() + first * words,
                     data.pixels.begin() + (first + count) * words);
  part.labels.assign(data.labels.begin() + first, data.labels.begin() + first + count);
  return part;
}

}  // namespace sumac
