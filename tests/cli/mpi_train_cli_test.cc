// SPDX-License-Identifier: Apache-2.0
// `mpirun -n N sumac train`: the checkpoints of one process; a rank that dies or a signal leaves
// one from which any number of processes goes on.
#include <fmt/format.h>

#include <csignal>
#include <filesystem>
#include <optional>

#include "sw/io/file.h"
#include "tests/cli/mpi.h"

namespace sumac {
namespace {

using ::testing::HasSubstr;

// Said by the first rank.
constexpr const char* kInterruptedFirst =
    "interrupted; the checkpoint of the last finished step is written. Go on with: sumac train "
    "--resume";

class MpiTrain : public MpiTest {
 protected:
  static constexpr const char* kLong =
      "8000";  // images of a run that is not over before it is ended

  std::vector<std::string> Call(const std::string& name, const std::string& mul = "pam",
                                const std::string& images = "200") const {
    return {"train",
            "--model",
            "resnet8",
            "--data",
            "fashion-mnist",
            "--limit-train",
            images,
            "--mul",
            mul,
            "--validation",
            "100",
            "--batch",
            "32",
            "--shards",
            "4",
            "--epochs",
            "1",
            "--out",
            Folder(name),
            "--threads",
            "1"};
  }
  std::string Folder(const std::string& name) const { return folder_.File(name); }
  std::string Bytes(const std::string& name) const {
    return ReadFile(Folder(name) + "/model.safetensors");
  }

  // The checkpoint of the long run in one process.
  const std::string& Whole() const {
    static const std::string bytes = [this] {
      const Result whole = sumac::Sumac(Call("whole", "pam", kLong));
      EXPECT_EQ(whole.status, 0) << whole.err;
      return Bytes("whole");
    }();
    return bytes;
  }

  // The long run on two ranks, ended by `end(program, ranks)` after some steps, resumed by one
  // process.
  template <typename End>
  Result EndedAndResumed(const std::string& name, End end) const {
    // mpirun passes a signal on after so many seconds, and ends what is left after as many more:
    // enough for a checkpoint on a busy machine.
    setenv("OMPI_MCA_odls_base_sigkill_timeout", "2", 1);
    std::vector<std::string> call = Call(name, "pam", kLong);
    call.insert(call.end(), {"--checkpoint-every", "1"});
    Program program(call, "", "", Launcher(2));
    const std::vector<pid_t> ranks = RanksOf(program, 2);
    // Until the second checkpoint: a step is done, another under way.
    const std::string checkpoint = Folder(name) + "/model.safetensors";
    std::optional<std::filesystem::file_time_type> first;
    while (program.Running()) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      if (!std::filesystem::exists(checkpoint)) continue;
      const auto time = std::filesystem::last_write_time(checkpoint);
      if (!first) first = time;
      if (time != *first) break;
    }
    end(program, ranks);
    const Result ended = program.Wait();
    const Result resumed = sumac::Sumac({"train", "--resume", "--out", Folder(name)});
    EXPECT_EQ(resumed.status, 0) << resumed.err;
    EXPECT_TRUE(Bytes(name) == Whole());
    return ended;
  }
};

TEST_F(MpiTrain, RanksDecideNoWord) {
  for (const char* mul : {"pam", "ieee"}) {
    const std::string alone = fmt::format("{}-1", mul);
    ASSERT_EQ(sumac::Sumac(Call(alone, mul)).status, 0);
    for (const int ranks : {2, 4}) {
      const std::string name = fmt::format("{}-{}", mul, ranks);
      const Result result = Sumac(ranks, Call(name, mul));
      EXPECT_EQ(result.status, 0) << result.err;
      EXPECT_THAT(result.out, HasSubstr("resnet8: test accuracy"));
      EXPECT_TRUE(Bytes(name) == Bytes(alone)) << name;
    }
  }
}

TEST_F(MpiTrain, ALostRankEndsTheRunWithACheckpoint) {
  const Result ended = EndedAndResumed(
      "lost", [](const Program&, const auto& ranks) { kill(ranks.back(), SIGKILL); });
  EXPECT_NE(ended.status, 0);
  EXPECT_THAT(ended.err, HasSubstr("sumac train: rank "));
  EXPECT_THAT(ended.err, HasSubstr(") has died; "));
  EXPECT_THAT(ended.err, HasSubstr("sumac train --resume --out " + Folder("lost")));
}

TEST_F(MpiTrain, ASignalEndsTheRunWithACheckpoint) {
  const Result ended = EndedAndResumed(
      "signal", [](const Program& program, const auto&) { program.Signal(SIGINT); });
  EXPECT_NE(ended.status, 0);
  EXPECT_THAT(ended.err, HasSubstr(kInterruptedFirst));
}

TEST_F(MpiTrain, OneRankThatIsStoppedStopsAll) {
  const Result ended = EndedAndResumed(
      "one", [](const Program&, const auto& ranks) { kill(ranks.back(), SIGTERM); });
  EXPECT_NE(ended.status, 0);
  EXPECT_THAT(ended.err, HasSubstr(kInterruptedFirst));
}

TEST_F(MpiTrain, RanksHaveToDivideTheShards) {
  const Result result = Sumac(3, Call("three"));
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("sumac train: 3 processes cannot share 4 shards evenly"));
  EXPECT_FALSE(std::filesystem::exists(Folder("three") + "/config.json"));
}

}  // namespace
}  // namespace sumac
