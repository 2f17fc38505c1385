// SPDX-License-Identifier: Apache-2.0
#include "sw/train/run_folder.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <sstream>
#include <utility>

#include "model/error.h"
#include "sw/io/file.h"
#include "sw/io/json.h"

namespace sumac {
namespace {

constexpr const char* kFiles[] = {"config.json", "metrics.jsonl", "model.safetensors"};

double Rounded(double value, double steps) { return std::round(value * steps) / steps; }

}  // namespace

RunFolder::RunFolder(std::string path) : path_(std::move(path)) {
  if (path_.empty()) throw Error("a training run needs a folder to write to: give --out");
}

bool RunFolder::Has(const char* name) const {
  return std::filesystem::exists(std::filesystem::path(path_) / name);
}

void RunFolder::Lock() {
  lock_.emplace(path_);
  for (const char* name : kFiles) RemoveTemporaries(path_ + "/" + name);
  RemoveTemporaries(path_ + "/curves.svg");
}

void RunFolder::Begin() {
  MakeFolder(path_);
  Lock();
  for (const char* name : kFiles) {
    if (Has(name)) {
      throw Error(
          fmt::format("{} holds a run already ({}): go on with it by --resume, or give "
                      "another --out",
                      path_, name));
    }
  }
}

bool RunFolder::HoldsOnlyConfig() const {
  return Has("config.json") && !Has("metrics.jsonl") && !Has("model.safetensors");
}

void RunFolder::Resume(std::int64_t epochs) {
  const std::string file = path_ + "/metrics.jsonl";
  if (!std::filesystem::exists(file) && epochs == 0) return;
  std::istringstream lines(ReadFile(file, kLargestText));
  metrics_.clear();
  for (std::string line;
       static_cast<std::int64_t>(metrics_.size()) < epochs && std::getline(lines, line);) {
    const nlohmann::json record = ParseJson(line);
    const auto expected = static_cast<std::int64_t>(metrics_.size()) + 1;
    if (!record.is_object() || !record.contains("epoch") || record["epoch"] != expected) {
      throw Error(
          fmt::format("{}, line {}: the record of epoch {} is expected; put the run's file "
                      "back",
                      file, expected, expected));
    }
    metrics_.push_back(line);
  }
  if (static_cast<std::int64_t>(metrics_.size()) < epochs) {
    throw Error(
        fmt::format("{} ends after epoch {}, but the checkpoint is from epoch {}; put the "
                    "run's file back",
                    file, metrics_.size(), epochs));
  }
  WriteMetrics();
}

void RunFolder::WriteConfig(const TrainConfig& config) const {
  WriteFileAtomically(path_ + "/config.json", ToJson(config).dump(2) + "\n");
}

void RunFolder::Add(const EpochRecord& record) {
  metrics_.push_back(
      nlohmann::ordered_json{{"epoch", record.epoch},
                             {"train_loss", record.train_loss},
                             {"train_accuracy", record.train_accuracy},
                             {"test_loss", record.test_loss},
                             {"test_accuracy", record.test_accuracy},
                             {"images_per_second", Rounded(record.images_per_second, 10)},
                             {"seconds", Rounded(record.seconds, 1000)}}
          .dump());
  WriteMetrics();
}

void RunFolder::WriteMetrics() const {
  WriteFileAtomically(path_ + "/metrics.jsonl", fmt::format("{}\n", fmt::join(metrics_, "\n")));
}

}  // namespace sumac
