// SPDX-License-Identifier: Apache-2.0
// `trace`: a waveform of one tile of a layer on the simulated accelerator, and a save file that
// shows it in GTKWave.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "model/devices.h"
#include "model/eager_device.h"
#include "model/names.h"
#include "sw/cli/commands.h"
#include "sw/cli/interrupt.h"
#include "sw/cli/matrix_job.h"
#include "sw/cli/network.h"
#include "sw/cli/wave_view.h"
#include "sw/driver/accelerator_device.h"
#include "sw/driver/tiles.h"
#include "sw/train/step.h"

namespace sumac {
namespace {

constexpr std::int64_t kMostImages = 64;  // images that pass a layer together
constexpr std::int64_t kMargin = 4;       // cycles after the tile's last sum

struct TraceOptions {
  NetworkOptions network;
  std::string layer;
  std::string a;
  std::string b;
  std::string c;
  std::int64_t tile = 0;
  bool whole = false;
  bool deep = false;
  std::string out;
};

// What was recorded.
struct Recording {
  std::string layer;
  Tile tile;
  std::int64_t tiles = 0;
  std::int64_t cycles = 0;
};

// Runs one job on the accelerator, recording a part of it, and all others on the CPU, whose words
// are the same.
class RecordingDevice : public WrappingDevice {
 public:
  RecordingDevice(const TraceOptions& options, RtlBoard board, const AcceleratorShape& shape,
                  std::unique_ptr<Device> accelerator)
      : WrappingDevice(std::move(accelerator)),
        options_(options),
        board_(std::move(board)),
        shape_(shape),
        simd_(MakeSimdDevice(options.network.engine.threads)) {}

  const std::vector<std::string>& names() const { return names_; }
  const std::optional<Recording>& recording() const { return recording_; }

 protected:
  JobReport Execute(const Job& job) override {
    const bool again = std::ranges::find(names_, job.name) != names_.end();
    if (!again) names_.push_back(job.name);
    if (again || !IsAsked(job.name)) return simd_->Run(job);

    const std::vector<Tile> tiles = MakeTiles(shape_, job);
    if (options_.tile >= std::ssize(tiles)) {
      throw Error(fmt::format("{} has {} tiles on this array; give --tile from 0 to {}.", job.name,
                              tiles.size(), tiles.size() - 1));
    }
    board_.trace(options_.out, Part(tiles));
    const JobReport report = Working([&] { return device().Run(job); });
    recording_ = Recording{job.name, tiles[static_cast<std::size_t>(options_.tile)],
                           std::ssize(tiles), board_.end_trace()};
    return report;
  }

 private:
  // A layer's own name means its forward job.
  bool IsAsked(const std::string& job) const {
    return job == options_.layer || job == options_.layer + " forward";
  }

  // The core is never halted here, so a sum leaves the last column a fixed time after its row.
  TracePart Part(const std::vector<Tile>& tiles) const {
    TracePart part;
    part.deep = options_.deep;
    if (options_.whole) {
      part.first_weight = -1;
      return part;
    }
    part.first_weight = options_.tile * shape_.rows;
    for (std::int64_t i = 0; i <= options_.tile; ++i) {
      part.rows += tiles[static_cast<std::size_t>(i)].rows;
    }
    part.after = 3 + shape_.rows * shape_.adder_depth + shape_.columns + kMargin;
    return part;
  }

  const TraceOptions& options_;
  RtlBoard board_;
  AcceleratorShape shape_;
  std::unique_ptr<Device> simd_;
  std::vector<std::string> names_;
  std::optional<Recording> recording_;
};

bool IsBackward(const std::string& layer) { return layer.ends_with("-gradient"); }

// A layer's words, and how its jobs multiply.
struct LayerInput {
  NetworkInput network;
  Arithmetic backward;
};

LayerInput ReadLayerInput(const TraceOptions& options) {
  const Split split = IsBackward(options.layer) ? Split::kTrain : Split::kTest;
  LayerInput input{ReadNetworkInput(options.network, split), {}};
  input.backward = input.network.arithmetic;
  if (options.network.mul.empty()) {
    input.backward.product = input.network.checkpoint.config.Backward().product;
  }
  return input;
}

// A training step's forward and backward pass, without the update.
void RunBackward(const LayerInput& input, Device& device) {
  const NetworkInput& network = input.network;
  const TrainConfig& config = network.checkpoint.config;
  const std::int64_t epoch = network.checkpoint.position.epoch;
  ResNet net = MakeNetwork(device, network.checkpoint);
  Context context{device, network.arithmetic, input.backward, config.shards, nullptr};
  ResNetTraining graph(context, net, network.images);
  ComputeGradients(config, epoch, network.data, Normaliser(network.data), FirstImages(network),
                   graph);
}

void RunForward(const LayerInput& input, Device& device) {
  const NetworkInput& network = input.network;
  const ResNet net = MakeNetwork(device, network.checkpoint);
  Context context{.device = device, .forward = network.arithmetic, .backward = input.backward};
  Evaluate(context, net, network.data, network.images, network.images);
}

Arithmetic MatrixArithmetic(const TraceOptions& options) {
  ArithmeticOptions arithmetic;
  if (!options.network.mul.empty()) arithmetic.mul = options.network.mul;
  if (!options.network.comp.empty()) arithmetic.comp = options.network.comp;
  if (!options.network.format.empty()) arithmetic.format = options.network.format;
  if (!options.network.accumulator.empty()) arithmetic.accumulator = options.network.accumulator;
  return arithmetic.Get();
}

std::string Range(std::int64_t first, std::int64_t count) {
  return fmt::format("{}..{}", first, first + count - 1);
}

void Print(const TraceOptions& options, const Recording& recording, const RtlTop& top) {
  const Tile& tile = recording.tile;
  const std::string view = WaveViewPath(options.out);
  const auto bytes = std::filesystem::file_size(options.out);
  if (options.network.json) {
    nlohmann::ordered_json document = {{"layer", recording.layer}, {"accelerator", top.Name()},
                                       {"tiles", recording.tiles}, {"cycles", recording.cycles},
                                       {"bytes", bytes},           {"view", view}};
    if (!options.whole) {
      document["tile"] = options.tile;
      document["descriptor"] = tile.descriptor;
      document["rows"] = tile.rows;
      document["result"] = tile.result;
      document["m"] = {tile.m0, tile.m};
      document["n"] = {tile.n0, tile.n};
      document["k"] = {tile.k0, tile.k};
    }
    fmt::print("{}\n", document.dump(2));
    return;
  }
  if (options.whole) {
    fmt::print("{} on {}: all of its {} tiles\n", recording.layer, top.Name(), recording.tiles);
  } else {
    fmt::print("{} on {}: tile {} of {}, of descriptor {}\n", recording.layer, top.Name(),
               options.tile, recording.tiles, tile.descriptor);
    fmt::print("m {}  n {}  k {}{}; its sums {}\n", Range(tile.m0, tile.m), Range(tile.n0, tile.n),
               Range(tile.k0, tile.k),
               tile.exchanged ? ", A and B exchanged: activations go along n" : "",
               tile.result ? "are results" : "stay in the banks");
  }
  fmt::print("{} cycles, {} KiB, in {}\nopen with: gtkwave {}\n", recording.cycles,
             (bytes + 1023) / 1024, options.out, view);
}

int RunTrace(TraceOptions options) {
  const bool gemm = !options.a.empty() || !options.b.empty() || !options.c.empty();
  const bool network = !options.network.checkpoint.empty() || !options.layer.empty();
  if (gemm == network || options.a.empty() != options.b.empty() ||
      options.network.checkpoint.empty() != options.layer.empty()) {
    throw Error("Give either --checkpoint and --layer, or --a and --b.");
  }
  if (!options.out.ends_with(".fst")) {
    throw Error("--out " + options.out + " is no name for a waveform; end it with .fst.");
  }
  CheckWritable(options.out);
  CheckWritable(WaveViewPath(options.out));
  std::optional<LayerInput> input;
  std::optional<Matrices> matrices;
  Arithmetic arithmetic;
  const bool backward = IsBackward(options.layer);
  if (gemm) {
    options.layer = "gemm";
    matrices = ReadMatrices(options.a, options.b, options.c);
    arithmetic = MatrixArithmetic(options);
  } else {
    input = ReadLayerInput(options);
    arithmetic = backward ? input->backward : input->network.arithmetic;
  }
  RtlTopOptions rtl = AcceleratorOptions(options.network.engine, arithmetic);
  CatchInterrupts();
  rtl.poll = [] { StopIfInterrupted("within the layer; nothing was recorded"); };
  const RtlBoard board = MakeRtlBoard(rtl);
  RecordingDevice device(
      options, board, ReadShape(*board.board),
      MakeAcceleratorDevice(board.name, board.board,
                            [begin = board.begin_job](const Job&) { begin(0); }));
  if (gemm) {
    device.Run(MakeMatrixJob(device, *matrices, arithmetic));
  } else if (backward) {
    RunBackward(*input, device);
  } else {
    RunForward(*input, device);
  }
  const std::optional<Recording>& recording = device.recording();
  if (!recording) {
    throw Error(fmt::format("There is no layer '{}'; there are: {}.", options.layer,
                            fmt::join(device.names(), ", ")));
  }
  if (recording->cycles == 0) throw WorkFailed("the tile never came; nothing was recorded.");
  WriteWaveView(options.out, board.top, recording->cycles);
  Print(options, *recording, board.top);
  return kDone;
}

}  // namespace

void AddTrace(CLI::App& app, int& status) {
  const auto options = std::make_shared<TraceOptions>();
  options->network.images = 1;
  NetworkOptions& network = options->network;
  CLI::App* command = app.add_subcommand(
      "trace", "Record one tile of a layer on the simulated accelerator, for GTKWave");
  command->add_option("--checkpoint", network.checkpoint,
                      "model.safetensors of a run of `sumac train`");
  command->add_option("--layer", options->layer,
                      "The layer, as `sumac run` names it, or one of `sumac step`'s gradients: "
                      "'layer1.0.conv1 weight-gradient'");
  command->add_option("--images", network.images, "Images that pass the network together")
      ->check(CLI::Range(std::int64_t{1}, kMostImages))
      ->capture_default_str();
  command->add_option("--a", options->a, "Instead of a network: A, M x K: .npy, float32, C order");
  command->add_option("--b", options->b, "B, K x N");
  command->add_option("--c", options->c, "C_in, M x N, from which the sums start (default +0)");
  command
      ->add_option("--tile", options->tile,
                   "Which tile, counted from 0 in the order in which the array works them")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  command->add_flag("--whole", options->whole, "Record the whole job instead of one tile");
  command->add_flag("--deep", options->deep,
                    "Record the inside of the elements' products and adders too: three times the "
                    "bytes");
  command->add_option("--out", options->out, "The waveform, *.fst; the save file lies beside it")
      ->required();
  command->add_option("--data", network.data, "Data set (default: the one it was trained on)")
      ->check(CLI::IsMember(DatasetNames()));
  command->add_option("--data-dir", network.data_dir, "Folder of the data set's files");
  AddArrayOption(*command, network.engine.array);
  command->add_option("--mul", network.mul, "Product: pam or ieee (default: as in training, pam)")
      ->check(Accepted(ParseProduct));
  command
      ->add_option("--comp", network.comp, "Compensation of pam (default: as in training, mogami)")
      ->check(Accepted(ParseComp));
  command->add_option("--format", network.format, "Operand format (default: as in training, fp32)")
      ->check(Accepted(ParseFormat));
  AddThreadsOption(*command, network.engine.threads);
  AddStallOptions(*command, network.engine);
  AddMemoryOptions(*command, network.engine);
  AddJsonOption(*command, network.json);
  command->footer(
      "A tile is one weight tile applied to its rows of activations. Recorded are all signals from "
      "the cycle in which the array takes its first weights until its last sum has come. Open the "
      "save file, *.gtkw, in GTKWave: docs/waveforms.md.\n\n"
      "Examples:\n"
      "  sumac trace --checkpoint runs/pam/model.safetensors --layer layer3.0.conv1 --tile 5 "
      "--out tile.fst\n"
      "  sumac trace --a a.npy --b b.npy --array 4x4 --out tile.fst");
  command->callback([options, &status] { status = RunTrace(*options); });
}

}  // namespace sumac
