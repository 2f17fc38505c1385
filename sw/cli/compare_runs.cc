// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/compare_runs.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

#include "model/error.h"
#include "sw/cli/statistics.h"

namespace sumac {
namespace {

using nlohmann::ordered_json;

struct Arm {
  TrainConfig config;  // the first run's
  std::string name;
  std::vector<const RunRecord*> runs;
};

// Keys of an arm's arithmetic: an arm and its baseline may differ in them alone.
const std::set<std::string> kArithmetic = {"mul",    "mul-backward", "comp",  "mul-free",
                                           "format", "accumulator",  "shards"};

bool IsIeee(const TrainConfig& config) {
  return config.mul == Product::kIeee && config.Backward().product == Product::kIeee;
}

bool SameArm(const TrainConfig& a, TrainConfig b) {
  b.seed = a.seed;
  return FirstDifference(a, b).empty();
}

// Keys whose values are not the same in all of the configurations.
std::vector<std::string> DifferingKeys(const std::vector<TrainConfig>& configs) {
  std::vector<std::string> keys;
  const ordered_json first = ToJson(configs.front());
  for (const auto& [key, value] : first.items()) {
    const auto same = [&key_name = key, &first_value = value](const TrainConfig& config) {
      return ToJson(config).at(key_name) == first_value;
    };
    if (!std::ranges::all_of(configs, same)) keys.push_back(key);
  }
  return keys;
}

// The products, then whatever else tells the arms apart.
std::string ArmName(const TrainConfig& config, const std::vector<std::string>& differing) {
  const ordered_json values = ToJson(config);
  const auto text = [&](const std::string& key) {
    const ordered_json& value = values.at(key);
    return value.is_string() ? value.get<std::string>() : value.dump();
  };
  std::string name = text("mul");
  if (text("mul-backward") != name) name += ", gradients " + text("mul-backward");
  for (const std::string& key : differing) {
    if (key != "mul" && key != "mul-backward") name += fmt::format(", {} {}", key, text(key));
  }
  return name;
}

std::vector<Arm> MakeArms(const std::vector<RunRecord>& runs) {
  std::vector<Arm> arms;
  for (const RunRecord& run : runs) {
    auto arm =
        std::ranges::find_if(arms, [&](const Arm& one) { return SameArm(one.config, run.config); });
    if (arm == arms.end()) arm = arms.insert(arm, {run.config, "", {}});
    for (const RunRecord* other : arm->runs) {
      if (other->config.seed == run.config.seed) {
        throw Error(
            fmt::format("{} and {} are runs of one configuration and seed; give one of "
                        "them.",
                        other->folder, run.folder));
      }
    }
    arm->runs.push_back(&run);
  }
  // What decides no word tells no arms apart, nor does the seed.
  std::vector<TrainConfig> configs;
  for (const Arm& arm : arms) {
    configs.push_back(arm.config);
    configs.back().seed = 0;
    configs.back().checkpoint_every = 0;
    configs.back().data_dir.clear();
  }
  const std::vector<std::string> differing = DifferingKeys(configs);
  for (Arm& arm : arms) arm.name = ArmName(arm.config, differing);
  return arms;
}

ordered_json EpochJson(const EpochRecord& epoch) {
  return {{"epoch", epoch.epoch},
          {"train_loss", epoch.train_loss},
          {"train_accuracy", epoch.train_accuracy},
          {"test_loss", epoch.test_loss},
          {"test_accuracy", epoch.test_accuracy},
          {"images_per_second", epoch.images_per_second},
          {"seconds", epoch.seconds}};
}

// The ieee arm with the least other differences to this one, all of them in the arithmetic; null
// where there is none.
const Arm* Baseline(const Arm& arm, const std::vector<Arm>& arms) {
  const Arm* best = nullptr;
  std::size_t least = 0;
  for (const Arm& other : arms) {
    if (&other == &arm || !IsIeee(other.config)) continue;
    TrainConfig config = other.config;
    config.seed = arm.config.seed;
    config.checkpoint_every = arm.config.checkpoint_every;
    config.data_dir = arm.config.data_dir;
    const std::vector<std::string> keys = DifferingKeys({arm.config, config});
    const bool comparable =
        std::ranges::all_of(keys, [](const std::string& key) { return kArithmetic.contains(key); });
    if (comparable && (best == nullptr || keys.size() < least)) {
      best = &other;
      least = keys.size();
    }
  }
  return best;
}

// The arm's finished runs less the baseline's of the same seeds.
ordered_json Difference(std::size_t arm, std::size_t baseline, const std::vector<Arm>& arms) {
  std::vector<double> accuracies;
  std::vector<double> losses;
  ordered_json pairs = ordered_json::array();
  for (const RunRecord* run : arms[arm].runs) {
    for (const RunRecord* other : arms[baseline].runs) {
      if (run->config.seed != other->config.seed || !run->Finished() || !other->Finished())
        continue;
      const EpochRecord& last = run->epochs.back();
      const EpochRecord& base = other->epochs.back();
      accuracies.push_back(last.test_accuracy - base.test_accuracy);
      losses.push_back(last.test_loss - base.test_loss);
      pairs.push_back({{"seed", std::to_string(run->config.seed)},
                       {"test_accuracy", accuracies.back()},
                       {"test_loss", losses.back()}});
    }
  }
  return {{"arm", arm},
          {"baseline", baseline},
          {"pairs", pairs},
          {"test_accuracy", Summary(accuracies)},
          {"test_loss", Summary(losses)}};
}

ordered_json ArmJson(const Arm& arm) {
  std::vector<double> accuracies;
  std::vector<double> losses;
  for (const RunRecord* run : arm.runs) {
    if (!run->Finished()) continue;
    accuracies.push_back(run->epochs.back().test_accuracy);
    losses.push_back(run->epochs.back().test_loss);
  }
  return {
      {"name", arm.name}, {"test_accuracy", Summary(accuracies)}, {"test_loss", Summary(losses)}};
}

}  // namespace

ordered_json CompareRuns(const std::vector<RunRecord>& runs) {
  const std::vector<Arm> arms = MakeArms(runs);
  ordered_json data = {{"runs", ordered_json::array()},
                       {"arms", ordered_json::array()},
                       {"differences", ordered_json::array()},
                       {"differing", ordered_json::array()}};
  std::vector<TrainConfig> configs;
  std::set<std::string> names;
  for (const RunRecord& run : runs) {
    configs.push_back(run.config);
    const auto arm =
        std::ranges::find_if(arms, [&](const Arm& one) { return SameArm(one.config, run.config); });
    ordered_json epochs = ordered_json::array();
    for (const EpochRecord& epoch : run.epochs) epochs.push_back(EpochJson(epoch));
    data["runs"].push_back({{"name", names.insert(run.name).second ? run.name : run.folder},
                            {"arm", arm - arms.begin()},
                            {"seed", std::to_string(run.config.seed)},
                            {"finished", run.Finished()},
                            {"config", ToJson(run.config)},
                            {"epochs", epochs},
                            {"diagnostics", run.diagnostics}});
  }
  for (std::size_t i = 0; i < arms.size(); ++i) {
    data["arms"].push_back(ArmJson(arms[i]));
    if (const Arm* baseline = Baseline(arms[i], arms); !IsIeee(arms[i].config) && baseline) {
      data["differences"].push_back(
          Difference(i, static_cast<std::size_t>(baseline - arms.data()), arms));
    }
  }
  data["differing"] = DifferingKeys(configs);
  return data;
}

}  // namespace sumac
