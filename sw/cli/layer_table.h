// SPDX-License-Identifier: Apache-2.0
// What `run` and `step` print of the jobs of a network: sizes, cycles, utilization, differences.
#ifndef SUMAC_SW_CLI_LAYER_TABLE_H_
#define SUMAC_SW_CLI_LAYER_TABLE_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "model/cycles.h"
#include "sw/nn/context.h"

namespace sumac {

// One line: a layer over all batches, or the sum of all layers.
struct LayerSum {
  LayerReport report;
  std::int64_t macs = 0;
};

class LayerTable {
 public:
  // Reports of one name become one line, in the order of their first. The array has no rows where
  // the engine has no clock.
  LayerTable(const ArrayShape& array, const std::vector<LayerReport>& reports);

  const LayerSum& total() const { return total_; }
  // A list of objects: name, m, n, k, cycles, predicted_cycles (null: no clock), utilization,
  // mismatches.
  nlohmann::ordered_json Json() const;
  // Adds the totals: macs, cycles, predicted_cycles, utilization, compared, mismatches,
  // first_mismatch.
  void AddTotals(nlohmann::ordered_json& document) const;
  // On standard output; `check` adds the differences.
  void Print(bool check) const;

 private:
  nlohmann::ordered_json Predicted(const LayerSum& line) const;
  double LineUtilization(const LayerSum& line) const {
    return Utilization(array_, line.macs, line.report.cycles);
  }

  ArrayShape array_;
  std::vector<LayerSum> layers_;
  LayerSum total_;
};

// "compared 12 words with the engine simd: all equal", and the first that differs.
void PrintMismatch(const Mismatch& mismatch, const std::string& what, const std::string& engine);

}  // namespace sumac

#endif  // SUMAC_SW_CLI_LAYER_TABLE_H_
