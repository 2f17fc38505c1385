// SPDX-License-Identifier: Apache-2.0
#include "sw/train/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "model/error.h"
#include "sw/io/file.h"
#include "sw/io/json.h"

namespace sumac {
namespace {

constexpr const char* kVersion = "1";
const std::string kOptimizer = "optimizer.";

// Calls move(stored, torch) for each element of a state entry: its index in memory, where
// convolutions are OHWI, and in a checkpoint, where they are OIHW.
template <typename Move>
void ForEachElement(const std::vector<std::int64_t>& shape, Move move) {
  if (shape.size() != 4) {
    std::int64_t count = 1;
    for (const std::int64_t extent : shape) count *= extent;
    for (std::int64_t i = 0; i < count; ++i) {
      move(static_cast<std::size_t>(i), static_cast<std::size_t>(i));
    }
    return;
  }
  std::size_t torch = 0;
  for (std::int64_t o = 0; o < shape[0]; ++o) {
    for (std::int64_t i = 0; i < shape[1]; ++i) {
      for (std::int64_t y = 0; y < shape[2]; ++y) {
        for (std::int64_t x = 0; x < shape[3]; ++x) {
          const std::int64_t stored = ((o * shape[2] + y) * shape[3] + x) * shape[1] + i;
          move(static_cast<std::size_t>(stored), torch++);
        }
      }
    }
  }
}

bool AllFinite(std::span<const float> words) {
  return std::all_of(words.begin(), words.end(), [](float word) { return std::isfinite(word); });
}

NamedTensor ToFile(std::string name, const std::vector<std::int64_t>& shape,
                   std::span<const float> words) {
  NamedTensor tensor{std::move(name), shape, std::vector<float>(words.size())};
  ForEachElement(
      shape, [&](std::size_t stored, std::size_t torch) { tensor.values[torch] = words[stored]; });
  return tensor;
}

constexpr const char* kRemedy =
    "the file is damaged or of another network; give a model.safetensors that sumac train wrote";

// The tensors of a checkpoint by name; what is taken is crossed off.
class Contents {
 public:
  explicit Contents(const Checkpoint& checkpoint) : path_(checkpoint.path) {
    for (const NamedTensor& tensor : checkpoint.file.tensors) tensors_[tensor.name] = &tensor;
  }

  void Take(const std::string& name, const std::vector<std::int64_t>& shape,
            std::span<float> words) {
    const auto found = tensors_.find(name);
    if (found == tensors_.end()) {
      throw Error(fmt::format("{} has no tensor {}: {}", path_, name, kRemedy));
    }
    const NamedTensor& tensor = *found->second;
    if (tensor.shape != shape) {
      throw Error(fmt::format("{}: the tensor {} has shape ({}), where ({}) is expected: {}", path_,
                              name, fmt::join(tensor.shape, ", "), fmt::join(shape, ", "),
                              kRemedy));
    }
    if (!AllFinite(tensor.values)) {
      throw Error(fmt::format("{}: the tensor {} is not finite: {}", path_, name, kRemedy));
    }
    ForEachElement(shape, [&](std::size_t stored, std::size_t torch) {
      words[stored] = tensor.values[torch];
    });
    tensors_.erase(found);
  }

  void TakeState(const ResNet& net) {
    for (const StateEntry& entry : net.State()) Take(entry.name, entry.shape, entry.value.values);
  }

  // Throws Error where a tensor is left that `allowed` does not begin.
  void ExpectEmpty(const std::string& allowed) const {
    for (const auto& [name, tensor] : tensors_) {
      if (!allowed.empty() && name.starts_with(allowed)) continue;
      throw Error(fmt::format("{}: the tensor {} is not the network's: {}", path_, name, kRemedy));
    }
  }

 private:
  const std::string& path_;
  std::map<std::string, const NamedTensor*> tensors_;
};

// The metadata, each value checked.
class Metadata {
 public:
  Metadata(const std::string& path, const TensorFile& file) : path_(path), file_(file) {}

  const std::string& Text(const std::string& key) const {
    const auto found = file_.metadata.find(key);
    if (found == file_.metadata.end()) {
      throw Error(fmt::format("{} has no metadata {}: {}", path_, key, kRemedy));
    }
    return found->second;
  }

  template <typename Integer = std::int64_t>
  Integer Number(const std::string& key, int base = 10) const {
    const std::string& text = Text(key);
    Integer value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc() || end != text.data() + text.size() || value < 0) {
      throw Error(fmt::format("{} has metadata {} \"{}\", where a whole number is expected: {}",
                              path_, key, text, kRemedy));
    }
    return value;
  }

 private:
  const std::string& path_;
  const TensorFile& file_;
};

}  // namespace

Checkpoint ReadCheckpoint(const std::string& path) {
  Checkpoint checkpoint;
  checkpoint.path = path;
  checkpoint.file = ReadSafetensors(path);
  const Metadata metadata(path, checkpoint.file);
  if (metadata.Text("sumac") != kVersion) {
    throw Error(
        fmt::format("{} is a checkpoint of version {}, where {} is expected: use the "
                    "program that wrote it",
                    path, metadata.Text("sumac"), kVersion));
  }
  checkpoint.net = {metadata.Text("model"), metadata.Number("channels"), metadata.Number("height"),
                    metadata.Number("width"), metadata.Number("classes")};
  try {
    const nlohmann::json config = ParseJson(metadata.Text("config"));
    if (config.is_discarded()) throw Error("not JSON");
    checkpoint.config = ConfigFromJson(config, {});
    CheckConfig(checkpoint.config);
  } catch (const Error& error) {
    throw Error(fmt::format("{} has a configuration that cannot be used ({}): {}", path,
                            error.what(), kRemedy));
  }
  if (checkpoint.net.model != checkpoint.config.model) {
    throw Error(fmt::format("{} holds a {} by its metadata and a {} by its configuration: {}", path,
                            checkpoint.net.model, checkpoint.config.model, kRemedy));
  }
  checkpoint.position = {metadata.Number("images"), metadata.Number("epoch"),
                         metadata.Number("step"),
                         std::bit_cast<double>(metadata.Number<std::uint64_t>("loss_sum", 16)),
                         metadata.Number("correct")};
  return checkpoint;
}

ResNet MakeNetwork(Device& device, const Checkpoint& checkpoint) {
  // A damaged size must not become a huge allocation.
  constexpr std::int64_t kLimit = 1 << 16;
  const ResNetConfig& net = checkpoint.net;
  const auto [least, greatest] = std::minmax({net.channels, net.height, net.width, net.classes});
  if (least < 1 || greatest > kLimit) {
    throw Error(fmt::format(
        "{} is for {} x {} x {} images of {} classes, where 1 to {} are expected: {}",
        checkpoint.path, net.height, net.width, net.channels, net.classes, kLimit, kRemedy));
  }
  ResNet network(device, net);
  Contents contents(checkpoint);
  contents.TakeState(network);
  contents.ExpectEmpty(kOptimizer);
  return network;
}

std::vector<NamedTensor> StateTensors(const ResNet& net) {
  std::vector<NamedTensor> tensors;
  for (const StateEntry& entry : net.State()) {
    tensors.push_back(ToFile(entry.name, entry.shape, entry.value.values));
  }
  return tensors;
}

void Restore(const Checkpoint& checkpoint, ResNet& net, Sgd& sgd) {
  Contents contents(checkpoint);
  contents.TakeState(net);
  for (std::size_t i = 0; i < sgd.parameters().size(); ++i) {
    const Parameter& parameter = sgd.parameters()[i];
    contents.Take(kOptimizer + parameter.name, parameter.shape, sgd.velocities()[i]);
  }
  contents.ExpectEmpty("");
}

void WriteCheckpoint(const std::string& path, const ResNet& net, const Sgd& sgd,
                     const TrainConfig& config, const Position& position) {
  TensorFile file;
  file.tensors = StateTensors(net);
  for (const NamedTensor& tensor : file.tensors) {
    if (!AllFinite(tensor.values)) {
      throw WorkFailed(
          fmt::format("{} is no longer finite, so {} is left as it was: train with a "
                      "lower --lr or a longer --warmup",
                      tensor.name, path));
    }
  }
  for (std::size_t i = 0; i < sgd.parameters().size(); ++i) {
    const Parameter& parameter = sgd.parameters()[i];
    file.tensors.push_back(
        ToFile(kOptimizer + parameter.name, parameter.shape, sgd.velocities()[i]));
  }
  nlohmann::ordered_json deciding = ToJson(config);
  deciding.erase("data-dir");
  deciding.erase("checkpoint-every");
  file.metadata = {
      {"sumac", kVersion},
      {"model", net.config().model},
      {"channels", std::to_string(net.config().channels)},
      {"height", std::to_string(net.config().height)},
      {"width", std::to_string(net.config().width)},
      {"classes", std::to_string(net.config().classes)},
      {"config", deciding.dump()},
      {"images", std::to_string(position.images)},
      {"epoch", std::to_string(position.epoch)},
      {"step", std::to_string(position.step)},
      {"loss_sum", fmt::format("{:016x}", std::bit_cast<std::uint64_t>(position.loss_sum))},
      {"correct", std::to_string(position.correct)}};
  WriteSafetensors(path, file);
}

}  // namespace sumac
