// SPDX-License-Identifier: Apache-2.0
// `export`: a trained network for other programs.
#include <fmt/format.h>

#include <memory>
#include <string>

#include "sw/cli/commands.h"
#include "sw/onnx/onnx.h"
#include "sw/onnx/resnet_graph.h"

namespace sumac {
namespace {

struct ExportOptions {
  std::string checkpoint;
  std::string out;
  std::int64_t batch = 1;
};

int Export(const ExportOptions& options) {
  const Checkpoint checkpoint = ReadCheckpoint(options.checkpoint);
  const Graph graph = ResNetGraph(checkpoint, options.batch);
  WriteOnnx(options.out, graph, {options.batch, checkpoint.net.classes});
  fmt::print("{}: {} for {} images of {} x {} x {}, {} classes\n", options.out,
             checkpoint.net.model, options.batch, checkpoint.net.channels, checkpoint.net.height,
             checkpoint.net.width, checkpoint.net.classes);
  return kDone;
}

}  // namespace

void AddExport(CLI::App& app, int& status) {
  const auto options = std::make_shared<ExportOptions>();
  CLI::App* command = app.add_subcommand("export", "Write a trained network as an ONNX model");
  command
      ->add_option("--checkpoint", options->checkpoint,
                   "model.safetensors of a run of `sumac train`")
      ->required();
  command->add_option("--out", options->out, "The ONNX file to write")->required();
  command->add_option("--batch", options->batch, "Images that the model takes at a time")
      ->check(CLI::Range(1, 65536))
      ->capture_default_str();
  command->footer(
      "Tensors keep the checkpoint's names, which are PyTorch's.\n\n"
      "Example:\n"
      "  sumac export --checkpoint runs/pam/model.safetensors --out model.onnx");
  command->callback([options, &status] { status = Export(*options); });
}

}  // namespace sumac
