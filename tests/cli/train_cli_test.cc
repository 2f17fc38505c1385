// SPDX-License-Identifier: Apache-2.0
// `train`, `eval`, `run` and `curves` on a few images.
#include <fmt/format.h>

#include <chrono>
#include <csignal>
#include <sstream>
#include <thread>

#include "sw/io/file.h"
#include "sw/io/safetensors.h"
#include "tests/cli/program.h"

namespace sumac {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

// A short training run on Fashion-MNIST, tested on held-out training images.
std::vector<std::string> TrainCall(const std::string& out,
                                   const std::vector<std::string>& more = {}) {
  std::vector<std::string> call = {"train",
                                   "--model",
                                   "resnet8",
                                   "--limit-train",
                                   "96",
                                   "--validation",
                                   "16",
                                   "--batch",
                                   "16",
                                   "--epochs",
                                   "2",
                                   "--lr",
                                   "0.05",
                                   "--checkpoint-every",
                                   "1",
                                   "--augment",
                                   "pad-crop-flip",
                                   "--out",
                                   out};
  call.insert(call.end(), more.begin(), more.end());
  return call;
}

// The lines of metrics.jsonl without what a clock decides.
std::vector<nlohmann::json> Metrics(const std::string& out) {
  std::vector<nlohmann::json> records;
  std::istringstream lines(ReadFile(out + "/metrics.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    records.push_back(nlohmann::json::parse(line));
    for (const char* key : {"images_per_second", "seconds"}) {
      EXPECT_EQ(records.back().erase(key), 1u) << key;
    }
  }
  return records;
}

// docs/results.md, "CIFAR-10", on five images.
TEST(Train, Cifar10) {
  const TemporaryFolder folder;
  const auto image = [](int label) {
    return std::string(1, static_cast<char>(label)) +
           std::string(3072, static_cast<char>(label * 20));
  };
  for (int i = 1; i <= 5; ++i) {
    WriteFileAtomically(folder.File(fmt::format("data_batch_{}.bin", i)), image(i));
  }
  WriteFileAtomically(folder.File("test_batch.bin"), image(5));
  const Result result =
      Sumac({"train", "--data", "cifar-10", "--data-dir", folder.path(), "--batch", "256", "--lr",
             "0.2", "--weight-decay", "2e-4", "--warmup", "5", "--epochs", "6", "--augment",
             "pad-crop-flip", "--out", folder.File("run")});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("resnet20: test accuracy"));
}

// One finished run that the tests share.
class Trained : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TemporaryFolder;
    result_ = new Result(Sumac(TrainCall(folder_->File("run"))));
  }
  static void TearDownTestSuite() {
    delete result_;
    delete folder_;
  }
  static std::string Run() { return folder_->File("run"); }
  static std::string Checkpoint() { return Run() + "/model.safetensors"; }

  static TemporaryFolder* folder_;
  static Result* result_;
};
TemporaryFolder* Trained::folder_ = nullptr;
Result* Trained::result_ = nullptr;

TEST_F(Trained, WritesItsFolder) {
  ASSERT_EQ(result_->status, 0) << result_->err;
  EXPECT_THAT(result_->out, HasSubstr("after 2 epochs"));
  EXPECT_THAT(result_->err, HasSubstr("epoch   2"));
  const auto metrics = Metrics(Run());
  ASSERT_EQ(metrics.size(), 2u);
  EXPECT_EQ(metrics[1].at("epoch"), 2);
  for (const char* key : {"train_loss", "train_accuracy", "test_loss", "test_accuracy"}) {
    EXPECT_TRUE(metrics[1].at(key).is_number()) << key;
  }
  const auto config = nlohmann::json::parse(ReadFile(Run() + "/config.json"));
  EXPECT_EQ(config.at("model"), "resnet8");
  EXPECT_EQ(config.at("limit-train"), 96);
  EXPECT_EQ(config.at("mul-backward"), "pam");
  EXPECT_EQ(config.at("mul-free"), "gemm");
  EXPECT_THAT(ReadFile(Run() + "/curves.svg"), StartsWith("<?xml"));
  bool has_conv1 = false;
  for (const NamedTensor& tensor : ReadSafetensors(Checkpoint()).tensors) {
    if (tensor.name == "conv1.weight") {
      has_conv1 = true;
      EXPECT_EQ(tensor.shape, (std::vector<std::int64_t>{16, 1, 3, 3}));
    }
  }
  EXPECT_TRUE(has_conv1);
}

TEST_F(Trained, ThreadsDecideNoWord) {
  const std::string one = folder_->File("one");
  const auto json = Sumac(TrainCall(one, {"--threads", "1", "--json"})).Json();
  EXPECT_EQ(json.at("finished"), true);
  EXPECT_EQ(json.at("epoch"), 2);
  EXPECT_EQ(json.at("test_accuracy"), Metrics(Run())[1].at("test_accuracy"));
  EXPECT_TRUE(ReadFile(one + "/model.safetensors") == ReadFile(Checkpoint()));
  EXPECT_EQ(Metrics(one), Metrics(Run()));
}

TEST_F(Trained, InterruptedItResumesToTheSameWords) {
  const std::string out = folder_->File("interrupted");
  Program program(TrainCall(out));
  while (program.Running() && !std::filesystem::exists(out + "/model.safetensors")) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  program.Signal(SIGINT);
  const Result stopped = program.Wait();
  EXPECT_EQ(stopped.status, 130) << stopped.err;
  EXPECT_THAT(stopped.err, HasSubstr("sumac train --resume --out " + out));
  ASSERT_FALSE(ReadFile(out + "/model.safetensors") == ReadFile(Checkpoint()));
  const Result resumed = Sumac({"train", "--resume", "--out", out});
  EXPECT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_TRUE(ReadFile(out + "/model.safetensors") == ReadFile(Checkpoint()));
  EXPECT_EQ(Metrics(out), Metrics(Run()));
}

TEST_F(Trained, ASecondRunInTheSameFolderIsRefused) {
  const std::string out = folder_->File("shared");
  const std::vector<std::string> call = {
      "train", "--config", Run() + "/config.json", "--epochs", "100000", "--out", out};
  Program first(call);
  while (first.Running() && !std::filesystem::exists(out + "/model.safetensors")) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  const std::string half = out + "/model.safetensors.7-0.tmp";  // the first is writing
  WriteFileAtomically(half, "half");
  ExpectWrongCall({"train", "--resume", "--out", out}, out + " is in use");
  ExpectWrongCall(call, out + " is in use");
  EXPECT_EQ(ReadFile(half), "half");
  EXPECT_TRUE(first.Running());
  first.Signal(SIGINT);
  EXPECT_EQ(first.Wait().status, 130);
}

TEST_F(Trained, EndedBeforeItsFirstCheckpointItCanBeResumed) {
  const std::string out = folder_->File("configured only");
  MakeFolder(out);
  WriteFileAtomically(out + "/config.json", ReadFile(Run() + "/config.json"));
  WriteFileAtomically(out + "/model.safetensors.7-0.tmp", "half");
  const Result result = Sumac({"train", "--resume", "--out", out});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_TRUE(ReadFile(out + "/model.safetensors") == ReadFile(Checkpoint()));
  EXPECT_FALSE(std::filesystem::exists(out + "/model.safetensors.7-0.tmp"));
}

TEST_F(Trained, ReadsItsOwnConfigurationFile) {
  const std::string out = folder_->File("configured");
  const Result result = Sumac({"train", "--config", Run() + "/config.json", "--out", out});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_TRUE(ReadFile(out + "/model.safetensors") == ReadFile(Checkpoint()));
  const Result other = Sumac({"train", "--config", Run() + "/config.json", "--seed", "2",
                              "--epochs", "1", "--out", folder_->File("other")});
  EXPECT_EQ(other.status, 0) << other.err;
  EXPECT_EQ(Metrics(folder_->File("other")).size(), 1u);
}

TEST_F(Trained, EnginesGiveTheSameLogits) {
  const std::vector<std::string> call = {"eval",          "--checkpoint", Checkpoint(), "--data",
                                         "fashion-mnist", "--images",     "7",          "--json"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), call.begin(), call.end());
    return Sumac(more).Json();
  };
  const auto simd = with({});
  EXPECT_EQ(simd.at("images"), 7);
  EXPECT_GE(simd.at("accuracy"), 0);
  const auto crc = simd.at("logits_crc32");
  EXPECT_EQ(with({"--engine", "reference"}).at("logits_crc32"), crc);
  EXPECT_EQ(with({"--threads", "1"}).at("logits_crc32"), crc);
  EXPECT_NE(with({"--mul", "ieee"}).at("logits_crc32"), crc);
  EXPECT_NE(with({"--format", "bf16"}).at("logits_crc32"), crc);
}

// A checkpoint knows its accumulator: testing takes it, resuming takes no other, the arrays refuse.
TEST_F(Trained, AccumulatorIsKept) {
  const std::string out = folder_->File("fused");
  const Result trained = Sumac(TrainCall(out, {"--accumulator", "fused8"}));
  ASSERT_EQ(trained.status, 0) << trained.err;
  EXPECT_FALSE(ReadFile(out + "/model.safetensors") == ReadFile(Checkpoint()));
  const auto crc = [&](std::vector<std::string> more) {
    more.insert(more.begin(),
                {"eval", "--checkpoint", out + "/model.safetensors", "--images", "3", "--json"});
    return Sumac(more).Json().at("logits_crc32");
  };
  EXPECT_EQ(crc({}), crc({"--accumulator", "fused8", "--engine", "reference"}));
  EXPECT_NE(crc({}), crc({"--accumulator", "fold"}));
  ExpectWrongCall({"train", "--resume", "--out", out, "--accumulator", "fold"},
                  "accumulator is \"fused8\" there and \"fold\" here");
  ExpectWrongCall({"eval", "--checkpoint", out + "/model.safetensors", "--engine", "rtl"},
                  "--accumulator fold");
}

TEST_F(Trained, RunTellsEachLayer) {
  const Result result =
      Sumac({"run", "--checkpoint", Checkpoint(), "--images", "3", "--check", "--json"});
  ASSERT_EQ(result.status, 0) << result.err;
  const auto json = result.Json();
  EXPECT_EQ(json.at("mismatches"), 0);
  EXPECT_EQ(json.at("images"), 3);
  std::int64_t words = 0;
  ASSERT_EQ(json.at("layers").size(), 8u);
  for (const auto& layer : json.at("layers")) {
    words += layer.at("m").get<std::int64_t>() * layer.at("n").get<std::int64_t>();
    for (const char* key : {"k", "cycles", "utilization", "mismatches"}) {
      EXPECT_TRUE(layer.at(key).is_number()) << key;
    }
  }
  EXPECT_EQ(json.at("layers")[0].at("name"), "conv1");
  EXPECT_EQ(json.at("layers")[0].at("m"), 3 * 28 * 28);
  EXPECT_EQ(json.at("layers")[0].at("n"), 16);
  EXPECT_EQ(json.at("layers")[0].at("k"), 9);
  EXPECT_EQ(json.at("compared"), words);
  const auto eval = Sumac({"eval", "--checkpoint", Checkpoint(), "--images", "3", "--json"}).Json();
  EXPECT_EQ(json.at("logits_crc32"), eval.at("logits_crc32"));
  const Result text = Sumac({"run", "--checkpoint", Checkpoint(), "--images", "1", "--check"});
  EXPECT_THAT(text.out, HasSubstr("all equal"));
}

TEST_F(Trained, CurvesShowSeveralRuns) {
  const std::string svg = folder_->File("both.svg");
  EXPECT_EQ(Sumac({"curves", Run(), Run(), "--out", svg}).status, 0);
  EXPECT_THAT(ReadFile(svg), HasSubstr("run, test"));
  ExpectWrongCall({"curves", folder_->File("none"), "--out", svg}, "metrics.jsonl");
  MakeFolder(folder_->File("odd"));
  for (const char* metrics : {"", "nonsense\n", "{\"epoch\": 1}\n"}) {
    WriteFileAtomically(folder_->File("odd/metrics.jsonl"), metrics);
    ExpectWrongCall({"curves", folder_->File("odd"), "--out", svg}, "odd/metrics.jsonl");
  }
}

TEST_F(Trained, RefusesWrongCalls) {
  const std::string before = ReadFile(Checkpoint());
  ExpectWrongCall(TrainCall(Run()), "--resume");
  ExpectWrongCall({"train", "--resume", "--out", Run(), "--lr", "0.2"}, "lr");
  ExpectWrongCall({"train", "--resume", "--out", folder_->File("none")}, "no run to resume");
  EXPECT_TRUE(ReadFile(Checkpoint()) == before);

  const std::string out = folder_->File("never");
  const auto refused = [&](std::vector<std::string> more, const std::string& sentence) {
    more.insert(more.begin(), {"train", "--out", out});
    ExpectWrongCall(more, sentence);
  };
  refused({"--model", "resnet9"}, "resnet9");
  refused({"--data", "mnist"}, "mnist");
  refused({"--data", "cifar-10"}, "--data-dir");
  refused({"--data-dir", "/nowhere"}, "/nowhere");
  refused({"--epochs", "-1"}, "--epochs");
  refused({"--epochs", "0"}, "epochs");
  refused({"--batch", "x"}, "--batch");
  refused({"--lr", "-1"}, "lr");
  refused({"--lr", "nan"}, "lr");
  refused({"--schedule", "linear"}, "linear");
  refused({"--augment", "mixup"}, "mixup");
  refused({"--mul", "float"}, "float");
  refused({"--accumulator", "fused2"}, "fused2");
  refused({"--mul-free", "most"}, "choose gemm or all");
  refused({"--mul-free", "all", "--mul", "ieee"}, "they have to be pam");
  refused({"--config", folder_->File("none.json")}, "none.json");
  WriteFileAtomically(folder_->File("bad.json"), "{\"learning-rate\": 1}");
  refused({"--config", folder_->File("bad.json")}, "learning-rate");
  WriteFileAtomically(folder_->File("bad.json"), "[1");
  refused({"--config", folder_->File("bad.json")}, "bad.json");
  ExpectWrongCall({"train", "--out", "/proc/none"}, "cannot be made");
  EXPECT_FALSE(std::filesystem::exists(out + "/config.json"));

  ExpectWrongCall({"eval"}, "--checkpoint is required");
  ExpectWrongCall({"eval", "--checkpoint", folder_->File("none")}, "No such file");
  ExpectWrongCall({"eval", "--checkpoint", Run() + "/config.json"}, "config.json");
  ExpectWrongCall({"eval", "--checkpoint", Checkpoint(), "--images", "10001"}, "10000");
  ExpectWrongCall({"eval", "--checkpoint", Checkpoint(), "--data-dir", "/nowhere"}, "/nowhere");
  ExpectWrongCall({"run", "--checkpoint", Checkpoint()}, "--images is required");
  ExpectWrongCall({"run", "--checkpoint", Checkpoint(), "--images", "1", "--trace", "t.fst"},
                  "add --engine rtl");
  const std::string cut = folder_->File("cut.safetensors");
  WriteFileAtomically(cut, before.substr(0, before.size() - 1));
  ExpectWrongCall({"eval", "--checkpoint", cut}, "cut.safetensors");
  WriteSafetensors(cut, {{{"conv1.weight", {1}, {1.0f}}}, {}});
  ExpectWrongCall({"run", "--checkpoint", cut, "--images", "1"}, "cut.safetensors");
}

}  // namespace
}  // namespace sumac
