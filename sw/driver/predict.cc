// SPDX-License-Identifier: Apache-2.0
#include "sw/driver/predict.h"

#include <algorithm>
#include <span>
#include <vector>

#include "sw/driver/accelerator_device.h"
#include "sw/driver/registers.h"

namespace sumac {
namespace {

DescriptorWork::Load LoadOf(const std::uint32_t* words) {
  return {words[0], static_cast<std::int32_t>(words[1]), words[2], words[3]};
}

DescriptorWork::Matrix MatrixOf(const std::uint32_t* words) {
  return {words[0], static_cast<std::int32_t>(words[1]), static_cast<std::int32_t>(words[2])};
}

DescriptorWork::Operand OperandOf(const std::uint32_t* load, const std::uint32_t* view, bool turn) {
  DescriptorWork::Operand operand;
  operand.load = LoadOf(load);
  operand.turn = turn;
  operand.unit = (view[kViewMasks] >> 16 & 1) != 0;
  operand.lane_extent = std::max<std::int64_t>(1, view[kViewLaneExtent] >> 16);
  return operand;
}

}  // namespace

AcceleratorTiming TimingOf(const AcceleratorShape& shape, AcceleratorTiming memory) {
  memory.array = {shape.rows, shape.columns, shape.adder_depth, shape.psum_depth};
  memory.bus_words = shape.bus_words;
  return memory;
}

DescriptorWork WorkOf(const Descriptor& words) {
  const std::uint32_t flags = words[kDescFlags];
  DescriptorWork work;
  work.m = words[kDescM];
  work.n = words[kDescN];
  work.k = words[kDescK];
  work.a = OperandOf(&words[kDescALoad], &words[kDescAView], (flags & 1) != 0);
  work.b = OperandOf(&words[kDescBLoad], &words[kDescBView], (flags >> 1 & 1) != 0);
  work.source = static_cast<DescriptorWork::Source>(flags >> 2 & 3);
  work.c_in = MatrixOf(&words[kDescCIn]);
  work.result = (flags >> 4 & 1) != 0;
  work.affine = (flags >> 5 & 1) != 0;
  work.residual_on = (flags >> 6 & 1) != 0;
  work.scale = words[kDescScale];
  work.shift = words[kDescShift];
  work.residual = MatrixOf(&words[kDescResidual]);
  work.c = MatrixOf(&words[kDescC]);
  return work;
}

AcceleratorCounts CountPlan(const AcceleratorTiming& timing, std::span<const Descriptor> plan) {
  std::vector<DescriptorWork> work(plan.size());
  std::ranges::transform(plan, work.begin(), WorkOf);
  AcceleratorCounts counts;
  for (std::size_t i = 0; i < work.size(); i += kRingDescriptors) {
    counts += CountAccelerator(
        timing, std::span(work).subspan(i, std::min(work.size() - i, kRingDescriptors)));
  }
  return counts;
}

AcceleratorCounts PredictJob(const AcceleratorShape& shape, const AcceleratorTiming& timing,
                             const Job& job) {
  return CountPlan(timing, MakePlan(shape, job, [](const Buffer&) { return 0; }));
}

}  // namespace sumac
