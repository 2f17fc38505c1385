// SPDX-License-Identifier: Apache-2.0
// What the tests of training share: a small data set, a short run, and who watches it.
#ifndef SUMAC_TESTS_SW_TRAIN_TOOLS_H_
#define SUMAC_TESTS_SW_TRAIN_TOOLS_H_

#include <functional>
#include <string>
#include <vector>

#include "sw/io/dataset.h"
#include "sw/nn/random.h"
#include "sw/train/trainer.h"
#include "tests/sw/io_files.h"

namespace sumac {

// Noise around a bright bar whose place tells the class: 9 x 7 x 2, four classes. Words depend on
// (seed, image, pixel) alone.
inline Dataset BarImages(std::int64_t count, std::uint64_t seed) {
  Dataset data;
  data.name = "bars";
  data.count = count;
  data.height = 9;
  data.width = 7;
  data.channels = 2;
  data.classes = 4;
  for (std::int64_t image = 0; image < count; ++image) {
    const std::int64_t label = image % data.classes;
    data.labels.push_back(static_cast<std::uint8_t>(label));
    for (std::int64_t pixel = 0; pixel < data.height * data.width * data.channels; ++pixel) {
      const std::int64_t row = pixel / (data.width * data.channels);
      const RandomWords words =
          RandomFor(seed, RandomStream::kShuffle, static_cast<std::uint32_t>(image),
                    static_cast<std::uint64_t>(pixel));
      const std::uint32_t bright = row / 2 == label ? 120 : 0;
      data.pixels.push_back(static_cast<std::uint8_t>(bright + Below(words[0], 130)));
    }
  }
  return data;
}

// Three epochs of five steps, the last one with two of eight images.
inline TrainConfig ShortRun(const std::string& out) {
  TrainConfig config;
  config.model = "resnet8";
  config.epochs = 3;
  config.batch = 8;
  config.lr = 0.05;
  config.warmup = 1;
  config.augment = "pad-crop-flip";
  config.seed = 0x900000004;
  config.out = out;
  return config;
}
inline constexpr std::int64_t kTrainImages = 34;
inline constexpr std::int64_t kTestImages = 11;

// Counts what it is told; calls `on_progress` where there is one.
class Watcher : public TrainObserver {
 public:
  Watcher() = default;
  explicit Watcher(std::function<bool(const TrainProgress&)> on_progress)
      : on_progress_(std::move(on_progress)) {}

  void OnProgress(const TrainProgress& progress) override {
    last = progress;
    if (on_progress_ && on_progress_(progress)) stop = true;
  }
  void OnEpoch(const EpochRecord& record) override { records.push_back(record); }
  bool StopRequested() override { return stop; }

  TrainProgress last;
  std::vector<EpochRecord> records;
  bool stop = false;

 private:
  std::function<bool(const TrainProgress&)> on_progress_;
};

}  // namespace sumac

#endif  // SUMAC_TESTS_SW_TRAIN_TOOLS_H_
