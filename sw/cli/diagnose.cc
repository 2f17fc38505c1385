// SPDX-License-Identifier: Apache-2.0
// `diagnose`: how pam's products and dot products differ from IEEE's within a training step.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/devices.h"
#include "model/names.h"
#include "sw/cli/commands.h"
#include "sw/cli/diagnosing_device.h"
#include "sw/cli/interrupt.h"
#include "sw/cli/network.h"
#include "sw/cli/progress.h"
#include "sw/cli/watched_device.h"
#include "sw/train/step.h"

namespace sumac {
namespace {

using nlohmann::ordered_json;

struct DiagnoseOptions {
  NetworkOptions network;
  std::int64_t batch = 32;
  std::string out;
};

struct Diagnosis {
  double loss = 0;  // mean of the images
  std::vector<JobDiagnosis> jobs;
};

// No weight is changed between the batches.
Diagnosis Diagnose(const NetworkInput& input, std::int64_t batch, int threads) {
  const TrainConfig& config = input.checkpoint.config;
  const auto device = std::make_shared<DiagnosingDevice>(MakeSimdDevice(threads), config.seed);
  Progress progress("images");
  std::int64_t done = 0;
  const auto watched = MakeWatchedDevice(device, [&](const Job& job) {
    StopIfInterrupted(
        fmt::format("before {}, after {} of {} images", job.name, done, input.images));
    progress.Update(job.name, done, input.images);
  });
  ResNet net = MakeNetwork(*watched, input.checkpoint);
  Context context{*watched,      config.Forward(), config.Backward(),
                  config.shards, nullptr,          config.mul_free};
  ResNetTraining graph(context, net, batch);
  const std::vector<std::int64_t> images = FirstImages(input);
  Diagnosis diagnosis;
  const Normaliser normalise(input.data);
  while (done < input.images) {
    const std::int64_t count = std::min(batch, input.images - done);
    const BatchResult result = ComputeGradients(
        config, input.checkpoint.position.epoch, input.data, normalise,
        std::span(images).subspan(static_cast<std::size_t>(done), static_cast<std::size_t>(count)),
        graph);
    if (!std::isfinite(result.loss.sum)) {
      throw WorkFailed(
          fmt::format("the loss of {} is not a finite number; there are no gradients to look at; "
                      "take an earlier checkpoint",
                      input.checkpoint.path));
    }
    diagnosis.loss += result.loss.sum;
    done += count;
  }
  diagnosis.loss /= static_cast<double>(input.images);
  diagnosis.jobs = device->diagnoses();
  return diagnosis;
}

// JSON has no NaN: a ratio of nothing is null.
ordered_json Number(double value) { return std::isfinite(value) ? ordered_json(value) : nullptr; }

double Share(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

ordered_json Errors(const ErrorSum& sum) {
  return {{"compared", sum.count},
          {"mean_relative_error", Number(sum.MeanRelative())},
          {"weighted_error", Number(sum.Weighted())}};
}

ordered_json LayerJson(const JobDiagnosis& job) {
  const std::size_t space = job.name.rfind(' ');
  ordered_json products = Errors(job.products);
  products["mean_signed_error"] =
      Number(job.signed_error / static_cast<double>(job.products.count));
  products["pairs"] = job.pairs;
  products["zero_operand"] = Number(Share(job.zero_operand, job.pairs));
  products["underflowed"] = Number(Share(job.underflowed, job.pairs));
  products["saturated"] = Number(Share(job.saturated, job.pairs));
  ordered_json dots = Errors(job.dots);
  dots["slope"] = Number(job.shrinkage.Slope());
  dots["cosine"] = Number(job.shrinkage.Cosine());
  dots["slope_after_batch_norm"] =
      job.has_norm ? Number(job.normalised.Slope()) : ordered_json(nullptr);
  return {{"layer", job.name.substr(0, space)},
          {"pass", job.name.substr(space + 1)},
          {"m", job.m},
          {"n", job.n},
          {"k", job.k},
          {"jobs", job.jobs},
          {"products", products},
          {"dots", dots},
          {"binary64", {{"pam", Errors(job.pam_exact)}, {"ieee", Errors(job.ieee_exact)}}},
          {"simd", {{"tiles", job.tiles}, {"certified", Number(Share(job.certified, job.tiles))}}}};
}

ordered_json Document(const NetworkInput& input, std::int64_t batch, const Diagnosis& diagnosis) {
  const TrainConfig& config = input.checkpoint.config;
  ordered_json document = {{"model", config.model},
                           {"data", config.data},
                           {"mul", ProductName(config.mul)},
                           {"mul-backward", ProductName(config.Backward().product)},
                           {"comp", CompName(config.comp)},
                           {"format", FormatName(config.format)},
                           {"seed", config.seed},
                           {"epoch", input.checkpoint.position.epoch},
                           {"images", input.images},
                           {"batch", batch},
                           {"pairs_a_job", DiagnosingDevice::kPairs},
                           {"binary64_dots_a_job", DiagnosingDevice::kExactDots},
                           {"loss", diagnosis.loss},
                           {"layers", ordered_json::array()}};
  for (const JobDiagnosis& job : diagnosis.jobs) document["layers"].push_back(LayerJson(job));
  return document;
}

// A ratio as a table's cell; what there is none of is a dash.
std::string Cell(double value, double scale, int digits) {
  return std::isfinite(value) ? fmt::format("{:.{}f}", scale * value, digits) : "-";
}

void Print(const Diagnosis& diagnosis, const NetworkInput& input) {
  constexpr auto kLine = "{:<32} {:>9} {:>9} {:>9} {:>9} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}\n";
  fmt::print(kLine, "", "products", "dots", "pam", "ieee", "slope", "slope", "zero", "under",
             "satur-", "certi-");
  fmt::print(kLine, "layer and pass", "error %", "error %", "b64 %", "b64 %", "", "after bn",
             "op %", "flow %", "ated %", "fied %");
  for (const JobDiagnosis& job : diagnosis.jobs) {
    fmt::print(kLine, job.name, Cell(job.products.MeanRelative(), 100, 3),
               Cell(job.dots.Weighted(), 100, 3), Cell(job.pam_exact.Weighted(), 100, 3),
               Cell(job.ieee_exact.Weighted(), 100, 5), Cell(job.shrinkage.Slope(), 1, 4),
               job.has_norm ? Cell(job.normalised.Slope(), 1, 4) : "-",
               Cell(Share(job.zero_operand, job.pairs), 100, 1),
               Cell(Share(job.underflowed, job.pairs), 100, 2),
               Cell(Share(job.saturated, job.pairs), 100, 2),
               Cell(Share(job.certified, job.tiles), 100, 2));
  }
  double macs = 0;
  double certified = 0;
  for (const JobDiagnosis& job : diagnosis.jobs) {
    if (job.tiles == 0) continue;
    const auto work = static_cast<double>(job.m * job.n * job.k * job.jobs);
    macs += work;
    certified += work * Share(job.certified, job.tiles);
  }
  if (macs > 0) fmt::print("\ncertified, of all MACs by pam: {:.3f} %", 100 * certified / macs);
  fmt::print("\nimages {}  loss {:.4f}  errors of dots are weighted by magnitude: docs/report.md\n",
             input.images, diagnosis.loss);
}

void RunDiagnose(DiagnoseOptions options, bool batch_given) {
  if (options.network.images == 0) {
    options.network.images = options.batch;
    options.network.images_option = "--batch";
  }
  const NetworkInput input = ReadNetworkInput(options.network, Split::kTrain);
  const std::int64_t batch = std::min(options.batch, input.images);
  if (batch_given && options.batch > input.images) {
    throw Error(fmt::format("--batch is {}, and there are {} images; give --images {} or more.",
                            options.batch, input.images, options.batch));
  }
  if (!options.out.empty()) CheckWritable(options.out);
  CatchInterrupts();
  const Diagnosis diagnosis =
      Working([&] { return Diagnose(input, batch, options.network.engine.threads); });
  const std::string text = Document(input, batch, diagnosis).dump(2) + "\n";
  if (!options.out.empty()) WriteFileAtomically(options.out, text);
  if (options.network.json) {
    fmt::print("{}", text);
  } else {
    Print(diagnosis, input);
  }
}

}  // namespace

void AddDiagnose(CLI::App& app, int&) {
  const auto options = std::make_shared<DiagnoseOptions>();
  CLI::App* command = app.add_subcommand(
      "diagnose", "How far integer-add products are from true ones within a training step");
  AddCheckpointOptions(*command, options->network);
  command
      ->add_option("--images", options->network.images,
                   "Training images, in batches (default: one batch)")
      ->check(CLI::PositiveNumber);
  CLI::Option* batch = command->add_option("--batch", options->batch, "Images of a batch")
                           ->check(CLI::PositiveNumber)
                           ->capture_default_str();
  AddThreadsOption(*command, options->network.engine.threads);
  command->add_option("--out", options->out,
                      "Write the JSON document to this file; as diagnostics.json in the run's "
                      "folder `sumac report` finds it");
  AddJsonOption(*command, options->network.json);
  command->footer(
      "The images are those with which the run's next epoch begins. Each job of the step is\n"
      "computed by pam and by ieee on its own operands; the run's own product goes on to the next\n"
      "layer. No weight is changed. The same checkpoint gives the same figures.\n\n"
      "Example:\n"
      "  sumac diagnose --checkpoint runs/pam/model.safetensors --out runs/pam/diagnostics.json");
  command->callback([options, batch] { RunDiagnose(*options, batch->count() > 0); });
}

}  // namespace sumac
