// SPDX-License-Identifier: Apache-2.0
// The program's engines rtl and core: every Verilated array, core and unit, words equal to the
// reference.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include "model/word.h"
#include "sw/io/file.h"
#include "sw/io/npy.h"
#include "tests/cli/program.h"

namespace sumac {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::vector<std::string> Join(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// One of the hardware of `sumac info`.
struct Hardware {
  std::vector<std::string> engine;      // the options that choose it
  std::vector<std::string> arithmetic;  // and its arithmetic
};

std::vector<Hardware> AllHardware() {
  std::vector<Hardware> all;
  const auto info = Sumac({"info", "--json"}).Json();
  for (const char* list : {"arrays", "cores"}) {
    for (const auto& array : info.at(list)) {
      Hardware hardware;
      hardware.engine = {"--engine", array.contains("bus_bits") ? "rtl" : "core", "--array",
                         array.at("array")};
      if (array.contains("bus_bits")) {
        const std::string bits = std::to_string(array.at("bus_bits").get<int>());
        hardware.engine = Join(hardware.engine, {"--bus-bits", bits});
      }
      hardware.arithmetic = {"--format",      array.at("format"), "--mul",
                             array.at("mul"), "--comp",           array.at("comp")};
      all.push_back(hardware);
    }
  }
  return all;
}

TEST(Rtl, UnitsEqualTheReference) {
  const std::uint64_t seed = 31;
  SCOPED_TRACE("seed 31");
  std::mt19937 random(seed);
  std::string in;
  for (int i = 0; i < 5000; ++i) {
    const auto word = [&] { return static_cast<Word>(random()) | (random() % 8 ? 0 : kInfinity); };
    in += fmt::format("{:08x} {:08x}\n", word(), word());
  }
  const auto info = Sumac({"info", "--json"}).Json();
  for (const auto& array : info.at("arrays")) {
    const std::string op = array.at("mul") == "pam" ? "pam" : "mul";
    for (const std::string& name : {op, std::string("add")}) {
      const std::vector<std::string> call = {
          "op", name, "--format", array.at("format"), "--comp", array.at("comp"), "--engine"};
      const Result rtl = Sumac(Join(call, {"rtl"}), in);
      EXPECT_EQ(rtl.status, 0) << rtl.err;
      EXPECT_TRUE(rtl.out == Sumac(Join(call, {"reference"}), in).out) << array.dump() << name;
    }
  }
}

TEST(Rtl, GemmIsTheSameOnEveryArrayWithStallsOrWithout) {
  const std::uint64_t seed = 33;
  SCOPED_TRACE("seed 33");
  std::mt19937 random(seed);
  const TemporaryFolder folder;
  const auto fill = [&](const std::string& name, std::int64_t rows, std::int64_t columns) {
    Array array{{rows, columns}, {}};
    for (std::int64_t i = 0; i < rows * columns; ++i) {
      array.values.push_back(ToFloat((static_cast<Word>(random()) & 0x8FFFFFFF) | 0x38000000));
    }
    array.values[3] = ToFloat(kInfinity);
    WriteNpy(folder.File(name), array);
  };
  fill("a.npy", 29, 41);
  fill("b.npy", 41, 19);
  fill("c.npy", 29, 19);
  const std::vector<std::string> call = {
      "gemm", "--a", folder.File("a.npy"), "--b", folder.File("b.npy"), "--c", folder.File("c.npy"),
      "--out"};
  for (const Hardware& hardware : AllHardware()) {
    SCOPED_TRACE(testing::PrintToString(hardware.engine));
    ASSERT_EQ(Sumac(Join(Join(call, {folder.File("expected.npy"), "--engine", "reference"}),
                         hardware.arithmetic))
                  .status,
              0);
    std::int64_t cycles = 0;
    for (const char* stall_seed : {"0", "5"}) {
      const Result result = Sumac(Join(Join(Join(call, {folder.File("out.npy"), "--stall-seed",
                                                        stall_seed, "--json", "--check"}),
                                            hardware.engine),
                                       hardware.arithmetic));
      ASSERT_EQ(result.status, 0) << result.err;
      EXPECT_TRUE(ReadFile(folder.File("out.npy")) == ReadFile(folder.File("expected.npy")))
          << "stall seed " << stall_seed;
      const auto json = result.Json();
      EXPECT_EQ(json.at("mismatches"), 0);
      EXPECT_GT(json.at("cycles"), cycles) << "stalls must cost cycles";
      EXPECT_GT(json.at("utilization"), 0);
      EXPECT_LT(json.at("utilization"), 1);
      cycles = json.at("cycles");
    }
  }
}

TEST(Rtl, RunsANetworkAndComparesEveryWord) {
  const TemporaryFolder folder;
  const std::string out = folder.File("run");
  const Result trained =
      Sumac({"train", "--model", "resnet8", "--limit-train", "32", "--validation", "16", "--batch",
             "16", "--epochs", "1", "--out", out});
  ASSERT_EQ(trained.status, 0) << trained.err;
  const std::vector<std::string> call = {
      "run", "--checkpoint", out + "/model.safetensors", "--images", "1", "--json"};
  const std::string trace = folder.File("trace.fst");
  const Result result = Sumac(Join(call, {"--engine", "core", "--check", "--trace", trace}));
  ASSERT_EQ(result.status, 0) << result.err;
  const auto json = result.Json();
  EXPECT_EQ(json.at("mismatches"), 0);
  for (const auto& layer : json.at("layers")) {
    EXPECT_GT(layer.at("cycles"), 0);
    EXPECT_EQ(layer.at("predicted_cycles"), layer.at("cycles")) << layer;
    EXPECT_GT(layer.at("utilization"), 0);
    EXPECT_LE(layer.at("utilization"), 1);
  }
  EXPECT_EQ(json.at("logits_crc32"), Sumac(call).Json().at("logits_crc32"));
  EXPECT_GT(std::filesystem::file_size(trace), 1000u);

  // `cycles` knows the same network from its sizes alone; inputs are given with their padding.
  const std::string topology = folder.File("resnet8.csv");
  WriteFileAtomically(topology,
                      "Layer,Height,Width,Filter height,Filter width,Channels,Filters,Stride,\n"
                      "conv1,30,30,3,3,1,16,1,\n"
                      "layer1.0.conv1,30,30,3,3,16,16,1,\nlayer1.0.conv2,30,30,3,3,16,16,1,\n"
                      "layer2.0.conv1,30,30,3,3,16,32,2,\nlayer2.0.conv2,16,16,3,3,32,32,1,\n"
                      "layer3.0.conv1,16,16,3,3,32,64,2,\nlayer3.0.conv2,9,9,3,3,64,64,1,\n"
                      "linear,1,1,1,1,64,10,1,\n");
  const auto estimate = Sumac({"cycles", "--topology", topology, "--json"}).Json();
  EXPECT_EQ(estimate.at("total_cycles"), json.at("cycles"));
  ASSERT_EQ(estimate.at("layers").size(), json.at("layers").size());
  for (std::size_t i = 0; i < json.at("layers").size(); ++i) {
    EXPECT_EQ(estimate.at("layers")[i].at("cycles"), json.at("layers")[i].at("cycles")) << i;
  }
}

// A run of resnet8 on few images, on an engine; returns its checkpoint.
std::string TrainedOn(const std::string& engine, const std::string& out) {
  const Result trained =
      Sumac({"train", "--model", "resnet8", "--limit-train", "16", "--validation", "8", "--batch",
             "8", "--epochs", "1", "--engine", engine, "--out", out});
  EXPECT_EQ(trained.status, 0) << trained.err;
  return out + "/model.safetensors";
}

TEST(Rtl, TrainsToTheSameCheckpoint) {
  const TemporaryFolder folder;
  const std::string simd = ReadFile(TrainedOn("simd", folder.File("simd")));
  EXPECT_GT(simd.size(), 300'000u);
  for (const std::string engine : {"rtl", "core"}) {
    EXPECT_TRUE(ReadFile(TrainedOn(engine, folder.File(engine))) == simd) << engine;
  }
}

TEST(Rtl, TheCoreTakesATrainingStepAndComparesEveryWord) {
  const TemporaryFolder folder;
  const std::string checkpoint = TrainedOn("simd", folder.File("run"));
  const std::vector<std::string> call = {"step", "--checkpoint", checkpoint, "--batch",
                                         "2",    "--json"};
  const auto simd = Sumac(call).Json();
  for (const bool stalls : {false, true}) {
    const Result result =
        Sumac(Join(call, {"--engine", "core", "--stall-seed", stalls ? "3" : "0", "--check"}));
    ASSERT_EQ(result.status, 0) << result.err;
    const auto json = result.Json();
    EXPECT_EQ(json.at("mismatches"), 0);
    EXPECT_GT(json.at("compared"), 100'000);
    EXPECT_EQ(json.at("state_mismatches"), 0);
    EXPECT_GT(json.at("state_compared"), 70'000);
    EXPECT_EQ(json.at("logits_crc32"), simd.at("logits_crc32"));
    EXPECT_EQ(json.at("loss"), simd.at("loss"));
    ASSERT_EQ(json.at("layers").size(), 8u + 7u + 8u) << "forward, input and weight gradients";
    for (const auto& layer : json.at("layers")) {
      if (stalls) {
        EXPECT_GT(layer.at("cycles"), layer.at("predicted_cycles")) << layer;
      } else {
        EXPECT_EQ(layer.at("cycles"), layer.at("predicted_cycles")) << layer;
      }
    }
  }
  const Result too_many = Sumac({"step", "--checkpoint", checkpoint, "--batch", "70000"});
  EXPECT_EQ(too_many.status, 2);
  EXPECT_THAT(too_many.err, HasSubstr("--batch asks for 70000 training images"));
}

TEST(Rtl, TakesATrainingStepAndComparesEveryWord) {
  const TemporaryFolder folder;
  const std::string checkpoint = TrainedOn("simd", folder.File("run"));
  const std::vector<std::string> call = {"step", "--checkpoint", checkpoint, "--batch",
                                         "2",    "--json"};
  const auto simd = Sumac(call).Json();
  const std::string trace = folder.File("trace.fst");
  const Result result = Sumac(Join(call, {"--engine", "rtl", "--check"}));
  ASSERT_EQ(result.status, 0) << result.err;
  const auto json = result.Json();
  EXPECT_EQ(json.at("mismatches"), 0);
  EXPECT_GT(json.at("compared"), 100'000);
  EXPECT_EQ(json.at("state_mismatches"), 0);
  EXPECT_GT(json.at("state_compared"), 70'000);
  EXPECT_EQ(json.at("logits_crc32"), simd.at("logits_crc32"));
  for (const auto& layer : json.at("layers")) {
    EXPECT_GT(layer.at("cycles"), 0) << layer;
    EXPECT_EQ(layer.at("predicted_cycles"), layer.at("cycles")) << layer;
  }
  // `cycles` knows the same step from the network's sizes alone.
  const auto estimate = Sumac({"cycles", "--network", "resnet8-fashion", "--batch", "2",
                               "--training", "--bus-bits", "128", "--json"})
                            .Json();
  EXPECT_EQ(estimate.at("total_cycles"), json.at("cycles"));
  ASSERT_EQ(estimate.at("layers").size(), json.at("layers").size());
  for (const auto& layer : json.at("layers")) {
    const auto same = std::ranges::find_if(estimate.at("layers"), [&](const auto& other) {
      return other.at("name") == layer.at("name");
    });
    ASSERT_NE(same, estimate.at("layers").end()) << layer;
    EXPECT_EQ(same->at("cycles"), layer.at("cycles")) << layer;
  }
  // A network with a folded batch norm and residuals; the memory's speed changes cycles alone.
  std::int64_t cycles = 0;
  for (const char* latency : {"1", "200"}) {
    const Result run =
        Sumac({"run", "--checkpoint", checkpoint, "--images", "1", "--json", "--check", "--engine",
               "rtl", "--latency", latency, "--trace", trace});
    ASSERT_EQ(run.status, 0) << run.err;
    EXPECT_EQ(run.Json().at("mismatches"), 0);
    EXPECT_EQ(run.Json().at("predicted_cycles"), run.Json().at("cycles"));
    EXPECT_GT(run.Json().at("cycles"), cycles);
    cycles = run.Json().at("cycles");
  }
  EXPECT_GT(std::filesystem::file_size(trace), 1000u);
}

TEST(Rtl, VerifyFindsNothingAndRepeatsItsCases) {
  const auto json = Sumac({"verify", "--seconds", "2", "--seed", "9", "--json"}).Json();
  EXPECT_EQ(json.at("seed"), 9);
  EXPECT_GT(json.at("cases"), 0);
  EXPECT_GT(json.at("compared"), 0);
  EXPECT_EQ(json.at("mismatches"), 0);
  EXPECT_GT(json.at("predicted"), 0);
  EXPECT_EQ(json.at("mispredicted"), 0);
  EXPECT_GT(json.at("arrays").back().at("bus_bits"), 0);
  EXPECT_THAT(json.at("arrays").front().at("engine").get<std::string>(), StartsWith("simd "));
  const std::vector<std::string> one = {"verify", "--seed", "9", "--case", "4"};
  const Result first = Sumac(one);
  EXPECT_EQ(first.status, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("1 cases"));
  EXPECT_EQ(Sumac(one).out, first.out);
  EXPECT_THAT(Sumac({"verify", "--seconds", "0"}).err, StartsWith("verify: seed "));
}

TEST(Rtl, VerifyCanBeInterrupted) {
  Program program({"verify", "--seconds", "600"});
  std::this_thread::sleep_for(std::chrono::seconds(1));
  program.Signal(SIGINT);
  const Result result = program.Wait();
  EXPECT_EQ(result.status, 130);
  EXPECT_THAT(result.err, HasSubstr("interrupted after"));
}

TEST(Rtl, SaysWhichArraysThereAre) {
  const TemporaryFolder folder;
  WriteNpy(folder.File("a.npy"), {{1, 1}, {1.0f}});
  const std::vector<std::string> gemm = {"gemm",
                                         "--a",
                                         folder.File("a.npy"),
                                         "--b",
                                         folder.File("a.npy"),
                                         "--out",
                                         folder.File("c.npy"),
                                         "--engine",
                                         "rtl"};
  const std::string first = Sumac({"info", "--json"}).Json().at("arrays")[0].at("array");
  ExpectWrongCall(Join(gemm, {"--array", "3x17"}), first);
  ExpectWrongCall(Join(gemm, {"--format", "e8m5"}), first);
  ExpectWrongCall(Join(gemm, {"--comp", "0x123"}), first);
  ExpectWrongCall({"op", "pam", "--engine", "rtl", "--comp", "0x123"}, "Verilated");
  ExpectWrongCall({"op", "pam", "--engine", "core"}, "--engine rtl");
  ExpectWrongCall({"gemm", "--a", folder.File("a.npy"), "--b", folder.File("a.npy"), "--out",
                   folder.File("c.npy"), "--engine", "core", "--latency", "3"},
                  "--engine rtl");
  ExpectWrongCall({"verify", "--seconds", "1", "--array", "3x17"}, first);
  EXPECT_FALSE(std::filesystem::exists(folder.File("c.npy")));
}

}  // namespace
}  // namespace sumac
