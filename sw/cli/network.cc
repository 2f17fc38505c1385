// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/network.h"

#include <fmt/format.h>
#include <omp.h>

#include <algorithm>
#include <utility>

#include "model/names.h"
#include "sw/cli/commands.h"
#include "sw/cli/interrupt.h"
#include "sw/cli/progress.h"
#include "sw/cli/watched_device.h"
#include "sw/train/images.h"

namespace sumac {
namespace {

// The run's own training images: the first of the data set where it was not trained on all.
std::int64_t EpochImages(const NetworkInput& input) {
  return std::min(input.checkpoint.position.images, input.data.count);
}

}  // namespace

void AddCheckpointOptions(CLI::App& app, NetworkOptions& options) {
  app.add_option("--checkpoint", options.checkpoint, "model.safetensors of a run of `sumac train`")
      ->required();
  app.add_option("--data", options.data, "Data set (default: the one it was trained on)")
      ->check(CLI::IsMember(DatasetNames()));
  app.add_option("--data-dir", options.data_dir, "Folder of the data set's files");
}

void AddNetworkOptions(CLI::App& app, NetworkOptions& options) {
  AddCheckpointOptions(app, options);
  AddEngineOption(app, options.engine);
  AddArrayOption(app, options.engine.array);
  app.add_option("--mul", options.mul, "Product: pam or ieee (default: as in training)")
      ->check(Accepted(ParseProduct));
  app.add_option("--comp", options.comp, "Compensation of pam (default: as in training)")
      ->check(Accepted(ParseComp));
  app.add_option("--format", options.format, "Operand format (default: as in training)")
      ->check(Accepted(ParseFormat));
  app.add_option("--accumulator", options.accumulator,
                 "Accumulator: fold, fused4, fused8 or fused16 (default: as in training)")
      ->check(Accepted(ParseAccumulator));
  AddThreadsOption(app, options.engine.threads);
  AddStallOptions(app, options.engine);
  AddMemoryOptions(app, options.engine);
  AddJsonOption(app, options.json);
}

CLI::Option* AddImagesOption(CLI::App& app, NetworkOptions& options) {
  return app.add_option("--images", options.images, "Take the first N test images (default: all)")
      ->check(CLI::PositiveNumber);
}

NetworkInput ReadNetworkInput(const NetworkOptions& options, Split split) {
  NetworkInput input;
  input.checkpoint = ReadCheckpoint(options.checkpoint);
  const TrainConfig& config = input.checkpoint.config;
  input.arithmetic = config.Forward();
  if (!options.mul.empty()) input.arithmetic.product = ParseProduct(options.mul);
  if (!options.comp.empty()) input.arithmetic.comp = ParseComp(options.comp);
  if (!options.format.empty()) input.arithmetic.mantissa_bits = ParseFormat(options.format);
  if (!options.accumulator.empty()) input.arithmetic.group = ParseAccumulator(options.accumulator);

  const std::string& name = options.data.empty() ? config.data : options.data;
  const bool as_trained = options.data_dir.empty() && name == config.data;
  input.data = LoadDataset(name, as_trained ? config.data_dir : options.data_dir, split);
  const ResNetConfig& net = input.checkpoint.net;
  const Dataset& data = input.data;
  if (net.height != data.height || net.width != data.width || net.channels != data.channels ||
      net.classes != data.classes) {
    throw Error(fmt::format(
        "{} takes images of {} x {} x {} in {} classes, and those of {} are {} x {} x {} in {}; "
        "give the data set that it was trained on.",
        options.checkpoint, net.height, net.width, net.channels, net.classes, name, data.height,
        data.width, data.channels, data.classes));
  }
  const bool test = split == Split::kTest;
  const std::int64_t most = test ? data.count : EpochImages(input);
  input.images = options.images == 0 ? most : options.images;
  if (input.images > most) {
    throw Error(fmt::format("{} asks for {} {} images, and {} has {}; ask for fewer.",
                            options.images_option, input.images, test ? "test" : "training",
                            most == data.count ? name : "the run", most));
  }
  if (options.engine.threads > 0) omp_set_num_threads(options.engine.threads);
  return input;
}

std::vector<std::int64_t> FirstImages(const NetworkInput& input) {
  const Checkpoint& checkpoint = input.checkpoint;
  std::vector<std::int64_t> images =
      ShuffledImages(checkpoint.config.seed, checkpoint.position.epoch, EpochImages(input));
  images.resize(static_cast<std::size_t>(input.images));
  return images;
}

EvalResult ShowImages(const NetworkInput& input, std::shared_ptr<Device> device,
                      std::int64_t batch) {
  CatchInterrupts();
  const bool one_batch = input.images <= batch;
  Progress progress(one_batch ? "layers" : "images");
  std::int64_t images_done = 0;
  std::int64_t layers_done = 0;
  std::int64_t layers = 0;
  const auto watched = MakeWatchedDevice(std::move(device), [&](const Job& job) {
    StopIfInterrupted(
        fmt::format("before {}, after {} of {} images", job.name, images_done, input.images));
    if (one_batch) {
      progress.Update(job.name, layers_done++, layers);
    } else {
      progress.Update("testing", images_done, input.images);
    }
  });
  const ResNet net = MakeNetwork(*watched, input.checkpoint);
  for (const Parameter& parameter : net.Parameters()) layers += parameter.decays ? 1 : 0;
  Context context{.device = *watched,
                  .forward = input.arithmetic,
                  .backward = input.arithmetic,
                  .mul_free = input.checkpoint.config.mul_free};
  return Working([&] {
    return Evaluate(context, net, input.data, input.images, std::min(batch, input.images),
                    [&](std::int64_t done) {
                      images_done = done;
                      return true;
                    });
  });
}

}  // namespace sumac
