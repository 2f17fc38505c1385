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

nlohmann::ordered_json AcceleratorList() {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const RtlTop& top : RtlTops()) {
    list.push_back({{"array", top.Geometry()},
                    {"format", FormatName(top.arithmetic.mantissa_bits)},
                    {"mul", ProductName(top.arithmetic.product)},
                    {"comp", CompName(top.arithmetic.comp)},
                    {"adder_depth", top.adder_depth},
                    {"bus_bits", top.BusBits()}});
  }
  return list;
}

void PrintInfo(bool json) {
  const std::vector<RtlArray> arrays = RtlArrays();
  if (json) {
    nlohmann::ordered_json list = nlohmann::ordered_json::array();
    for (const RtlArray& array : arrays) {
      list.push_back({{"array", array.Geometry()},
                      {"format", FormatName(array.arithmetic.mantissa_bits)},
                      {"mul", ProductName(array.arithmetic.product)},
                      {"comp", CompName(array.arithmetic.comp)},
                      {"adder_depth", array.adder_depth}});
    }
    const nlohmann::ordered_json document = {{"version", SUMAC_VERSION},
                                             {"compiler", SUMAC_COMPILER},
                                             {"kernels", KernelNames()},
                                             {"arrays", list},
                                             {"accelerators", AcceleratorList()}};
    fmt::print("{}\n", document.dump(2));
    return;
  }
  fmt::print("version   {}\ncompiler  {}\nkernels   {} (the first is used)\n", SUMAC_VERSION,
             SUMAC_COMPILER, fmt::join(KernelNames(), ", "));
  if (arrays.empty()) {
    fmt::print("arrays    none in this build (SUMAC_RTL=OFF)\n");
    return;
  }
  fmt::print("arrays    {:<8} {:<8} {:<6} {:<10} {}\n", "array", "format", "mul", "comp",
             "adder depth");
  for (const RtlArray& array : arrays) {
    fmt::print("          {:<8} {:<8} {:<6} {:<10} {}\n", array.Geometry(),
               FormatName(array.arithmetic.mantissa_bits), ProductName(array.arithmetic.product),
               CompName(array.arithmetic.comp), array.adder_depth);
  }
  for (const RtlTop& top : RtlTops()) fmt::print("accelerator {}\n", top.Name());
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
