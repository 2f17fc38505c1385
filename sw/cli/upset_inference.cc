// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/upset_inference.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/devices.h"
#include "model/eager_device.h"
#include "model/error.h"
#include "model/host_device.h"
#include "model/job_snapshot.h"

namespace sumac {

// Gives each job of an inference, with its number, to a function.
class UpsetInference::NumberedDevice : public WrappingDevice {
 public:
  using WrappingDevice::WrappingDevice;

  void Begin(UpsetInference::Execute execute) {
    execute_ = std::move(execute);
    next_ = 0;
  }

 protected:
  JobReport Execute(const Job& job) override {
    execute_(job, next_++);
    return {};
  }

 private:
  UpsetInference::Execute execute_;
  std::size_t next_ = 0;
};

namespace {

void WriteResult(const Job& job, std::span<const float> words) {
  const std::span<float> c = AsHostBuffer(*job.c.buffer).floats();
  std::size_t next = 0;
  for (std::int64_t m = 0; m < job.m; ++m) {
    for (std::int64_t n = 0; n < job.n; ++n) {
      c[static_cast<std::size_t>(job.c.Address(m, n))] = words[next++];
    }
  }
}

// Calls visit(m, n, sum) for each element of the unit, m and n of the job.
template <typename Visit>
void ForEachSum(const WorkUnit& unit, const UnitSums& sums, Visit visit) {
  std::size_t next = 0;
  for (std::int64_t m = 0; m < unit.rows; ++m) {
    for (std::int64_t n = 0; n < unit.columns; ++n) {
      visit(unit.first_row + m, unit.first_column + n, sums.words[next++]);
    }
  }
}

}  // namespace

UpsetInference::UpsetInference(const NetworkInput& input, UpsetArray& array)
    : input_(input),
      array_(array),
      normalise_(input.data),
      simd_(MakeSimdDevice()),
      device_(std::make_unique<NumberedDevice>(simd_)),
      context_{.device = *device_,
               .forward = input.arithmetic,
               .backward = input.arithmetic,
               .mul_free = input.checkpoint.config.mul_free},
      net_(MakeNetwork(*device_, input.checkpoint)),
      graph_(context_, net_, 1) {}

UpsetInference::~UpsetInference() = default;

std::vector<float> UpsetInference::Infer(Execute execute) {
  device_->Begin(std::move(execute));
  const std::span<const float> logits = graph_.Run(1);
  return {logits.begin(), logits.end()};
}

void UpsetInference::Show(std::int64_t image) {
  layers_.clear();
  cycles_ = 0;
  LoadImage(input_.data, normalise_, image, {}, graph_.input());
  logits_ = Infer([this](const Job& job, std::size_t) {
    Layer layer{
        JobSnapshot(*simd_, job).On(*simd_), CutIntoUnits(array_.array(), job.m, job.n), {}, {}};
    simd_->Run(job);
    layer.words = ReadResult(*simd_, job);
    layers_.push_back(std::move(layer));
    cycles_ += JobCycles(array_.array(), job.m, job.n, job.k);
  });
}

UpsetInference::Place UpsetInference::Find(std::int64_t cycle) const {
  Place place{0, "", 0, cycle};
  for (const Layer& layer : layers_) {
    for (place.unit = 0; place.unit < layer.units.size(); ++place.unit) {
      const WorkUnit& unit = layer.units[place.unit];
      const std::int64_t cycles = UnitCycles(array_.array(), unit.rows, unit.columns, layer.job.k);
      if (place.cycle < cycles) {
        place.layer = layer.job.name;
        return place;
      }
      place.cycle -= cycles;
    }
    ++place.job;
  }
  throw Error(fmt::format("cycle {} is none of the inference's {}.", cycle, cycles_));
}

UnitSums UpsetInference::RunUnit(const Job& job, const WorkUnit& unit, const Upset* upset) {
  UnitSums sums = array_.Run(job, unit, upset);
  const std::int64_t cycles = UnitCycles(array_.array(), unit.rows, unit.columns, job.k);
  if (sums.cycles != cycles) {
    throw Error(
        fmt::format("a unit of {} took {} cycles instead of {}.", job.name, sums.cycles, cycles));
  }
  return sums;
}

const std::vector<float>& UpsetInference::CleanSums(Layer& layer) {
  if (layer.sums.empty()) {
    Job job = layer.job;
    job.epilogue = {};
    simd_->Run(job);
    layer.sums = ReadResult(*simd_, job);
  }
  return layer.sums;
}

UpsetInference::Struck UpsetInference::Strike(const Place& place, const Upset& upset) {
  Layer& layer = layers_[place.job];
  const WorkUnit& unit = layer.units[place.unit];
  const std::vector<float>& clean_sums = CleanSums(layer);
  std::vector<float> words = layer.words;
  Struck struck;
  ForEachSum(unit, RunUnit(layer.job, unit, &upset), [&](std::int64_t m, std::int64_t n, Word sum) {
    const auto index = static_cast<std::size_t>(m * layer.job.n + n);
    if (sum == ToWord(clean_sums[index])) return;
    ++struck.sums;
    const Word word = EpilogueOfJob(layer.job, m, n, sum);
    if (word == ToWord(words[index])) return;
    ++struck.words;
    words[index] = ToFloat(word);
  });
  if (struck.words == 0) {
    struck.logits = logits_;
    return struck;
  }
  struck.logits = Infer([&](const Job& job, std::size_t number) {
    if (number > place.job) {
      simd_->Run(job);
    } else {
      WriteResult(job, number < place.job ? layers_[number].words : words);
    }
  });
  return struck;
}

std::vector<float> UpsetInference::StrikeOnRtl(const Place& place, const Upset& upset) {
  return Infer([&](const Job& job, std::size_t number) {
    const std::vector<WorkUnit>& units = layers_[number].units;
    std::vector<float> words(static_cast<std::size_t>(job.m * job.n));
    for (std::size_t i = 0; i < units.size(); ++i) {
      const bool struck = number == place.job && i == place.unit;
      ForEachSum(units[i], RunUnit(job, units[i], struck ? &upset : nullptr),
                 [&](std::int64_t m, std::int64_t n, Word sum) {
                   words[static_cast<std::size_t>(m * job.n + n)] =
                       ToFloat(EpilogueOfJob(job, m, n, sum));
                 });
    }
    WriteResult(job, words);
  });
}

}  // namespace sumac
