// SPDX-License-Identifier: Apache-2.0
// A job's cycles on an accelerator without running it: its plan, counted by the cycle model.
#ifndef SUMAC_SW_DRIVER_PREDICT_H_
#define SUMAC_SW_DRIVER_PREDICT_H_

#include <span>

#include "model/accelerator_cycles.h"
#include "model/device.h"
#include "sw/driver/plan.h"

namespace sumac {

// The accelerator's part of a timing; the memory's is the caller's, as are the depths that no
// register tells.
AcceleratorTiming TimingOf(const AcceleratorShape& shape, AcceleratorTiming memory = {});

// What a descriptor makes the accelerator do.
DescriptorWork WorkOf(const Descriptor& descriptor);

// The cycles and beats of a plan that the driver gives to an accelerator, a ring of descriptors at
// a time.
AcceleratorCounts CountPlan(const AcceleratorTiming& timing, std::span<const Descriptor> plan);

// A job's cycles and beats on a memory that never stalls. Buffers are taken to lie at 4 KiB lines,
// as the driver puts them. Errors as MakePlan.
AcceleratorCounts PredictJob(const AcceleratorShape& shape, const AcceleratorTiming& timing,
                             const Job& job);

}  // namespace sumac

#endif  // SUMAC_SW_DRIVER_PREDICT_H_
