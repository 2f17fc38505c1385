// SPDX-License-Identifier: Apache-2.0
// A core whose elements' registers can be struck, and the list of those that were Verilated.
#ifndef SUMAC_SIM_UPSET_CORE_H_
#define SUMAC_SIM_UPSET_CORE_H_

#include <memory>
#include <span>
#include <vector>

#include "sim/core.h"
#include "sim/upset.h"

namespace sumac {

class UpsetCore {
 public:
  virtual ~UpsetCore() = default;

  virtual const std::vector<ElementRegister>& registers() const = 0;
  // As Core::Run, without stalls, and with the upset where it is not null.
  virtual std::int64_t Run(const CoreWork& work, const Upset* upset,
                           std::vector<Word>& results) = 0;
};

// One Verilated geometry.
struct UpsetModel {
  RtlArray array;
  std::unique_ptr<UpsetCore> (*make)() = nullptr;
};

// All that were Verilated, in the order of the build's list.
std::span<const UpsetModel> UpsetModels();

}  // namespace sumac

#endif  // SUMAC_SIM_UPSET_CORE_H_
