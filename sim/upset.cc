// SPDX-License-Identifier: Apache-2.0
#include "sim/upset.h"

#include <utility>

#include "model/error.h"
#include "model/names.h"
#include "sim/unit_streams.h"
#include "sim/upset_core.h"

namespace sumac {
namespace {

class UpsetArrayImpl : public UpsetArray {
 public:
  explicit UpsetArrayImpl(const UpsetModel& model) : model_(model), core_(model.make()) {}

  const RtlArray& array() const override { return model_.array; }
  const std::vector<ElementRegister>& registers() const override { return core_->registers(); }

  UnitSums Run(const Job& job, const WorkUnit& unit, const Upset* upset) override {
    const OperandRows a(job.a, job.arithmetic.mantissa_bits);
    const OperandRows b(job.b, job.arithmetic.mantissa_bits);
    std::vector<Word> results;
    UnitSums sums;
    sums.cycles = core_->Run(UnitStreams(model_.array, job, a, b, unit), upset, results);
    for (std::int64_t m = 0; m < unit.rows; ++m) {
      for (std::int64_t n = 0; n < unit.columns; ++n) {
        sums.words.push_back(results[UnitResult(model_.array, unit, m, n)]);
      }
    }
    return sums;
  }

 private:
  const UpsetModel& model_;
  std::unique_ptr<UpsetCore> core_;
};

std::string Describe(const RtlArray& array) {
  return array.Geometry() + " " + ProductName(array.arithmetic.product) + " " +
         FormatName(array.arithmetic.mantissa_bits) + " comp " + CompName(array.arithmetic.comp);
}

}  // namespace

std::vector<RtlArray> UpsetArrays() {
  std::vector<RtlArray> arrays;
  for (const UpsetModel& model : UpsetModels()) arrays.push_back(model.array);
  return arrays;
}

std::unique_ptr<UpsetArray> MakeUpsetArray(const std::string& geometry,
                                           const Arithmetic& arithmetic) {
  const UpsetModel* best = nullptr;
  std::string known;
  for (const UpsetModel& model : UpsetModels()) {
    const RtlArray& array = model.array;
    known += (known.empty() ? "" : ", ") + Describe(array);
    if (array.arithmetic != arithmetic) continue;
    if (!geometry.empty() && geometry != array.Geometry()) continue;
    if (best == nullptr || array.Elements() > best->array.Elements()) best = &model;
  }
  if (best != nullptr) return std::make_unique<UpsetArrayImpl>(*best);
  throw Error("No array " + (geometry.empty() ? "" : geometry + " ") + "of " +
              ProductName(arithmetic.product) + " " + FormatName(arithmetic.mantissa_bits) +
              " comp " + CompName(arithmetic.comp) + " was Verilated for upsets; there are " +
              known + ". Choose one of them, or add it to SUMAC_UPSET_CORES and build again.");
}

}  // namespace sumac
