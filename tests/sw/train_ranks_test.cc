// SPDX-License-Identifier: Apache-2.0
// Training shared between ranks, here the threads of one process: the same checkpoints and metrics
// at any number of them, wherever they stop and with whichever number they go on. The ranks of
// mpirun are in tests/cli/mpi_train_cli_test.cc.
#include <fmt/format.h>
#include <omp.h>

#include <barrier>
#include <filesystem>
#include <mutex>
#include <sstream>
#include <thread>

#include "model/devices.h"
#include "sw/io/file.h"
#include "tests/sw/train_tools.h"

namespace sumac {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

using Out = std::span<const std::span<const std::byte>>;
using In = std::span<const std::span<std::byte>>;

// What the threads share.
struct Room {
  explicit Room(int ranks) : size(ranks), out(static_cast<std::size_t>(ranks)), all(ranks) {}
  int size;
  std::vector<Out> out;  // by rank, while all are inside an Exchange
  std::barrier<> all;
};

// Stops before the `last`-th Exchange where that is not 0.
class ThreadRank : public Communicator {
 public:
  ThreadRank(Room& room, int rank, int last) : room_(room), rank_(rank), last_(last) {}
  int rank() const override { return rank_; }
  int size() const override { return room_.size; }
  void Exchange(Out out, In in) override {
    if (++count_ == last_) throw RanksStopped("stopped");
    room_.out[static_cast<std::size_t>(rank_)] = out;
    room_.all.arrive_and_wait();
    for (std::size_t r = 0; r < in.size(); ++r) {
      const std::span<const std::byte> from = room_.out[r][static_cast<std::size_t>(rank_)];
      if (from.size() != in[r].size()) std::terminate();  // the ranks do not agree
      std::ranges::copy(from, in[r].begin());
    }
    room_.all.arrive_and_wait();
  }

 private:
  Room& room_;
  int rank_;
  int last_;
  int count_ = 0;
};

struct Ended {
  int stopped = 0;  // ranks that threw RanksStopped
  std::vector<std::string> errors;
  std::vector<EpochRecord> first_records;
};

// Trains on so many threads; `train_images` may differ by rank.
Ended TrainOn(
    int ranks, const TrainConfig& config, int last_exchange = 0,
    const std::function<std::int64_t(int)>& train_images = [](int) { return kTrainImages; }) {
  Room room(ranks);
  Ended ended;
  std::mutex mutex;
  std::vector<std::jthread> threads;
  for (int rank = 0; rank < ranks; ++rank) {
    threads.emplace_back([&, rank] {
      omp_set_num_threads(1);
      ThreadRank communicator(room, rank, last_exchange);
      Watcher watcher;
      const auto device = MakeSimdDevice(1);
      const Dataset train = BarImages(train_images(rank), 1);
      const auto note = [&](auto what) {
        const std::scoped_lock lock(mutex);
        what();
      };
      try {
        Train(config, *device, train, BarImages(kTestImages, 2), watcher, &communicator);
      } catch (const RanksStopped&) {
        note([&] { ++ended.stopped; });
      } catch (const Error& error) {
        note([&] { ended.errors.emplace_back(error.what()); });
      }
      if (rank == 0) ended.first_records = watcher.records;
    });
  }
  threads.clear();
  return ended;
}

class Ranks : public ::testing::Test {
 protected:
  TrainConfig Config(const std::string& name) const {
    TrainConfig config = ShortRun(folder_.File(name));
    config.epochs = 2;
    config.shards = 4;  // the last batch has two images: a shard of two has none
    return config;
  }
  // The configuration in one process.
  TrainConfig Whole(TrainConfig config) const {
    config.out += "-whole";
    Watcher watcher;
    EXPECT_TRUE(Train(config, *MakeSimdDevice(1), BarImages(kTrainImages, 1),
                      BarImages(kTestImages, 2), watcher));
    return config;
  }
  static std::string Bytes(const TrainConfig& config) {
    return ReadFile(config.out + "/model.safetensors");
  }
  static void ExpectSameRun(const TrainConfig& got, const TrainConfig& expected) {
    EXPECT_TRUE(Bytes(got) == Bytes(expected)) << got.out;
    const auto figures = [](const TrainConfig& config) {
      std::vector<std::string> lines;
      std::istringstream text(ReadFile(config.out + "/metrics.jsonl"));
      for (std::string line; std::getline(text, line);) {
        lines.push_back(line.substr(0, line.find(",\"images_per_second\"")));
      }
      return lines;
    };
    EXPECT_EQ(figures(got), figures(expected));
  }

  TemporaryFolder folder_;
};

TEST_F(Ranks, DecideNoWord) {
  std::vector<TrainConfig> configs(3, Config("pam"));
  configs[1].out = folder_.File("mixed");
  configs[1].mul = Product::kIeee;
  configs[1].mul_backward = Product::kPam;
  configs[1].comp = kCompLMul;
  configs[2].out = folder_.File("all");
  configs[2].mul_free = MulFree::kAll;
  for (const TrainConfig& config : configs) {
    const TrainConfig whole = Whole(config);
    for (const int ranks : {1, 2, 4}) {
      TrainConfig shared = config;
      shared.out += fmt::format("-{}", ranks);
      const Ended ended = TrainOn(ranks, shared);
      EXPECT_EQ(ended.first_records.size(), 2u);
      ExpectSameRun(shared, whole);
    }
  }
}

TEST_F(Ranks, StoppedAnywhereGoOnWithAnyNumber) {
  const TrainConfig whole = Whole(Config("run"));
  TrainConfig config = Config("run");
  // Each time before another exchange of a step, which has 32, or of a test.
  for (const auto& [ranks, last] :
       std::vector<std::pair<int, int>>{{2, 2}, {4, 60}, {2, 83}, {4, 45}, {2, 62}}) {
    const Ended ended = TrainOn(ranks, config, last);
    EXPECT_EQ(ended.stopped, ranks) << last;
    EXPECT_FALSE(Bytes(config) == Bytes(whole));
    config.resume = true;
  }
  Watcher watcher;
  EXPECT_TRUE(Train(config, *MakeSimdDevice(1), BarImages(kTrainImages, 1),
                    BarImages(kTestImages, 2), watcher));
  ExpectSameRun(config, whole);
}

TEST_F(Ranks, ThatDoNotDivideTheShardsAreRefused) {
  const TrainConfig config = Config("run");
  const Ended ended = TrainOn(3, config);
  ASSERT_EQ(ended.errors.size(), 3u);
  EXPECT_THAT(ended.errors[0], AllOf(HasSubstr("3 processes cannot share 4 shards evenly"),
                                     HasSubstr("give --shards a multiple of 3")));
  EXPECT_EQ(folder_.Count(), 0);
}

TEST_F(Ranks, OfDifferentImagesAreRefused) {
  TrainConfig config = Config("run");
  config.limit_train = kTrainImages;
  const Ended ended = TrainOn(2, config, 0, [](int rank) { return kTrainImages + rank; });
  ASSERT_EQ(ended.errors.size(), 2u);
  EXPECT_THAT(ended.errors[0], HasSubstr("process 2 of 2 begins with another configuration"));
  EXPECT_FALSE(std::filesystem::exists(config.out + "/model.safetensors"));
}

}  // namespace
}  // namespace sumac
