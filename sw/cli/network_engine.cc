// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/network_engine.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "model/devices.h"
#include "model/error.h"
#include "model/threads.h"
#include "sw/cli/interrupt.h"

namespace sumac {
namespace {

// How a rank tells the others of its jobs.
std::string ToText(const std::vector<SpreadReport>& reports) {
  nlohmann::json list = nlohmann::json::array();
  for (const SpreadReport& report : reports) {
    const Mismatch& mismatch = report.report.mismatch;
    list.push_back({{"job", report.job},
                    {"cycles", report.report.cycles},
                    {"predicted_cycles", report.report.predicted_cycles},
                    {"compared", mismatch.compared},
                    {"differing", mismatch.differing},
                    {"first", mismatch.first},
                    {"as_predicted", report.as_predicted}});
  }
  return list.dump();
}

}  // namespace

NetworkEngine::NetworkEngine(const EngineOptions& options, const Arithmetic& arithmetic,
                             const std::string& check, Ranks& ranks)
    : options_(options), arithmetic_(arithmetic), check_(check), ranks_(ranks) {
  // A core's device has threads of its own; a waveform is of the first job on one device.
  const bool one = options.engine != "rtl" || !options.trace.empty();
  const int workers = one ? 1 : ThreadCount(options.threads);
  if (!options.IsHardware() || (workers == 1 && ranks.size() == 1)) {
    device_ = MakeDevice(options.threads);
    name_ = device_->name();
    return;
  }
  const int threads = workers == 1 ? options.threads : 1;
  for (int i = 0; i < workers; ++i) workers_.push_back(MakeDevice(threads));
  name_ = workers_.front()->name();
}

NetworkEngine::~NetworkEngine() = default;

std::unique_ptr<Device> NetworkEngine::MakeDevice(int threads) const {
  EngineOptions options = options_;
  options.threads = threads;
  options.interruptible = true;
  std::unique_ptr<Device> device = MakeEngine(options, arithmetic_);
  if (check_.empty()) return device;
  EngineOptions check;
  check.engine = check_;
  check.threads = threads;
  return MakeCheckedDevice(std::move(device), MakeEngine(check, arithmetic_));
}

void NetworkEngine::Run(const std::function<void(std::shared_ptr<Device>)>& compute,
                        std::vector<LayerReport>& layers) {
  if (workers_.empty()) return compute(device_);
  Progress progress("jobs");
  bool submitted = false;  // before, `compute` shows how far it is
  const auto wait = [&](std::int64_t done, std::int64_t total) {
    StopIfInterrupted(fmt::format("after {} of {} jobs on the hardware", done, total));
    if (submitted) progress.Update("simulating", done, total);
  };
  const std::shared_ptr<SpreadDevice> spread = MakeSpreadDevice(
      MakeSimdDevice(options_.threads), std::move(workers_), wait, ranks_.rank(), ranks_.size());
  device_ = spread;
  compute(spread);
  submitted = true;
  const std::vector<SpreadReport> reports = spread->Finish();
  const std::vector<std::string> texts =
      ranks_.Gather(ToText(reports), [&] { wait(std::ssize(reports), std::ssize(layers)); });
  if (Complete(texts, layers) || !ranks_.first()) return;
  progress.Clear();
  fmt::print(stderr, "the hardware's words are not the contract's; running job after job\n");
  device_ = MakeDevice(options_.threads);
  compute(device_);
}

bool NetworkEngine::Complete(const std::vector<std::string>& texts,
                             std::vector<LayerReport>& layers) const {
  std::size_t known = 0;
  for (const std::string& text : texts) {
    for (const nlohmann::json& report : nlohmann::json::parse(text)) {
      if (!report.at("as_predicted").get<bool>()) return false;
      LayerReport& layer = layers.at(report.at("job").get<std::size_t>());
      layer.cycles = report.at("cycles");
      layer.predicted_cycles = report.at("predicted_cycles");
      layer.mismatch = {report.at("compared"), report.at("differing"), report.at("first")};
      ++known;
    }
  }
  if (known == layers.size()) return true;
  throw Error(fmt::format("The ranks ran {} of {} jobs; start them all with the same command.",
                          known, layers.size()));
}

}  // namespace sumac
