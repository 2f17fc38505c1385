// SPDX-License-Identifier: Apache-2.0
// Where a format wraps another (gzip around IDX, a length before JSON), an input can also be the
// inner one, so that mutations reach it: the harness wraps it.
#include "tests/fuzz/readers.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "model/devices.h"
#include "model/error.h"
#include "sw/cli/commands.h"
#include "sw/cli/compare_runs.h"
#include "sw/cli/run_record.h"
#include "sw/driver/estimate.h"
#include "sw/graph/network.h"
#include "sw/io/dataset.h"
#include "sw/io/npy.h"
#include "sw/io/safetensors.h"
#include "sw/io/shape.h"
#include "sw/onnx/onnx.h"
#include "sw/topology/topology.h"
#include "sw/train/checkpoint.h"
#include "sw/train/run_folder.h"
#include "tests/sw/io_files.h"

namespace sumac {
namespace {

void Demand(bool good, const char* what) {
  if (good) return;
  std::fprintf(stderr, "fuzz: %s\n", what);
  std::abort();
}

// Calls `read`; what a bad input deserves is an Error, of one line.
void Try(const std::function<void()>& read) {
  try {
    read();
  } catch (const Error& error) {
    Demand(*error.what() != '\0' && OneLine(error.what()) == error.what(),
           "a message is not one line");
  }
}

// The one folder of the process. Files are overwritten in place: a fuzzer writes many a second,
// and forcing each to the disk would take longer than reading it.
std::string Place(const std::string& name, const std::string& bytes) {
  static const TemporaryFolder folder;
  const std::string path = folder.File(name);
  std::FILE* file = std::fopen(path.c_str(), "wb");
  Demand(file != nullptr, "a file of the harness cannot be written");
  const bool written = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  Demand(std::fclose(file) == 0 && written, "a file of the harness cannot be written");
  return path;
}

std::string FolderOf(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

void CheckDataset(const Dataset& data) {
  const auto count = static_cast<std::size_t>(data.count);
  Demand(data.labels.size() == count, "a data set has another count of labels");
  Demand(data.pixels.size() ==
             count * static_cast<std::size_t>(data.height * data.width * data.channels),
         "a data set has another count of pixels");
  for (const std::uint8_t label : data.labels) Demand(label < data.classes, "a label is no class");
}

// A gzip file, or what one holds; as the images, then as the labels.
void ReadIdxFiles(const std::string& input) {
  static const std::string images =
      Gzip(Big32(0x803) + Big32(1) + Big32(28) + Big32(28) + std::string(28 * 28, '\7'));
  static const std::string labels = Gzip(Big32(0x801) + Big32(1) + '\3');
  const std::string packed = input.starts_with("\x1f\x8b") ? input : Gzip(input);
  const auto load = [](const std::string& image_file, const std::string& label_file) {
    const std::string path = Place("t10k-images-idx3-ubyte.gz", image_file);
    Place("t10k-labels-idx1-ubyte.gz", label_file);
    CheckDataset(LoadDataset("fashion-mnist", FolderOf(path), Split::kTest));
  };
  Try([&] { load(packed, labels); });
  Try([&] { load(images, packed); });
}

void ReadCifar(const std::string& input) {
  const std::string path = Place("test_batch.bin", input);
  CheckDataset(LoadDataset("cifar-10", FolderOf(path), Split::kTest));
}

void ReadArray(const std::string& input) {
  const Array array = ReadNpy(Place("a.npy", input));
  const auto count = ElementCount(array.shape);
  Demand(count && *count == std::ssize(array.values), "an array has another count of values");
  WriteNpy("/dev/null", array);
}

// Runs what is small enough for a fuzzer.
void RunSmallGraph(const GraphPlan& plan) {
  std::int64_t largest = 1;
  for (const auto& [name, shape] : plan.shapes) largest = std::max(largest, *ElementCount(shape));
  for (const GraphNode& node : plan.graph.nodes) {
    for (const std::int64_t kernel : node.Integers("kernel_shape", {})) {
      if (kernel > 16) return;
    }
  }
  if (largest > 4096 || plan.steps.size() > 32) return;
  static const auto device = MakeReferenceDevice(1);
  Context context{.device = *device, .forward = {}, .backward = {}};
  const auto count = static_cast<std::size_t>(*ElementCount(plan.graph.input.shape));
  const std::vector<float> output = RunGraph(context, plan, std::vector<float>(count, 0.5f));
  Demand(std::ssize(output) == *ElementCount(plan.shapes.at(plan.graph.output)),
         "a network gives another count of values");
}

// The graph, written and read again, where it can be written; what is small enough is run.
void CheckGraph(const Graph& graph) {
  const GraphPlan plan = PlanGraph(graph);
  const std::string path = Place("graph.safetensors", "");
  WriteGraph(path, graph);
  Demand(PlanGraph(ReadGraph(path)).shapes == plan.shapes, "a graph is another after writing");
  RunSmallGraph(plan);
}

// A safetensors file, or its header, a zero and its data: as tensors, a checkpoint of `train` and
// a graph of `import`.
void ReadTensors(const std::string& input) {
  std::string bytes = input;
  if (input.starts_with('{')) {
    const std::size_t end = std::min(input.find('\0'), input.size());
    bytes = Little(end, 8) + input.substr(0, end) + input.substr(std::min(end + 1, input.size()));
  }
  const std::string path = Place("a.safetensors", bytes);
  const TensorFile file = ReadSafetensors(path);
  const std::string written = Place("again.safetensors", "");
  WriteSafetensors(written, file);
  const TensorFile again = ReadSafetensors(written);
  Demand(again.metadata == file.metadata && again.tensors.size() == file.tensors.size(),
         "a safetensors file is another after writing");
  if (file.metadata.contains("sumac.graph")) {
    CheckGraph(ReadGraph(path));
  } else {
    static const auto device = MakeReferenceDevice(1);
    MakeNetwork(*device, ReadCheckpoint(path));
  }
}

void ReadTopology(const std::string& input) {
  const std::vector<TopologyLayer> layers = ReadTopologyCsv(Place("net.csv", input));
  for (const LayerGemm& gemm : LowerTopology(layers, 3, true)) {
    Demand(gemm.m > 0 && gemm.n > 0 && gemm.k > 0, "a layer has an empty GEMM");
    TopologyJob(layers[gemm.layer], 3, gemm.pass);
  }
}

// The input is each file of a run folder in turn, beside good ones.
void ReadRunFolder(const std::string& input) {
  static const std::string config = ToJson(TrainConfig{}).dump();
  static const std::string metrics =
      R"({"epoch":1,"train_loss":1,"train_accuracy":0.5,"test_loss":1,"test_accuracy":0.5,)"
      R"("images_per_second":9,"seconds":1})";
  const auto read = [](const std::string& a, const std::string& b, const std::string& c) {
    const std::string folder = FolderOf(Place("config.json", a));
    Place("metrics.jsonl", b);
    Try([&] { RunFolder(folder).Resume(1); });
    Place("diagnostics.json", c);
    const RunRecord run = ReadRun(folder);
    Demand(FirstDifference(ConfigFromJson(ToJson(run.config), {}), run.config).empty(),
           "a configuration is another after writing");
    CompareRuns({run}).dump();
  };
  const std::string none = R"({"images":1,"layers":[]})";
  const std::vector<std::function<void()>> ways = {[&] { read(input, metrics, none); },
                                                   [&] { read(config, input, none); },
                                                   [&] { read(config, metrics, input); }};
  for (const auto& way : ways) Try(way);
}

// Each line is an argument. Options are read and checked; the command, which would run next, is
// left out: its work is not what is looked for.
void ReadCall(const std::string& input) {
  CLI::App app("", "sumac");
  int status = kDone;
  static Ranks ranks;
  AddCommands(app, status, ranks);
  app.parse_complete_callback([] { throw CLI::Success(); });
  std::vector<std::string> words = {"sumac"};
  std::istringstream lines(input);
  for (std::string line; std::getline(lines, line);) {
    words.push_back(line.substr(0, line.find('\0')));
  }
  std::vector<const char*> argv;
  for (const std::string& word : words) {
    argv.push_back(word.c_str());
    Try([&] { ParseArrayShape(word, 2, 0, 128); });
  }
  try {
    app.parse(static_cast<int>(argv.size()), argv.data());
  } catch (const CLI::ParseError&) {
    // main() makes one sentence of it, or prints the help.
  }
}

void ReadModel(const std::string& input) { CheckGraph(ReadOnnx(Place("m.onnx", input))); }

}  // namespace

const std::map<std::string, Reader>& Readers() {
  static const std::map<std::string, Reader> readers = {
      {"cifar", ReadCifar},  {"command", ReadCall},       {"idx", ReadIdxFiles},
      {"npy", ReadArray},    {"onnx", ReadModel},         {"run", ReadRunFolder},
      {"csv", ReadTopology}, {"safetensors", ReadTensors}};
  return readers;
}

void Feed(const Reader& reader, const std::string& input) {
  Try([&] { reader(input); });
}

}  // namespace sumac
