// SPDX-License-Identifier: Apache-2.0
// `mpirun -n N sumac ...`: the same words and cycles as in one process; a lost rank ends the run.
#include <chrono>
#include <csignal>
#include <string>
#include <thread>

#include "sw/io/file.h"
#include "tests/cli/mpi.h"

namespace sumac {
namespace {

using ::testing::HasSubstr;

class Mpi : public MpiTest {
 protected:
  std::string Checkpoint() const {
    const Result trained =
        sumac::Sumac({"train", "--model", "resnet8", "--limit-train", "16", "--validation", "8",
                      "--batch", "8", "--epochs", "1", "--out", folder_.File("run")});
    EXPECT_EQ(trained.status, 0) << trained.err;
    return folder_.File("run") + "/model.safetensors";
  }

  // What must be the same however many processes there are.
  static nlohmann::json Facts(const Result& result) {
    EXPECT_EQ(result.status, 0) << result.err;
    nlohmann::json json = result.Json();
    json.erase("elapsed_ns");
    return json;
  }
};

TEST_F(Mpi, RunsAndStepsAreTheSameOnAnyNumberOfRanksAndThreads) {
  const std::string checkpoint = Checkpoint();
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"run", "--images", "1"}, {"step", "--batch", "1"}}) {
    std::vector<std::string> call = command;
    for (const char* word : {"--checkpoint", checkpoint.c_str(), "--engine", "rtl", "--check",
                             "--json", "--stall-seed", "7"}) {
      call.emplace_back(word);
    }
    const auto with_threads = [&](const char* threads) {
      std::vector<std::string> full = call;
      full.insert(full.end(), {"--threads", threads});
      return full;
    };
    const nlohmann::json alone = Facts(sumac::Sumac(with_threads("1")));
    EXPECT_EQ(alone.at("mismatches"), 0);
    EXPECT_GT(alone.at("compared"), 10'000);
    EXPECT_GT(alone.at("cycles"), alone.at("predicted_cycles")) << "streams stall";
    EXPECT_EQ(Facts(sumac::Sumac(with_threads("2"))), alone);
    EXPECT_EQ(Facts(Sumac(2, with_threads("1"))), alone);
    EXPECT_EQ(Facts(Sumac(3, with_threads("2"))), alone);
  }
}

TEST_F(Mpi, RanksShareTheCasesOfVerify) {
  const Result result = Sumac(2, {"verify", "--seconds", "1", "--threads", "1", "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const auto json = result.Json();
  EXPECT_GT(json.at("cases"), 1);
  EXPECT_EQ(json.at("mismatches"), 0);
  std::int64_t cases = 0;
  for (const auto& array : json.at("arrays")) cases += array.at("cases").get<std::int64_t>();
  EXPECT_EQ(cases, json.at("cases"));
}

TEST_F(Mpi, WhatAllFailOfIsToldOnce) {
  const Result result = Sumac(2, {"run", "--checkpoint", folder_.File("none"), "--images", "1"});
  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.out, "");
  const std::string sentence = "sumac run: " + folder_.File("none");
  EXPECT_THAT(result.err, HasSubstr(sentence));
  EXPECT_EQ(result.err.find(sentence), result.err.rfind(sentence));
}

TEST_F(Mpi, OtherCommandsAreRefused) {
  const Result result = Sumac(2, {"eval", "--checkpoint", folder_.File("none")});
  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("sumac eval: this command works in one process"));
}

TEST_F(Mpi, ALostRankEndsTheRun) {
  const std::string checkpoint = Checkpoint();
  Program program({"run", "--checkpoint", checkpoint, "--images", "60", "--engine", "rtl"}, "", "",
                  Launcher(2));
  const std::vector<pid_t> ranks = RanksOf(program, 2);
  ASSERT_EQ(ranks.size(), 2u);
  std::this_thread::sleep_for(std::chrono::seconds(2));  // it takes about a minute
  kill(ranks.back(), SIGKILL);
  const Result result = program.Wait();
  EXPECT_NE(result.status, 0);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("signal 9"));
  EXPECT_THAT(result.err, HasSubstr("sumac run: interrupted"));
}

}  // namespace
}  // namespace sumac
