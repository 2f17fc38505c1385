// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/layer_table.h"

#include <fmt/format.h>

#include <algorithm>

namespace sumac {
namespace {

void Add(const LayerReport& more, LayerSum& sum) {
  LayerReport& report = sum.report;
  sum.macs += more.m * more.n * more.k;
  report.m += more.m;
  report.cycles += more.cycles;
  report.predicted_cycles += more.predicted_cycles;
  report.mismatch.compared += more.mismatch.compared;
  report.mismatch.differing += more.mismatch.differing;
  if (report.mismatch.first.empty() && !more.mismatch.first.empty()) {
    report.mismatch.first = more.name + " " + more.mismatch.first;
  }
}

}  // namespace

LayerTable::LayerTable(const ArrayShape& array, const std::vector<LayerReport>& reports)
    : array_(array) {
  total_.report.name = "total";
  for (const LayerReport& report : reports) {
    auto layer = std::find_if(layers_.begin(), layers_.end(),
                              [&](const LayerSum& sum) { return sum.report.name == report.name; });
    if (layer == layers_.end()) {
      layer = layers_.insert(layer, LayerSum{});
      layer->report.name = report.name;
      layer->report.n = report.n;
      layer->report.k = report.k;
    }
    Add(report, *layer);
    Add(report, total_);
  }
}

nlohmann::ordered_json LayerTable::Predicted(const LayerSum& line) const {
  if (array_.Elements() > 0) return line.report.predicted_cycles;
  return nullptr;
}

nlohmann::ordered_json LayerTable::Json() const {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const LayerSum& layer : layers_) {
    list.push_back({{"name", layer.report.name},
                    {"m", layer.report.m},
                    {"n", layer.report.n},
                    {"k", layer.report.k},
                    {"cycles", layer.report.cycles},
                    {"predicted_cycles", Predicted(layer)},
                    {"utilization", LineUtilization(layer)},
                    {"mismatches", layer.report.mismatch.differing}});
  }
  return list;
}

void LayerTable::AddTotals(nlohmann::ordered_json& document) const {
  const Mismatch& mismatch = total_.report.mismatch;
  document["macs"] = total_.macs;
  document["cycles"] = total_.report.cycles;
  document["predicted_cycles"] = Predicted(total_);
  document["utilization"] = LineUtilization(total_);
  document["compared"] = mismatch.compared;
  document["mismatches"] = mismatch.differing;
  document["first_mismatch"] = mismatch.first;
}

void LayerTable::Print(bool check) const {
  std::size_t width = 18;
  for (const LayerSum& layer : layers_) width = std::max(width, layer.report.name.size());
  const auto row = [&](const LayerSum& layer, const std::string& sizes) {
    std::string line = fmt::format("{:<{}} {}", layer.report.name, width, sizes);
    line += array_.Elements() == 0
                ? fmt::format(" {:>12} {:>12} {:>12}", "-", "-", "-")
                : fmt::format(" {:>12} {:>12} {:>10.1f} %", layer.report.cycles,
                              layer.report.predicted_cycles, 100 * LineUtilization(layer));
    line += check ? fmt::format(" {:>11}", layer.report.mismatch.differing) : "";
    fmt::print("{}\n", line);
  };
  fmt::print("{:<{}} {:>8} {:>6} {:>6} {:>12} {:>12} {:>12}{}\n", "layer", width, "M", "N", "K",
             "cycles", "predicted", "utilization", check ? "  mismatches" : "");
  for (const LayerSum& layer : layers_) {
    row(layer, fmt::format("{:>8} {:>6} {:>6}", layer.report.m, layer.report.n, layer.report.k));
  }
  row(total_, fmt::format("{:>22}", fmt::format("{} MACs", total_.macs)));
}

void PrintMismatch(const Mismatch& mismatch, const std::string& what, const std::string& engine) {
  fmt::print("compared {} {} with the engine {}: {}\n", mismatch.compared, what, engine,
             mismatch.differing == 0 ? "all equal" : fmt::format("{} differ", mismatch.differing));
  if (mismatch.differing != 0) fmt::print("first: {}\n", mismatch.first);
}

}  // namespace sumac
