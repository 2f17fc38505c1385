// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "model/devices.h"
#include "model/names.h"
#include "sim/rtl.h"
#include "sw/cli/commands.h"
#include "sw/cli/options.h"

namespace sumac {
namespace {

nlohmann::ordered_json Describe(const RtlArray& array) {
  return {{"array", array.Geometry()},
          {"format", FormatName(array.arithmetic.mantissa_bits)},
          {"mul", ProductName(array.arithmetic.product)},
          {"comp", CompName(array.arithmetic.comp)},
          {"adder_depth", array.adder_depth}};
}

std::string Line(const RtlArray& array) {
  return fmt::format("{:<8} {:<8} {:<6} {:<10} {:<12}", array.Geometry(),
                     FormatName(array.arithmetic.mantissa_bits),
                     ProductName(array.arithmetic.product), CompName(array.arithmetic.comp),
                     array.adder_depth);
}

void PrintInfo(bool json) {
  const std::vector<RtlTop> arrays = RtlTops();
  const std::vector<RtlArray> cores = RtlArrays();
  if (json) {
    nlohmann::ordered_json document = {{"version", SUMAC_VERSION},
                                       {"compiler", SUMAC_COMPILER},
                                       {"kernels", KernelNames()},
                                       {"arrays", nlohmann::ordered_json::array()},
                                       {"cores", nlohmann::ordered_json::array()}};
    for (const RtlTop& array : arrays) {
      document["arrays"].push_back(Describe(array));
      document["arrays"].back()["bus_bits"] = array.BusBits();
    }
    for (const RtlArray& core : cores) document["cores"].push_back(Describe(core));
    fmt::print("{}\n", document.dump(2));
    return;
  }
  fmt::print("version   {}\ncompiler  {}\nkernels   {} (the first is used)\n", SUMAC_VERSION,
             SUMAC_COMPILER, fmt::join(KernelNames(), ", "));
  if (arrays.empty() && cores.empty()) {
    fmt::print("hardware  none in this build\n");
    return;
  }
  fmt::print("hardware  {:<8} {:<8} {:<6} {:<10} {:<12} {}\n", "array", "format", "mul", "comp",
             "adder depth", "bus bits");
  for (const RtlTop& array : arrays) fmt::print("rtl       {} {}\n", Line(array), array.BusBits());
  for (const RtlArray& core : cores) fmt::print("core      {} -\n", Line(core));
}

}  // namespace

void AddInfo(CLI::App& app, int&) {
  const auto json = std::make_shared<bool>(false);
  CLI::App* command =
      app.add_subcommand("info", "Version, compiler, CPU kernels and Verilated arrays");
  AddJsonOption(*command, *json);
  command->footer("Example:\n  sumac info --json");
  command->callback([json] { PrintInfo(*json); });
}

}  // namespace sumac
