// SPDX-License-Identifier: Apache-2.0
// The accelerators that were Verilated, inside sim.
#ifndef SUMAC_SIM_TOP_H_
#define SUMAC_SIM_TOP_H_

#include <memory>
#include <span>
#include <vector>

#include "sim/accelerator.h"
#include "sim/rtl.h"

namespace sumac {

// One Verilated accelerator.
struct TopModel {
  RtlTop top;
  std::unique_ptr<Accelerator> (*make)(std::span<float> memory, const BusTiming& timing) = nullptr;
  // On another's bus, which outlives it.
  std::unique_ptr<Accelerator> (*make_on_bus)(BusPeer& bus) = nullptr;
};

// All that were Verilated, in the order of the build's list.
std::span<const TopModel> TopModels();

// The largest that matches. Throws Error, naming what there is, where none does.
const TopModel& ChooseTop(const RtlTopOptions& options);

}  // namespace sumac

#endif  // SUMAC_SIM_TOP_H_
