// SPDX-License-Identifier: Apache-2.0
#include "python/engine.h"

#include "model/devices.h"
#include "model/error.h"
#include "model/names.h"
#include "sim/rtl.h"
#include "sw/driver/accelerator_device.h"

namespace sumac::python {
namespace {

std::unique_ptr<Device> MakeAccelerator(const std::string& array, const Arithmetic& arithmetic) {
  RtlTopOptions options;
  options.array = array;
  options.arithmetic = arithmetic;
  const RtlBoard made = MakeRtlBoard(options);
  return MakeAcceleratorDevice(made.name, made.board);
}

}  // namespace

Arithmetic ParseArithmetic(const std::string& mul, const std::string& comp,
                           const std::string& format) {
  Arithmetic arithmetic{ParseProduct(mul), ParseComp(comp), ParseFormat(format)};
  if (arithmetic.product == Product::kIeee) arithmetic.comp = 0;  // it has none
  return arithmetic;
}

std::unique_ptr<Device> MakeEngine(const EngineOptions& options, const Arithmetic& arithmetic) {
  const std::string& engine = options.engine;
  if (options.threads < 0 || options.threads > 1024) {
    throw Error("threads is " + std::to_string(options.threads) + ", and 0 to 1024 are possible.");
  }
  if (engine == "core") {
    RtlOptions rtl;
    rtl.array = options.array;
    rtl.arithmetic = arithmetic;
    rtl.threads = options.threads;
    return MakeRtlDevice(rtl);
  }
  if (engine == "rtl") return MakeAccelerator(options.array, arithmetic);
  if (engine != "simd" && engine != "reference") {
    throw Error("'" + engine + "' is not an engine; choose reference, simd, core or rtl.");
  }
  if (!options.array.empty()) {
    throw Error("array is of the hardware; give engine='core' or 'rtl' with it.");
  }
  return engine == "simd" ? MakeSimdDevice(options.threads) : MakeReferenceDevice(options.threads);
}

}  // namespace sumac::python
