// SPDX-License-Identifier: Apache-2.0
// `train`: a training run with a progress bar, checkpoints and curves.
#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <thread>

#include "sw/cli/commands.h"
#include "sw/cli/curves.h"
#include "sw/cli/interrupt.h"
#include "sw/cli/options.h"
#include "sw/cli/progress.h"
#include "sw/io/dataset.h"
#include "sw/io/json.h"
#include "sw/nn/resnet.h"
#include "sw/train/trainer.h"

namespace sumac {
namespace {

using nlohmann::json;

struct TrainOptions {
  json given = json::object();  // of the configuration: what stands on the command line
  std::string config_file;
  std::string out;
  bool resume = false;
  EngineOptions engine;
  bool as_json = false;
};

// Adds an option of the configuration: its name is the configuration's key.
template <typename T>
CLI::Option* AddKey(CLI::App& app, json& given, const std::string& key, const std::string& help) {
  CLI::Option* option = app.add_option_function<T>(
      "--" + key, [&given, key](const T& value) { given[key] = value; }, help);
  const auto defaults = ToJson(TrainConfig{});
  const auto& value = defaults.at(key);
  if (value != "" && !(value.is_number_integer() && value == 0)) {
    option->default_str(value.is_string() ? value.get<std::string>() : value.dump());
  }
  return option;
}

json ReadConfigFile(const std::string& path) {
  json value = ParseJson(ReadFile(path, kLargestText));
  if (!value.is_object()) {
    throw Error(
        fmt::format("{}: expected a JSON object of training options, found something else; "
                    "see the config.json of any run.",
                    path));
  }
  return value;
}

// The resumed run's configuration or the defaults, then the file's, then the command line's.
TrainConfig EffectiveConfig(const TrainOptions& options) {
  TrainConfig config;
  if (options.resume) {
    const std::string path = (std::filesystem::path(options.out) / "config.json").string();
    if (!std::filesystem::exists(path)) {
      throw Error(
          fmt::format("There is no run to resume in {}: expected {}; leave --resume out to "
                      "begin one.",
                      options.out, path));
    }
    config = ConfigFromJson(ReadConfigFile(path), config);
  }
  if (!options.config_file.empty()) {
    config = ConfigFromJson(ReadConfigFile(options.config_file), config);
  }
  config = ConfigFromJson(options.given, config);
  config.out = options.out;
  config.resume = options.resume;
  CheckConfig(config);
  return config;
}

// Draws the bar, prints a line an epoch and the curves after it.
class Reporter : public TrainObserver {
 public:
  // Several ranks are stopped by their Exchange, all at once, and not by what one of them reports.
  Reporter(std::string out, bool stops)
      : out_(std::move(out)), stops_(stops), progress_("images") {}

  void OnProgress(const TrainProgress& now) override {
    const std::string label =
        fmt::format("epoch {}/{} {}", now.epoch, now.epochs, now.testing ? "test" : "train");
    progress_.Update(label, now.images_done, now.images_total, now.images_per_second,
                     now.seconds_left);
  }

  void OnEpoch(const EpochRecord& record) override {
    progress_.Clear();
    fmt::print(stderr,
               "epoch {:>3}  train loss {:.4f} accuracy {:6.2f} %  test loss {:.4f} accuracy "
               "{:6.2f} %  {:.0f} images/s  {}\n",
               record.epoch, record.train_loss, 100 * record.train_accuracy, record.test_loss,
               100 * record.test_accuracy, record.images_per_second, Duration(record.seconds));
    last_ = record;
    Draw();
  }

  bool StopRequested() override { return stops_ && Interrupted(); }

  void Clear() { progress_.Clear(); }
  const std::optional<EpochRecord>& last() const { return last_; }

 private:
  // A picture is not worth a failed run: where it cannot be drawn, it says so once.
  void Draw() {
    if (!draws_) return;
    try {
      DrawCurves({out_}, (std::filesystem::path(out_) / "curves.svg").string());
    } catch (const Error& error) {
      draws_ = false;
      fmt::print(stderr, "train: {}\n", error.what());
    }
  }

  std::string out_;
  bool stops_;
  Progress progress_;
  std::optional<EpochRecord> last_;
  bool draws_ = true;
};

std::string Resumption(const TrainConfig& config, int shards) {
  std::string call = fmt::format("sumac train --resume --out {}", config.out);
  if (shards > 1)
    call += fmt::format(" (by mpirun: any number of processes that divides {})", shards);
  return call;
}

// Ends this rank after they have stopped. The lowest rank that is left tells why and ends the
// others, which wait for that: it may be the first, which writes a checkpoint.
[[noreturn]] void EndRank(const TrainConfig& config, Ranks& ranks, const RanksStopped& stop) {
  const std::vector<int> lost = ranks.Lost();
  int lowest = 0;
  while (std::ranges::find(lost, lowest) != lost.end()) ++lowest;
  // A signal may have come to this rank alone; the first then waits for words from here.
  if (const pid_t first = ranks.process(0); lost.empty() && !ranks.first() && first != 0) {
    kill(first, SIGTERM);
  }
  if (ranks.rank() != lowest) std::this_thread::sleep_for(std::chrono::seconds(10));
  const std::string checkpoint = config.out + "/model.safetensors";
  std::string sentence = std::string(stop.what()) + "; ";
  if (!std::filesystem::exists(checkpoint)) {
    sentence += "nothing is written yet.";
  } else {
    sentence += ranks.first() ? "the checkpoint of the last finished step is written"
                              : "the last checkpoint is " + checkpoint;
    sentence += ". Go on with: " + Resumption(config, config.shards);
  }
  if (lost.empty()) throw Interruption(sentence);
  throw WorkFailed(sentence);
}

bool TrainByRanks(const TrainConfig& config, Device& device, Reporter& reporter, Ranks& ranks) {
  TrainObserver nobody;
  TrainObserver& observer = ranks.first() ? static_cast<TrainObserver&>(reporter) : nobody;
  try {
    return Train(config, device, observer, &ranks);
  } catch (const RanksStopped& stop) {
    reporter.Clear();
    EndRank(config, ranks, stop);
  }
}

int RunTrain(const TrainOptions& options, Ranks& ranks) {
  const TrainConfig config = EffectiveConfig(options);
  if (options.engine.threads > 0) omp_set_num_threads(options.engine.threads);
  const std::unique_ptr<Device> device = MakeEngine(options.engine, config.Forward());
  if (ranks.first()) {
    MakeFolder(config.out);
    CheckWritable((std::filesystem::path(config.out) / "model.safetensors").string());
  }
  const bool alone = ranks.size() == 1;
  CatchInterrupts(alone);
  Reporter reporter(config.out, alone);
  const bool finished =
      alone ? Train(config, *device, reporter) : TrainByRanks(config, *device, reporter, ranks);
  reporter.Clear();

  const std::optional<EpochRecord>& last = reporter.last();
  if (options.as_json) {
    nlohmann::ordered_json document = {{"finished", finished}, {"out", config.out}};
    if (last) {
      document["epoch"] = last->epoch;
      document["train_loss"] = last->train_loss;
      document["train_accuracy"] = last->train_accuracy;
      document["test_loss"] = last->test_loss;
      document["test_accuracy"] = last->test_accuracy;
      document["images_per_second"] = last->images_per_second;
    }
    fmt::print("{}\n", document.dump(2));
  } else if (finished && last) {
    fmt::print("{}: test accuracy {:.2f} % after {} epochs; written to {}\n", config.model,
               100 * last->test_accuracy, last->epoch, config.out);
  } else if (finished) {
    fmt::print("{}: the run in {} was finished already\n", config.model, config.out);
  }
  if (!finished) {
    fmt::print(stderr, "train: interrupted; the checkpoint is written. Go on with: {}\n",
               Resumption(config, 1));
    return kInterrupted;
  }
  return kDone;
}

}  // namespace

void AddTrain(CLI::App& app, int& status, Ranks& ranks) {
  const auto options = std::make_shared<TrainOptions>();
  CLI::App* command = app.add_subcommand("train", "Train a network");
  json& given = options->given;
  const auto number = [&](const char* key, const char* help) {
    return AddKey<double>(*command, given, key, help);
  };
  const auto count = [&](const char* key, const char* help) {
    return AddKey<std::uint64_t>(*command, given, key, help)->check(CLI::NonNegativeNumber);
  };
  const auto text = [&](const char* key, const char* help) {
    return AddKey<std::string>(*command, given, key, help);
  };
  text("model", "Network")->check(CLI::IsMember(ResNetNames()));
  text("data", "Data set")->check(CLI::IsMember(DatasetNames()));
  text("data-dir", "Folder of the data set's files");
  count("epochs", "Passes over the training images");
  count("batch", "Images a step");
  number("lr", "Highest learning rate");
  number("momentum", "Momentum of SGD");
  number("weight-decay", "Weight decay of convolution and linear weights");
  text("schedule", "Learning rate: cosine, step (a tenth at 1/2 and 3/4 of the run) or constant")
      ->type_name("TEXT:{cosine,step,constant}");
  number("warmup", "Epochs in which the learning rate rises linearly");
  text("augment", "Training images: none (as they are) or pad-crop-flip")
      ->type_name("TEXT:{none,pad-crop-flip}");
  text("mul", "Product of the forward GEMMs: pam or ieee")->type_name(kProductNames);
  text("mul-backward", "Product of both gradient GEMMs (default: as --mul)")
      ->default_str("")
      ->type_name(kProductNames);
  text("comp", "Compensation of pam: mogami, pam-alpha, l-mul or 0xHEX")->type_name(kCompNames);
  text("mul-free",
       "What needs no multiplier: gemm (the GEMMs, under pam) or all (batch norm, loss and "
       "optimizer too)")
      ->type_name("TEXT:{gemm,all}");
  text("format", "Operand format of the GEMMs: fp32, bf16 or e8mN")->type_name(kFormatNames);
  text("accumulator", "Accumulator of the GEMMs: fold, fused4, fused8 or fused16")
      ->type_name(kAccumulatorNames);
  count("shards", "Ranges of a batch with one weight-gradient fold each");
  AddKey<std::uint64_t>(*command, given, "seed", "Seed of weights, order and augmentation");
  count("limit-train", "Train on the first N images (default: all)");
  count("validation", "Hold out the last N training images and test on them instead");
  count("checkpoint-every", "Steps between checkpoints inside an epoch (default: each epoch)");
  command->add_option("--config", options->config_file,
                      "JSON file of these options, without their dashes; the command line wins");
  command->add_option("--out", options->out, "Folder of the run")->required();
  command->add_flag("--resume", options->resume, "Go on with the run in that folder");
  AddEngineOption(*command, options->engine);
  AddArrayOption(*command, options->engine.array);
  AddThreadsOption(*command, options->engine.threads);
  AddJsonOption(*command, options->as_json);
  command->footer(
      "Writes config.json, metrics.jsonl (an object an epoch), model.safetensors and curves.svg.\n"
      "Equal options give equal words, at any number of threads. Ctrl-C finishes the step and\n"
      "writes a checkpoint; --resume goes on to the words of an uninterrupted run.\n"
      "mpirun -n N shares each batch between N processes, with the words of one; N has to divide\n"
      "--shards, which is part of the configuration.\n\n"
      "Examples:\n"
      "  sumac train --model resnet20 --data fashion-mnist --epochs 10 --out runs/pam\n"
      "  sumac train --model resnet8 --epochs 2 --limit-train 10000 --mul ieee --out runs/ieee\n"
      "  sumac train --resume --out runs/pam\n"
      "  mpirun -n 2 sumac train --shards 4 --threads 1 --out runs/shared");
  command->callback([options, &status, &ranks] { status = RunTrain(*options, ranks); });
}

}  // namespace sumac
