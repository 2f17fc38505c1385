// SPDX-License-Identifier: Apache-2.0
// Whole training runs: the same words at any number of threads, on every device and after any
// interruption; what a run leaves in its folder, and when it refuses to go on.
#include <fmt/format.h>
#include <omp.h>
#include <zlib.h>

#include <sstream>

#include "model/devices.h"
#include "sw/io/file.h"
#include "sw/io/safetensors.h"
#include "tests/sw/train_tools.h"

namespace sumac {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

bool TrainBars(const TrainConfig& config, Device& device, TrainObserver& observer) {
  return Train(config, device, BarImages(kTrainImages, 1), BarImages(kTestImages, 2), observer);
}

void RunToTheEnd(const TrainConfig& config, std::unique_ptr<Device> device) {
  Watcher watcher;
  ASSERT_TRUE(TrainBars(config, *device, watcher));
}

std::string CheckpointBytes(const TrainConfig& config) {
  return ReadFile(config.out + "/model.safetensors");
}

// The lines of metrics.jsonl without what a clock decides.
std::vector<nlohmann::json> Metrics(const TrainConfig& config) {
  std::vector<nlohmann::json> records;
  std::istringstream lines(ReadFile(config.out + "/metrics.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    records.push_back(nlohmann::json::parse(line));
    records.back().erase("images_per_second");
    records.back().erase("seconds");
  }
  return records;
}

// zlib's CRC-32 over the words of all tensors in the file's order.
std::uint32_t WordsCrc(const TrainConfig& config) {
  uLong crc = 0;
  for (const NamedTensor& tensor : ReadSafetensors(config.out + "/model.safetensors").tensors) {
    crc = crc32_z(crc, reinterpret_cast<const Bytef*>(tensor.values.data()),
                  tensor.values.size() * sizeof(float));
  }
  return static_cast<std::uint32_t>(crc);
}

class Runs : public ::testing::Test {
 protected:
  TrainConfig Config(const std::string& name) const { return ShortRun(folder_.File(name)); }
  // An uninterrupted run of the configuration, under another name.
  TrainConfig Whole(TrainConfig config) const {
    config.out += "-whole";
    RunToTheEnd(config, MakeSimdDevice(1));
    return config;
  }
  void ExpectSameRun(const TrainConfig& got, const TrainConfig& expected) const {
    EXPECT_TRUE(CheckpointBytes(got) == CheckpointBytes(expected));
    EXPECT_EQ(Metrics(got), Metrics(expected));
  }

  TemporaryFolder folder_;
};

// The words of two runs, as first computed by this program on x86-64 with AVX-512: another
// machine, compiler or kernel must give them too. A change that moves them changes the numerics of
// docs/arithmetic.md, and is to say so.
TEST_F(Runs, HaveTheirKnownWords) {
  for (const std::string& kernel : KernelNames()) {
    TrainConfig pam = Config("pam-" + kernel);
    RunToTheEnd(pam, MakeSimdDevice(1, kernel));
    EXPECT_EQ(WordsCrc(pam), 0x364135AFu);
    TrainConfig mixed = Config("mixed-" + kernel);
    mixed.mul = Product::kIeee;
    mixed.mul_backward = Product::kPam;
    mixed.comp = kCompPamAlpha;
    mixed.schedule = "step";
    mixed.augment = "none";
    mixed.shards = 3;
    RunToTheEnd(mixed, MakeSimdDevice(1, kernel));
    EXPECT_EQ(WordsCrc(mixed), 0x7CAB8288u);
    TrainConfig all = Config("all-" + kernel);
    all.mul_free = MulFree::kAll;
    RunToTheEnd(all, MakeSimdDevice(1, kernel));
    EXPECT_EQ(WordsCrc(all), 0x2DDE6F47u);
  }
}

TEST_F(Runs, ThreadsAndDevicesDecideNoWord) {
  for (const MulFree mul_free : {MulFree::kGemm, MulFree::kAll}) {
    const auto config = [&](const std::string& name) {
      TrainConfig one_epoch = Config(name + (mul_free == MulFree::kAll ? "-all" : ""));
      one_epoch.epochs = 1;
      one_epoch.mul_free = mul_free;
      return one_epoch;
    };
    const TrainConfig whole = Whole(config("run"));
    const int before = omp_get_max_threads();
    for (const int threads : {2, 3}) {
      omp_set_num_threads(threads);
      const TrainConfig with_threads = config(fmt::format("threads-{}", threads));
      RunToTheEnd(with_threads, MakeSimdDevice(threads));
      ExpectSameRun(with_threads, whole);
    }
    omp_set_num_threads(before);
    const TrainConfig reference = config("reference");
    RunToTheEnd(reference, MakeReferenceDevice(2));
    ExpectSameRun(reference, whole);
  }
}

TEST_F(Runs, StoppedAnywhereResumeToTheSameWords) {
  TrainConfig base = Config("run");
  base.mul_backward = Product::kIeee;
  base.shards = 2;
  const TrainConfig whole = Whole(base);
  const std::unique_ptr<Device> device = MakeSimdDevice(1);
  // After every third report (steps and test batches alike), until the run is finished.
  int stops = 0;
  TrainConfig config = base;
  for (bool finished = false; !finished; config.resume = true) {
    int reports = 0;
    Watcher watcher([&reports](const TrainProgress&) { return ++reports == 3; });
    finished = TrainBars(config, *device, watcher);
    ASSERT_EQ(finished, !watcher.stop);
    stops += finished ? 0 : 1;
    ASSERT_LT(stops, 20);
  }
  EXPECT_GT(stops, 4);
  ExpectSameRun(config, whole);
}

TEST_F(Runs, KilledTheyResumeFromTheLastCheckpoint) {
  TrainConfig config = Config("run");
  config.mul_free = MulFree::kAll;
  const TrainConfig whole = Whole(config);
  config.checkpoint_every = 2;
  const std::unique_ptr<Device> device = MakeSimdDevice(1);
  // Killed after the fourth step of the second epoch: the checkpoint is of the second.
  struct Killed {};
  Watcher killer([](const TrainProgress& progress) {
    if (progress.epoch == 2 && progress.images_done == 32) throw Killed{};
    return false;
  });
  EXPECT_THROW(TrainBars(config, *device, killer), Killed);
  ASSERT_FALSE(CheckpointBytes(config) == CheckpointBytes(whole));
  // As if killed between writing an epoch's metrics and its checkpoint: it is trained again.
  const std::string metrics = config.out + "/metrics.jsonl";
  WriteFileAtomically(metrics, ReadFile(metrics) + "{\"epoch\": 2, \"train_loss\": 0}\n");
  config.resume = true;
  std::int64_t first_images = 0;
  Watcher watcher([&](const TrainProgress& progress) {
    if (first_images == 0) first_images = progress.images_done;
    return false;
  });
  EXPECT_TRUE(TrainBars(config, *device, watcher));
  EXPECT_EQ(first_images, 24);
  ExpectSameRun(config, whole);
  // A finished run has nothing left to do.
  EXPECT_TRUE(TrainBars(config, *device, watcher));
  ExpectSameRun(config, whole);
}

TEST_F(Runs, TellWhatTheyDo) {
  TrainConfig config = Config("run");
  const std::unique_ptr<Device> device = MakeSimdDevice(1);
  std::int64_t reports = 0;
  Watcher watcher([&](const TrainProgress& progress) {
    ++reports;
    EXPECT_EQ(progress.images_total, progress.testing ? kTestImages : kTrainImages);
    EXPECT_GT(progress.images_per_second, 0);
    return false;
  });
  EXPECT_TRUE(TrainBars(config, *device, watcher));
  EXPECT_EQ(reports, 3 * (5 + 2));
  EXPECT_EQ(watcher.last.epoch, 3);
  EXPECT_EQ(watcher.last.seconds_left, 0);
  ASSERT_EQ(watcher.records.size(), 3u);
  const auto metrics = Metrics(config);
  ASSERT_EQ(metrics.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(metrics[i].at("epoch"), i + 1);
    EXPECT_EQ(metrics[i].at("train_loss"), watcher.records[i].train_loss);
    EXPECT_EQ(metrics[i].at("test_accuracy"), watcher.records[i].test_accuracy);
  }
}

TEST_F(Runs, Learn) {
  for (const std::string name : {"pam", "ieee", "all"}) {
    TrainConfig config = Config(name);
    config.mul = name == "ieee" ? Product::kIeee : Product::kPam;
    config.mul_free = name == "all" ? MulFree::kAll : MulFree::kGemm;
    config.epochs = 10;
    config.augment = "none";  // which would move the bars to another class's place
    const std::unique_ptr<Device> device = MakeSimdDevice(1);
    Watcher watcher;
    EXPECT_TRUE(TrainBars(config, *device, watcher));
    EXPECT_LT(watcher.records.back().train_loss, 0.5 * watcher.records.front().train_loss);
    EXPECT_GE(watcher.records.back().test_accuracy, 0.8);
  }
}

// ---- Refusals, each with what is to be done, and files left whole ----

TEST_F(Runs, RefuseAFolderThatHoldsOne) {
  const TrainConfig config = Whole(Config("run"));
  const std::string before = CheckpointBytes(config);
  const std::unique_ptr<Device> device = MakeSimdDevice(1);
  Watcher watcher;
  ExpectRefused([&] { TrainBars(config, *device, watcher); },
                AllOf(HasSubstr(config.out), HasSubstr("--resume")));
  EXPECT_TRUE(CheckpointBytes(config) == before);
  TrainConfig none = Config("none");
  none.resume = true;
  ExpectRefused([&] { TrainBars(none, *device, watcher); }, HasSubstr(none.out));
}

TEST_F(Runs, RefuseToResumeAnother) {
  const TrainConfig whole = Whole(Config("run"));
  const std::string before = CheckpointBytes(whole);
  const std::string metrics = ReadFile(whole.out + "/metrics.jsonl");
  const std::unique_ptr<Device> device = MakeSimdDevice(1);
  Watcher watcher;
  const auto refused = [&](const std::string& difference, auto change) {
    TrainConfig config = whole;
    config.resume = true;
    change(config);
    ExpectRefused([&] { TrainBars(config, *device, watcher); },
                  AllOf(HasSubstr(whole.out), HasSubstr(difference), HasSubstr("--out")));
  };
  refused("lr is 0.05 there and 0.1 here", [](TrainConfig& c) { c.lr = 0.1; });
  refused("model is \"resnet8\" there", [](TrainConfig& c) { c.model = "resnet14"; });
  refused("mul is \"pam\" there", [](TrainConfig& c) { c.mul = Product::kIeee; });
  refused("mul-backward is", [](TrainConfig& c) { c.mul_backward = Product::kIeee; });
  refused("mul-free is \"gemm\" there", [](TrainConfig& c) { c.mul_free = MulFree::kAll; });
  refused("seed is", [](TrainConfig& c) { c.seed = 9; });
  refused("shards is", [](TrainConfig& c) { c.shards = 2; });
  TrainConfig config = whole;
  config.resume = true;
  ExpectRefused(
      [&] {
        Train(config, *device, BarImages(kTrainImages + 1, 1), BarImages(kTestImages, 2), watcher);
      },
      HasSubstr("an epoch has 34 images there and 35 here"));
  EXPECT_TRUE(CheckpointBytes(whole) == before);
  // Metrics that do not lead up to the checkpoint.
  WriteFileAtomically(whole.out + "/metrics.jsonl", metrics.substr(0, metrics.find('\n') + 1));
  ExpectRefused([&] { TrainBars(config, *device, watcher); },
                AllOf(HasSubstr("metrics.jsonl"), HasSubstr("put the run's file back")));
  EXPECT_TRUE(CheckpointBytes(whole) == before);
}

TEST_F(Runs, ThatDivergeStopAtTheLastGoodCheckpoint) {
  TrainConfig config = Config("run");
  config.lr = 1e30;
  config.warmup = 0;
  config.schedule = "constant";
  const std::unique_ptr<Device> device = MakeSimdDevice(1);
  Watcher watcher;
  ExpectRefused([&] { TrainBars(config, *device, watcher); },
                AllOf(HasSubstr("--lr"), HasSubstr(config.out)));
  // It can be read, and is of the start.
  for (const NamedTensor& tensor : ReadSafetensors(config.out + "/model.safetensors").tensors) {
    for (const float word : tensor.values) ASSERT_TRUE(std::isfinite(word)) << tensor.name;
  }
}

TEST_F(Runs, RefuseConfigurationsOutOfRange) {
  const std::unique_ptr<Device> device = MakeSimdDevice(1);
  Watcher watcher;
  const auto refused = [&](const std::string& named, auto change) {
    TrainConfig config = Config("run");
    change(config);
    ExpectRefused([&] { TrainBars(config, *device, watcher); }, HasSubstr(named));
  };
  refused("epochs", [](TrainConfig& c) { c.epochs = 0; });
  refused("batch", [](TrainConfig& c) { c.batch = 0; });
  refused("lr", [](TrainConfig& c) { c.lr = 0; });
  refused("momentum", [](TrainConfig& c) { c.momentum = 1; });
  refused("weight-decay", [](TrainConfig& c) { c.weight_decay = -1; });
  refused("warmup", [](TrainConfig& c) { c.warmup = 4; });
  refused("shards", [](TrainConfig& c) { c.shards = 0; });
  refused("mul-free is all", [](TrainConfig& c) {
    c.mul_free = MulFree::kAll;
    c.mul_backward = Product::kIeee;
  });
  refused("limit-train is 35", [](TrainConfig& c) { c.limit_train = 35; });
  refused("--out", [](TrainConfig& c) { c.out = ""; });
  EXPECT_EQ(folder_.Count(), 0);
}

}  // namespace
}  // namespace sumac
