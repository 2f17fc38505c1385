// SPDX-License-Identifier: Apache-2.0
#include "sw/train/config.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <vector>

#include "model/error.h"
#include "model/names.h"
#include "sw/nn/resnet.h"

namespace sumac {
namespace {

using nlohmann::json;

// One key: how it is read from and written to JSON, and whether it decides any word.
struct Key {
  std::string name;
  bool decides = true;
  std::function<void(TrainConfig&, const json&)> read;
  std::function<json(const TrainConfig&)> write;
};

Error WrongType(const char* expected, const json& value) {
  return Error(fmt::format("{} is expected, not {}", expected, value.dump()));
}

std::string Text(const json& value) {
  if (!value.is_string()) throw WrongType("a string", value);
  return value.get<std::string>();
}

Key TextKey(const char* name, std::string TrainConfig::*member) {
  return {name, true, [=](TrainConfig& config, const json& value) { config.*member = Text(value); },
          [=](const TrainConfig& config) { return json(config.*member); }};
}

template <typename Integer>
Key IntegerKey(const char* name, Integer TrainConfig::*member) {
  return {
      name, true,
      [=](TrainConfig& config, const json& value) {
        // Non-negative literals are unsigned to the JSON library; no option takes others.
        if (!value.is_number_unsigned() || !std::in_range<Integer>(value.get<std::uint64_t>())) {
          throw WrongType("a whole number", value);
        }
        config.*member = value.get<Integer>();
      },
      [=](const TrainConfig& config) { return json(config.*member); }};
}

Key NumberKey(const char* name, double TrainConfig::*member) {
  return {name, true,
          [=](TrainConfig& config, const json& value) {
            if (!value.is_number()) throw WrongType("a number", value);
            config.*member = value.get<double>();
          },
          [=](const TrainConfig& config) { return json(config.*member); }};
}

// A key whose text is parsed into the member and back.
template <typename Member, typename Parse, typename Name>
Key ParsedKey(const char* name, Member TrainConfig::*member, Parse parse, Name text) {
  return {name, true,
          [=](TrainConfig& config, const json& value) { config.*member = parse(Text(value)); },
          [=](const TrainConfig& config) { return json(text(config.*member)); }};
}

MulFree ParseMulFree(const std::string& text) {
  if (text == "gemm") return MulFree::kGemm;
  if (text == "all") return MulFree::kAll;
  throw Error(fmt::format("'{}' is no extent of mul-free; choose gemm or all", text));
}

std::string MulFreeName(MulFree mul_free) { return mul_free == MulFree::kAll ? "all" : "gemm"; }

Key WithoutEffect(Key key) {
  key.decides = false;
  return key;
}

const std::vector<Key>& Keys() {
  static const std::vector<Key> keys = {
      TextKey("model", &TrainConfig::model),
      TextKey("data", &TrainConfig::data),
      IntegerKey("epochs", &TrainConfig::epochs),
      IntegerKey("batch", &TrainConfig::batch),
      NumberKey("lr", &TrainConfig::lr),
      NumberKey("momentum", &TrainConfig::momentum),
      NumberKey("weight-decay", &TrainConfig::weight_decay),
      TextKey("schedule", &TrainConfig::schedule),
      NumberKey("warmup", &TrainConfig::warmup),
      TextKey("augment", &TrainConfig::augment),
      ParsedKey("mul", &TrainConfig::mul, ParseProduct, ProductName),
      {"mul-backward", true,
       [](TrainConfig& config, const json& value) {
         config.mul_backward = ParseProduct(Text(value));
       },
       [](const TrainConfig& config) { return json(ProductName(config.Backward().product)); }},
      ParsedKey("comp", &TrainConfig::comp, ParseComp, CompName),
      ParsedKey("mul-free", &TrainConfig::mul_free, ParseMulFree, MulFreeName),
      ParsedKey("format", &TrainConfig::format, ParseFormat, FormatName),
      ParsedKey("accumulator", &TrainConfig::accumulator, ParseAccumulator, AccumulatorName),
      IntegerKey("shards", &TrainConfig::shards),
      IntegerKey("seed", &TrainConfig::seed),
      IntegerKey("limit-train", &TrainConfig::limit_train),
      IntegerKey("validation", &TrainConfig::validation),
      WithoutEffect(IntegerKey("checkpoint-every", &TrainConfig::checkpoint_every)),
      WithoutEffect(TextKey("data-dir", &TrainConfig::data_dir))};
  return keys;
}

void CheckRange(const char* name, double value, bool good, const char* range) {
  if (!good) throw Error(fmt::format("{} is {}, where {} is expected", name, value, range));
}

void CheckChoice(const char* name, const std::string& value,
                 const std::vector<std::string>& choices) {
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) return;
  throw Error(
      fmt::format("{} is {}, where one of {} is expected", name, value, fmt::join(choices, ", ")));
}

}  // namespace

nlohmann::ordered_json ToJson(const TrainConfig& config) {
  nlohmann::ordered_json all;
  for (const Key& key : Keys()) all[key.name] = key.write(config);
  return all;
}

TrainConfig ConfigFromJson(const json& value, const TrainConfig& base) {
  if (!value.is_object()) throw Error("a configuration is a JSON object of options");
  TrainConfig config = base;
  for (const auto& [name, item] : value.items()) {
    const auto key = std::find_if(Keys().begin(), Keys().end(), [&key_name = name](const Key& one) {
      return one.name == key_name;
    });
    if (key == Keys().end()) {
      throw Error(
          fmt::format("configuration key {} is unknown: the keys are the options' names", name));
    }
    try {
      key->read(config, item);
    } catch (const Error& error) {
      throw Error(fmt::format("configuration key {}: {}", name, error.what()));
    }
  }
  return config;
}

void CheckConfig(const TrainConfig& config) {
  CheckChoice("model", config.model, ResNetNames());
  CheckChoice("schedule", config.schedule, {"cosine", "step", "constant"});
  CheckChoice("augment", config.augment, {"none", "pad-crop-flip"});
  const auto at_least = [](const char* name, std::int64_t value, std::int64_t least) {
    if (value < least) {
      throw Error(fmt::format("{} is {}, where {} or more is expected", name, value, least));
    }
  };
  at_least("epochs", config.epochs, 1);
  at_least("batch", config.batch, 1);
  at_least("shards", config.shards, 1);
  at_least("limit-train", config.limit_train, 0);
  at_least("validation", config.validation, 0);
  at_least("checkpoint-every", config.checkpoint_every, 0);
  CheckRange("lr", config.lr, config.lr > 0 && std::isfinite(config.lr), "a number above 0");
  CheckRange("momentum", config.momentum, config.momentum >= 0 && config.momentum < 1,
             "a number in [0, 1)");
  CheckRange("weight-decay", config.weight_decay,
             config.weight_decay >= 0 && std::isfinite(config.weight_decay), "0 or more");
  CheckRange("warmup", config.warmup,
             config.warmup >= 0 && config.warmup <= static_cast<double>(config.epochs),
             "a number of epochs up to epochs");
  const bool pam = config.mul == Product::kPam && config.Backward().product == Product::kPam;
  if (config.mul_free == MulFree::kAll && !pam) {
    throw Error("mul-free is all, where mul and mul-backward multiply: they have to be pam");
  }
}

std::string FirstDifference(const TrainConfig& there, const TrainConfig& here) {
  for (const Key& key : Keys()) {
    if (!key.decides) continue;
    const json old_value = key.write(there);
    const json new_value = key.write(here);
    if (old_value != new_value) {
      return fmt::format("{} is {} there and {} here", key.name, old_value.dump(),
                         new_value.dump());
    }
  }
  return "";
}

}  // namespace sumac
