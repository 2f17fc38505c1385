// SPDX-License-Identifier: Apache-2.0
// From a data set's bytes to a network's input: order, augmentation and normalisation, each image's
// a function of (seed, epoch, image).
#ifndef SUMAC_SW_TRAIN_IMAGES_H_
#define SUMAC_SW_TRAIN_IMAGES_H_

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sw/io/dataset.h"

namespace sumac {

// Words for the bytes of one data set: (byte / 255 - mean) / deviation in binary32, with the mean
// and standard deviation of each channel's pixels over the published training set, four decimals
// (fashion-mnist 0.2860, 0.3530; cifar-10 0.4914 0.4822 0.4465, 0.2470 0.2435 0.2616). Other sets
// have 0.5 and 0.5.
class Normaliser {
 public:
  explicit Normaliser(const Dataset& data);
  float operator()(std::int64_t channel, std::uint8_t byte) const {
    return table_[static_cast<std::size_t>(channel) * 256 + byte];
  }

 private:
  std::vector<float> table_;  // channels x 256
};

// How an image is shifted and mirrored.
struct Augmentation {
  std::int64_t down = 0;   // rows by which the image's content moves down, negative: up
  std::int64_t right = 0;  // columns
  bool flip = false;       // left and right exchanged, after the shift

  friend bool operator==(const Augmentation&, const Augmentation&) = default;
};

// Pad with zero bytes on all sides, by 4 where the image has 32 rows or more, else by 2; crop at
// random; mirror with probability 1/2.
Augmentation PadCropFlip(std::uint64_t seed, std::int64_t epoch, std::int64_t image,
                         std::int64_t height);

// The images 0 .. count-1 in the order of random keys of (seed, epoch, image), equal keys in the
// order of images.
std::vector<std::int64_t> ShuffledImages(std::uint64_t seed, std::int64_t epoch,
                                         std::int64_t count);

// Writes one image (height x width x channels), augmented and normalised.
void LoadImage(const Dataset& data, const Normaliser& normalise, std::int64_t image,
               const Augmentation& augmentation, std::span<float> words);

// Images first .. first + count - 1 of a data set as one of their own.
Dataset Part(const Dataset& data, std::int64_t first, std::int64_t count);

}  // namespace sumac

#endif  // SUMAC_SW_TRAIN_IMAGES_H_
