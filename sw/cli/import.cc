// SPDX-License-Identifier: Apache-2.0
// `import` and `infer`: networks from outside.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "sw/cli/commands.h"
#include "sw/cli/interrupt.h"
#include "sw/cli/layer_table.h"
#include "sw/cli/network_engine.h"
#include "sw/cli/watched_device.h"
#include "sw/graph/network.h"
#include "sw/io/npy.h"
#include "sw/onnx/onnx.h"

namespace sumac {
namespace {

Graph ReadModel(const std::string& path) {
  return path.ends_with(".safetensors") ? ReadGraph(path) : ReadOnnx(path);
}

struct ImportOptions {
  std::string model;
  std::string out;
};

int Import(const ImportOptions& options) {
  const Graph graph = ReadOnnx(options.model);
  const GraphPlan plan = PlanGraph(graph);  // refuses what cannot run
  WriteGraph(options.out, graph);
  std::size_t words = 0;
  for (const auto& [name, tensor] : graph.tensors) words += tensor.values.size();
  fmt::print("{}: {} operators, {} parameters, [{}] to [{}]\n", options.out, graph.nodes.size(),
             words, fmt::join(graph.input.shape, ", "),
             fmt::join(plan.shapes.at(plan.graph.output), ", "));
  return kDone;
}

struct InferOptions {
  std::string model;
  std::string input;
  std::string out;
  EngineOptions engine;
  ArithmeticOptions arithmetic;
  bool check = false;
  std::string check_engine = "reference";
  bool json = false;
};

int Infer(const InferOptions& options, Ranks& ranks) {
  const GraphPlan plan = PlanGraph(ReadModel(options.model));
  const Array input = ReadNpy(options.input);
  if (input.shape != plan.graph.input.shape) {
    throw Error(
        fmt::format("{} is of [{}], and {} takes [{}]; reshape it, or export the model for "
                    "this shape.",
                    options.input, fmt::join(input.shape, ", "), options.model,
                    fmt::join(plan.graph.input.shape, ", ")));
  }
  CheckWritable(options.out);
  if (!options.engine.trace.empty()) CheckWritable(options.engine.trace);
  const Arithmetic arithmetic = options.arithmetic.Get();
  NetworkEngine engine(options.engine, arithmetic, options.check ? options.check_engine : "",
                       ranks);
  CatchInterrupts();
  std::vector<LayerReport> reports;
  Array output{plan.shapes.at(plan.graph.output), {}};
  const auto start = std::chrono::steady_clock::now();
  const auto compute = [&](std::shared_ptr<Device> device) {
    reports.clear();
    const auto watched = MakeWatchedDevice(std::move(device), [](const Job& job) {
      StopIfInterrupted(fmt::format("before {}", job.name));
    });
    Context context{
        .device = *watched, .forward = arithmetic, .backward = arithmetic, .reports = &reports};
    output.values = RunGraph(context, plan, input.values);
  };
  Working([&] {
    engine.Run(compute, reports);
    WriteNpy(options.out, output);
  });
  const std::chrono::nanoseconds elapsed = std::chrono::steady_clock::now() - start;

  const LayerTable table(EngineArray(options.engine, arithmetic), reports);
  const Mismatch& mismatch = table.total().report.mismatch;
  if (options.json) {
    nlohmann::ordered_json document = {
        {"engine", engine.name()}, {"output_shape", output.shape}, {"layers", table.Json()}};
    table.AddTotals(document);
    document["elapsed_ns"] = elapsed.count();
    fmt::print("{}\n", document.dump(2));
  } else {
    table.Print(options.check);
    fmt::print("\n{} of [{}]\nengine {}  {:.2f} s\n", options.out, fmt::join(output.shape, ", "),
               engine.name(), static_cast<double>(elapsed.count()) * 1e-9);
    if (options.check) PrintMismatch(mismatch, "words", options.check_engine);
  }
  return mismatch.differing == 0 ? kDone : kDifferent;
}

}  // namespace

void AddImport(CLI::App& app, int& status) {
  const auto options = std::make_shared<ImportOptions>();
  CLI::App* command = app.add_subcommand(
      "import", "Turn an ONNX model into a safetensors file of its weights and its graph");
  command->add_option("model", options->model, "The ONNX file")->required();
  command->add_option("--out", options->out, "The safetensors file to write")->required();
  command->footer(
      "Every operator is looked at: what `infer` could not run is refused by its name.\n\n"
      "Example:\n"
      "  sumac import model.onnx --out model.safetensors");
  command->callback([options, &status] { status = Import(*options); });
}

void AddInfer(CLI::App& app, int& status, Ranks& ranks) {
  const auto options = std::make_shared<InferOptions>();
  CLI::App* command =
      app.add_subcommand("infer", "Run a network from outside on one input, layer by layer");
  command->add_option("model", options->model, "An ONNX file, or what `import` made of one")
      ->required();
  command->add_option("--input", options->input, "Its input: .npy, float32, in ONNX's order (NCHW)")
      ->required();
  command->add_option("--out", options->out, "Where the output is written, .npy")->required();
  AddDeviceOptions(*command, options->engine, options->arithmetic);
  command->add_flag("--check", options->check,
                    "Compare every word of every GEMM with another engine; exit status 1 where one "
                    "differs");
  AddCheckEngineOption(*command, options->check_engine);
  AddTraceOption(*command, options->engine);
  AddJsonOption(*command, options->json);
  command->footer(
      "A convolution of several groups has a job a group; its line is their sum.\n\n"
      "Examples:\n"
      "  sumac infer model.onnx --input x.npy --out y.npy --mul ieee\n"
      "  sumac infer model.onnx --input x.npy --out y.npy --engine rtl --array 16x16 --check");
  command->callback([options, &status, &ranks] { status = Infer(*options, ranks); });
}

}  // namespace sumac
