// SPDX-License-Identifier: Apache-2.0
#include "sw/train/trainer.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <span>
#include <vector>

#include "model/error.h"
#include "sw/io/file.h"
#include "sw/nn/resnet.h"
#include "sw/nn/sgd.h"
#include "sw/train/checkpoint.h"
#include "sw/train/evaluate.h"
#include "sw/train/images.h"
#include "sw/train/run_folder.h"
#include "sw/train/schedule.h"
#include "sw/train/step.h"

namespace sumac {
namespace {

// Seconds since it was made.
class Stopwatch {
 public:
  double Seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// How many images a second, over all that this process has done.
struct Rate {
  double images = 0;
  double seconds = 0;
  double PerSecond() const { return seconds > 0 ? images / seconds : 0; }
};

class Trainer {
 public:
  Trainer(const TrainConfig& config, Device& device, const Dataset& train, const Dataset& test,
          TrainObserver& observer, Communicator* ranks)
      : config_(config),
        train_(train),
        test_(test),
        observer_(observer),
        folder_(config.out),
        context_{device,        config.Forward(), config.Backward(),
                 config.shards, nullptr,          config.mul_free,
                 ranks},
        net_(device, {config.model, train.channels, train.height, train.width, train.classes}),
        sgd_(net_.Parameters(), config.momentum, config.weight_decay, config.mul_free),
        normalise_(train) {
    if (ranks != nullptr && config.shards % ranks->size() != 0) {
      throw Error(
          fmt::format("{} processes cannot share {} shards evenly: give --shards a multiple of {}, "
                      "or start another number of processes",
                      ranks->size(), config.shards, ranks->size()));
    }
    CheckFits(test, net_.config());
    if (config.limit_train > train.count) {
      throw Error(fmt::format("limit-train is {}, but there are {} training images",
                              config.limit_train, train.count));
    }
    position_.images = config.limit_train > 0 ? config.limit_train : train.count;
    if (position_.images < 1 || test.count < 1) {
      throw Error(fmt::format("{} has no images to train on or to test with", train.name));
    }
    steps_ = (position_.images + config.batch - 1) / config.batch;
    schedule_ = CountSteps(config, steps_);
  }

  bool Run() {
    Start();
    try {
      return TrainToTheEnd();
    } catch (const RanksStopped&) {
      // Within a step only the running statistics have moved.
      for (std::size_t i = 0; i < statistics_.size(); ++i) {
        std::ranges::copy(kept_statistics_[i], statistics_[i].value.values.begin());
      }
      WriteCheckpoint();
      throw;
    }
  }

 private:
  bool IsFirst() const { return context_.ranks == nullptr || context_.ranks->rank() == 0; }

  bool TrainToTheEnd() {
    const std::int64_t batch = std::min(config_.batch, position_.images);
    ResNetTraining graph(context_, net_, batch);
    while (position_.epoch < config_.epochs) {
      const Stopwatch watch;
      EpochRecord record;
      if (!TrainEpoch(graph, record) || !Test(record)) {
        WriteCheckpoint();
        return false;
      }
      record.seconds = watch.Seconds();
      position_ = {position_.images, position_.epoch + 1};
      // The metrics first: where the checkpoint is then not written, resuming drops the line.
      if (IsFirst()) folder_.Add(record);
      WriteCheckpoint();
      observer_.OnEpoch(record);
    }
    return true;
  }

  // A fresh run's folder and words, or an interrupted one's.
  void Start() {
    if (IsFirst()) {
      if (config_.resume) {
        folder_.Lock();
      } else {
        folder_.Begin();
      }
    }
    const bool fresh = !config_.resume || folder_.HoldsOnlyConfig();
    if (fresh) {
      net_.Initialize(config_.seed);
    } else {
      const std::string path = folder_.checkpoint_path();
      const Checkpoint checkpoint = ReadCheckpoint(path);
      CheckSameRun(path, checkpoint);
      Restore(checkpoint, net_, sgd_);
      position_ = checkpoint.position;
    }
    CheckSameStart();  // from here on the first may write: all have read
    if (!IsFirst()) return;
    if (!fresh) folder_.Resume(position_.epoch);
    // Before the first checkpoint: ended between the two, the run can be resumed.
    folder_.WriteConfig(config_);
    if (fresh) WriteCheckpoint();
  }

  // Throws Error where the ranks do not begin with the same run and words.
  void CheckSameStart() const {
    if (context_.ranks == nullptr) return;
    uLong crc = 0;
    const auto add = [&crc](const void* bytes, std::size_t count) {
      crc = crc32_z(crc, static_cast<const Bytef*>(bytes), count);
    };
    nlohmann::ordered_json json = ToJson(config_);
    json.erase("data-dir");
    const std::string config = json.dump();
    add(config.data(), config.size());
    for (const StateEntry& entry : net_.State()) {
      add(entry.value.values.data(), entry.value.values.size_bytes());
    }
    for (const Dataset* data : {&train_, &test_}) {
      add(data->pixels.data(), data->pixels.size());
      add(data->labels.data(), data->labels.size());
    }
    for (const std::int64_t number : {position_.epoch, position_.step}) {
      add(&number, sizeof number);
    }
    // A batch of an image a rank.
    const int size = context_.ranks->size();
    const std::vector<uLong> all =
        Batch(size, size, context_.ranks).Gather(std::vector<uLong>{crc}, 1);
    for (std::size_t i = 1; i < all.size(); ++i) {
      if (all[i] != all[0]) {
        throw Error(
            fmt::format("process {} of {} begins with another configuration, checkpoint or "
                        "data set than the first: give all of them the same files",
                        i + 1, size));
      }
    }
  }

  void CheckSameRun(const std::string& path, const Checkpoint& checkpoint) const {
    std::string difference = FirstDifference(checkpoint.config, config_);
    if (difference.empty() && checkpoint.net != net_.config()) {
      difference = "the images' size or the number of classes has changed";
    }
    if (difference.empty() && checkpoint.position.images != position_.images) {
      difference = fmt::format("an epoch has {} images there and {} here",
                               checkpoint.position.images, position_.images);
    }
    if (!difference.empty()) {
      throw Error(
          fmt::format("{} is of another run: {}; resume with its options, or give another "
                      "--out",
                      path, difference));
    }
    const Position& position = checkpoint.position;
    if (position.epoch > config_.epochs || position.step > steps_) {
      throw Error(
          fmt::format("{} is at epoch {}, step {} of a run of {} epochs of {} steps: the "
                      "file is damaged",
                      path, position.epoch, position.step, config_.epochs, steps_));
    }
  }

  // The rest of the epoch under way; false where a stop was requested.
  bool TrainEpoch(ResNetTraining& graph, EpochRecord& record) {
    const Rate before = training_;
    const std::vector<std::int64_t> order =
        ShuffledImages(config_.seed, position_.epoch, position_.images);
    bool stop = observer_.StopRequested();
    while (position_.step < steps_ && !stop) {
      const Stopwatch watch;
      const std::int64_t first = position_.step * config_.batch;
      const std::int64_t count = std::min(config_.batch, position_.images - first);
      Step(graph, std::span(order).subspan(static_cast<std::size_t>(first),
                                           static_cast<std::size_t>(count)));
      ++position_.step;
      training_.images += static_cast<double>(count);
      training_.seconds += watch.Seconds();
      Report(false, first + count, position_.images, training_.PerSecond());
      stop = observer_.StopRequested();
      if (!stop && config_.checkpoint_every > 0 && position_.step % config_.checkpoint_every == 0 &&
          position_.step < steps_) {
        WriteCheckpoint();
      }
    }
    const auto images = static_cast<double>(position_.images);
    record.epoch = position_.epoch + 1;
    record.train_loss = position_.loss_sum / images;
    record.train_accuracy = static_cast<double>(position_.correct) / images;
    record.images_per_second =
        Rate{training_.images - before.images, training_.seconds - before.seconds}.PerSecond();
    return !stop;
  }

  void Step(ResNetTraining& graph, std::span<const std::int64_t> images) {
    KeepStatistics();
    const LossResult loss =
        ComputeGradients(config_, position_.epoch, train_, normalise_, images, graph).loss;
    if (!std::isfinite(loss.sum)) {
      throw WorkFailed(
          fmt::format("the loss is not a finite number in epoch {}, step {} of {}: "
                      "train with a lower --lr or a longer --warmup; {} is the last "
                      "good checkpoint",
                      position_.epoch + 1, position_.step + 1, steps_, folder_.checkpoint_path()));
    }
    sgd_.Step(LearningRate(config_, schedule_, position_.epoch * steps_ + position_.step));
    position_.loss_sum += loss.sum;
    position_.correct += loss.correct;
    statistics_.clear();
  }

  // As they are before a step, for a checkpoint where the ranks do not come to its end.
  void KeepStatistics() {
    if (context_.ranks == nullptr) return;
    statistics_ = net_.Statistics();
    kept_statistics_.clear();
    for (const StateEntry& entry : statistics_) {
      kept_statistics_.emplace_back(entry.value.values.begin(), entry.value.values.end());
    }
  }

  // False where a stop was requested.
  bool Test(EpochRecord& record) {
    const Rate before = testing_;
    const Stopwatch watch;
    bool stop = false;
    const EvalResult result =
        Evaluate(context_, net_, test_, test_.count, config_.batch, [&](std::int64_t done) {
          testing_ = {before.images + static_cast<double>(done), before.seconds + watch.Seconds()};
          Report(true, done, test_.count, testing_.PerSecond());
          stop = observer_.StopRequested();
          return !stop;
        });
    record.test_loss = result.loss;
    record.test_accuracy = result.accuracy;
    return !stop || result.images == test_.count;
  }

  void Report(bool testing, std::int64_t done, std::int64_t total, double rate) {
    const auto epochs_after = static_cast<double>(config_.epochs - position_.epoch - 1);
    const auto images = static_cast<double>(position_.images);
    const auto tests = static_cast<double>(test_.count);
    // Until both have been timed, a test image is taken for a third of a trained one.
    double train_seconds = training_.images > 0 ? 1 / training_.PerSecond() : 0;
    const double test_seconds = testing_.images > 0 ? 1 / testing_.PerSecond() : train_seconds / 3;
    if (training_.images == 0) train_seconds = 3 * test_seconds;
    const auto left = static_cast<double>(total - done);
    const double seconds_left =
        epochs_after * (images * train_seconds + tests * test_seconds) +
        (testing ? left * test_seconds : left * train_seconds + tests * test_seconds);
    observer_.OnProgress(
        {testing, position_.epoch + 1, config_.epochs, done, total, rate, seconds_left});
  }

  void WriteCheckpoint() const {
    if (!IsFirst()) return;
    sumac::WriteCheckpoint(folder_.checkpoint_path(), net_, sgd_, config_, position_);
  }

  const TrainConfig& config_;
  const Dataset& train_;
  const Dataset& test_;
  TrainObserver& observer_;
  RunFolder folder_;
  Context context_;
  ResNet net_;
  Sgd sgd_;
  Normaliser normalise_;
  Position position_;
  std::int64_t steps_ = 0;  // of an epoch
  ScheduleSteps schedule_;
  Rate training_, testing_;
  std::vector<StateEntry> statistics_;  // the running ones while a step moves them, else empty
  std::vector<std::vector<float>> kept_statistics_;
};

}  // namespace

bool Train(const TrainConfig& config, Device& device, TrainObserver& observer,
           Communicator* ranks) {
  CheckConfig(config);
  Dataset train = LoadDataset(config.data, config.data_dir, Split::kTrain);
  if (config.validation == 0) {
    const Dataset test = LoadDataset(config.data, config.data_dir, Split::kTest);
    return Train(config, device, train, test, observer, ranks);
  }
  if (config.validation >= train.count) {
    throw Error(fmt::format("validation is {}, but there are {} training images to take it from",
                            config.validation, train.count));
  }
  const std::int64_t rest = train.count - config.validation;
  const Dataset test = Part(train, rest, config.validation);
  train = Part(train, 0, rest);
  return Train(config, device, train, test, observer, ranks);
}

bool Train(const TrainConfig& config, Device& device, const Dataset& train, const Dataset& test,
           TrainObserver& observer, Communicator* ranks) {
  CheckConfig(config);
  return Trainer(config, device, train, test, observer, ranks).Run();
}

}  // namespace sumac
