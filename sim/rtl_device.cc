// SPDX-License-Identifier: Apache-2.0
// The RTL device: GEMM jobs on a pool of Verilated cores.
//
// A job is cut into work units (model/cycles.h), each of which goes through one core from idle to
// idle. The epilogue, which the core has not, is the host's; rtl/sumac_post.sv computes the same
// words.
#include <algorithm>
#include <atomic>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "model/cycles.h"
#include "model/error.h"
#include "model/host_device.h"
#include "model/names.h"
#include "model/operand_rows.h"
#include "model/threads.h"
#include "sim/core.h"
#include "sim/unit_streams.h"

namespace sumac {
namespace {

class RtlDevice : public HostDevice {
 public:
  RtlDevice(const CoreModel& model, const RtlOptions& options) : model_(model), options_(options) {
    for (int i = 0; i < ThreadCount(options.threads); ++i) cores_.push_back(model.make());
    if (!options.trace.empty()) cores_.front()->Trace(options.trace, options.trace_cycles);
  }

  std::string name() const override { return "core " + model_.array.Geometry(); }

 protected:
  void Check(const Job& job) const override {
    if (job.arithmetic != model_.array.arithmetic) {
      throw Error("GEMM job '" + job.name + "' is of another arithmetic than the array " +
                  model_.array.Geometry() + "; make a device for each arithmetic.");
    }
    HostDevice::Check(job);
  }

  // Core i starts with unit i, so that the first core's waveform is always that of unit 0; then
  // each takes the next that is left.
  JobReport Execute(const Job& job) override {
    const std::vector<WorkUnit> units = CutIntoUnits(model_.array, job.m, job.n);
    const OperandRows a(job.a, job.arithmetic.mantissa_bits);
    const OperandRows b(job.b, job.arithmetic.mantissa_bits);
    const std::size_t workers = std::min(cores_.size(), units.size());
    std::atomic<std::size_t> next = workers;
    std::atomic<std::int64_t> cycles = 0;
    std::exception_ptr error;
    std::mutex error_mutex;
    const auto work = [&](std::size_t worker) {
      try {
        for (std::size_t i = worker; i < units.size(); i = next++) {
          if (options_.poll) options_.poll();
          Stalls stalls;
          if (options_.stall_seed != 0) stalls = {options_.stall_seed, i, options_.stall_rate};
          cycles += RunUnit(job, a, b, units[i], *cores_[worker], stalls);
        }
      } catch (...) {
        const std::scoped_lock lock(error_mutex);
        error = std::current_exception();
        next = units.size();
      }
    };
    {
      std::vector<std::jthread> threads;
      for (std::size_t i = 1; i < workers; ++i) threads.emplace_back(work, i);
      if (workers > 0) work(0);
    }
    if (error) std::rethrow_exception(error);
    ApplyJobEpilogue(job);
    return {.cycles = cycles,
            .predicted_cycles = JobCycles(model_.array, job.m, job.n, job.k),
            .mismatch = {}};
  }

 private:
  std::int64_t RunUnit(const Job& job, const OperandRows& a, const OperandRows& b,
                       const WorkUnit& unit, Core& core, Stalls& stalls) const {
    std::vector<Word> results;
    const std::int64_t cycles =
        core.Run(UnitStreams(model_.array, job, a, b, unit), stalls, results);
    Store(job, unit, results);
    return cycles;
  }

  void Store(const Job& job, const WorkUnit& unit, const std::vector<Word>& results) const {
    const std::span<float> words = AsHostBuffer(*job.c.buffer).floats();
    for (std::int64_t m = 0; m < unit.rows; ++m) {
      for (std::int64_t n = 0; n < unit.columns; ++n) {
        const std::int64_t address = job.c.Address(unit.first_row + m, unit.first_column + n);
        words[static_cast<std::size_t>(address)] =
            ToFloat(results[UnitResult(model_.array, unit, m, n)]);
      }
    }
  }

  const CoreModel& model_;
  RtlOptions options_;
  std::vector<std::unique_ptr<Core>> cores_;
};

std::string Describe(const Arithmetic& arithmetic) {
  std::string text = ProductName(arithmetic.product) + " " + FormatName(arithmetic.mantissa_bits);
  if (arithmetic.product == Product::kPam) text += " comp " + CompName(arithmetic.comp);
  return text;
}

const CoreModel& Choose(const RtlOptions& options) {
  const CoreModel* best = nullptr;
  std::string known;
  for (const CoreModel& model : CoreModels()) {
    const RtlArray& array = model.array;
    known += (known.empty() ? "" : ", ") + array.Geometry() + " " + Describe(array.arithmetic);
    if (array.arithmetic != options.arithmetic) continue;
    if (!options.array.empty() && options.array != array.Geometry()) continue;
    if (best == nullptr || array.Elements() > best->array.Elements()) best = &model;
  }
  if (best != nullptr) return *best;
  throw Error("No core " + (options.array.empty() ? "" : options.array + " ") + "of " +
              Describe(options.arithmetic) + " was Verilated; there are " + known +
              ". Choose one of them, or add it to SUMAC_CORES and build again.");
}

}  // namespace

std::string RtlArray::Geometry() const {
  return std::to_string(rows) + "x" + std::to_string(columns);
}

std::vector<RtlArray> RtlArrays() {
  std::vector<RtlArray> arrays;
  for (const CoreModel& model : CoreModels()) arrays.push_back(model.array);
  return arrays;
}

std::unique_ptr<Device> MakeRtlDevice(const RtlOptions& options) {
  return std::make_unique<RtlDevice>(Choose(options), options);
}

}  // namespace sumac
