// SPDX-License-Identifier: Apache-2.0
// `eval`: a checkpoint's accuracy on test images.
#include <fmt/format.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>

#include "sw/cli/commands.h"
#include "sw/cli/network.h"

namespace sumac {
namespace {

constexpr std::int64_t kBatch = 100;  // decides memory, not words

void RunEval(const NetworkOptions& options) {
  const NetworkInput input = ReadNetworkInput(options, Split::kTest);
  std::unique_ptr<Device> device = MakeEngine(options.engine, input.arithmetic);
  const std::string engine = device->name();
  const auto start = std::chrono::steady_clock::now();
  const EvalResult result = ShowImages(input, std::move(device), kBatch);
  const std::chrono::nanoseconds elapsed = std::chrono::steady_clock::now() - start;
  if (options.json) {
    const nlohmann::ordered_json document = {
        {"images", result.images}, {"accuracy", result.accuracy},
        {"loss", result.loss},     {"logits_crc32", result.logits_crc32},
        {"engine", engine},        {"elapsed_ns", elapsed.count()}};
    fmt::print("{}\n", document.dump(2));
    return;
  }
  fmt::print("images        {}\naccuracy      {:.2f} %\nloss          {:.4f}\n", result.images,
             100 * result.accuracy, result.loss);
  fmt::print("logits CRC32  {:08x}\nengine        {}, {:.0f} images/s\n", result.logits_crc32,
             engine,
             static_cast<double>(result.images) / static_cast<double>(elapsed.count()) * 1e9);
}

}  // namespace

void AddEval(CLI::App& app, int&) {
  const auto options = std::make_shared<NetworkOptions>();
  CLI::App* command = app.add_subcommand("eval", "Test a trained network on test images");
  AddNetworkOptions(*command, *options);
  AddImagesOption(*command, *options);
  command->footer(
      "The CRC covers all logits' words in order: equal CRCs, equal words.\n\n"
      "Examples:\n"
      "  sumac eval --checkpoint runs/pam/model.safetensors\n"
      "  sumac eval --checkpoint runs/pam/model.safetensors --data fashion-mnist --images 1000 "
      "--engine reference --json");
  command->callback([options] { RunEval(*options); });
}

}  // namespace sumac
