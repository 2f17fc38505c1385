// SPDX-License-Identifier: Apache-2.0
// Stands in for sim/ in a build without RTL (SUMAC_RTL=OFF): there is no hardware, and it says so.
#include "model/error.h"
#include "sim/rtl.h"
#include "sim/upset.h"

namespace sumac {
namespace {

[[noreturn]] void Refuse() {
  throw Error(
      "This build has no Verilated hardware; configure it with -DSUMAC_RTL=ON (cmake --preset "
      "release; needs Verilator) for the engines rtl and core.");
}

}  // namespace

std::string RtlArray::Geometry() const {
  return std::to_string(rows) + "x" + std::to_string(columns);
}

std::vector<RtlArray> RtlArrays() { return {}; }

std::vector<RtlTop> RtlTops() { return {}; }

std::string RtlTop::Name() const { return Geometry(); }

RtlBoard MakeRtlBoard(const RtlTopOptions&) { Refuse(); }

std::unique_ptr<Device> MakeRtlDevice(const RtlOptions&) { Refuse(); }

std::unique_ptr<RtlUnit> MakeRtlUnit(RtlUnitKind, const Arithmetic&) { Refuse(); }

std::unique_ptr<UpsetArray> MakeUpsetArray(const std::string&, const Arithmetic&) { Refuse(); }

}  // namespace sumac
