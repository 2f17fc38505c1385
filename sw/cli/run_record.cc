// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/run_record.h"

#include <fmt/format.h>

#include <filesystem>
#include <initializer_list>
#include <sstream>

#include "sw/io/file.h"
#include "sw/io/json.h"

namespace sumac {
namespace {

using nlohmann::json;

std::string FileIn(const std::string& folder, const char* name) {
  return (std::filesystem::path(folder) / name).string();
}

TrainConfig ReadConfig(const std::string& folder) {
  const std::string path = FileIn(folder, "config.json");
  const json value = ParseJson(ReadFile(path, kLargestText));
  try {
    const TrainConfig config = ConfigFromJson(value, {});
    CheckConfig(config);
    return config;
  } catch (const Error& error) {
    throw Error(
        fmt::format("{}: {}; give the folder of a run of sumac train.", path, error.what()));
  }
}

void CheckNumbers(const json& object, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    // A ratio of nothing is null.
    if (!object.at(name).is_null()) object.at(name).get<double>();
  }
}

nlohmann::ordered_json ReadDiagnostics(const std::string& folder) {
  const std::string path = FileIn(folder, "diagnostics.json");
  if (!std::filesystem::exists(path)) return nullptr;
  try {
    const json document = ParseJson(ReadFile(path, kLargestText));
    document.at("images").get<std::int64_t>();
    for (const json& layer : document.at("layers")) {
      layer.at("layer").get<std::string>();
      layer.at("pass").get<std::string>();
      CheckNumbers(layer.at("products"),
                   {"mean_relative_error", "zero_operand", "underflowed", "saturated"});
      CheckNumbers(layer.at("dots"), {"weighted_error", "slope", "slope_after_batch_norm"});
      CheckNumbers(layer.at("binary64").at("pam"), {"weighted_error"});
      CheckNumbers(layer.at("binary64").at("ieee"), {"weighted_error"});
    }
    return document;
  } catch (const json::exception&) {
    throw Error(
        fmt::format("{} is not what sumac diagnose writes; write it anew or remove it.", path));
  }
}

}  // namespace

std::vector<EpochRecord> ReadMetrics(const std::string& folder) {
  const std::string path = FileIn(folder, "metrics.jsonl");
  std::istringstream lines(ReadFile(path, kLargestText));
  std::vector<EpochRecord> epochs;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t number = epochs.size() + 1;
    try {
      const json record = ParseJson(line);
      EpochRecord epoch;
      epoch.epoch = record.at("epoch").get<std::int64_t>();
      epoch.train_loss = record.at("train_loss").get<double>();
      epoch.train_accuracy = record.at("train_accuracy").get<double>();
      epoch.test_loss = record.at("test_loss").get<double>();
      epoch.test_accuracy = record.at("test_accuracy").get<double>();
      epoch.images_per_second = record.at("images_per_second").get<double>();
      epoch.seconds = record.at("seconds").get<double>();
      if (epoch.epoch != static_cast<std::int64_t>(number)) {
        throw Error(fmt::format("{}, line {} is of epoch {}; put the run's file back.", path,
                                number, epoch.epoch));
      }
      epochs.push_back(epoch);
    } catch (const json::exception&) {
      throw Error(fmt::format(
          "{}: expected an object with epoch, losses and accuracies in line {}, found something "
          "else; give the folder of a run of sumac train.",
          path, number));
    }
  }
  if (epochs.empty()) {
    throw Error(fmt::format("{} holds no epoch yet; train at least one.", path));
  }
  return epochs;
}

RunRecord ReadRun(const std::string& folder) {
  RunRecord run;
  run.folder = OneLine(folder);
  run.name = OneLine(std::filesystem::weakly_canonical(folder).filename().string());
  run.config = ReadConfig(folder);
  run.epochs = ReadMetrics(folder);
  if (static_cast<std::int64_t>(run.epochs.size()) > run.config.epochs) {
    throw Error(
        fmt::format("{} has {} epochs, but config.json beside it asks for {}; put the "
                    "run's files back.",
                    FileIn(folder, "metrics.jsonl"), run.epochs.size(), run.config.epochs));
  }
  run.diagnostics = ReadDiagnostics(folder);
  return run;
}

}  // namespace sumac
