// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/upset_bits.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include "model/error.h"

namespace sumac {
namespace {

// Fields from the highest bit down. A width of 0 stands for the operands' mantissa bits.
struct Field {
  const char* name;
  int bits;
};
struct Layout {
  const char* kind;
  std::vector<Field> fields;
};

constexpr int kOperandMantissa = 0;

// rtl/sumac_pe.sv and, below u_add, rtl/sumac_fadd.sv. A weight is kept with its exponent less the
// bias, which takes a ninth bit.
const std::map<std::string, Layout>& Layouts() {
  static const std::map<std::string, Layout> layouts = {
      {"act_special_q", {"activation", {{"flag", 1}}}},
      {"act_q", {"activation", {{"sign", 1}, {"exponent", 8}, {"mantissa", kOperandMantissa}}}},
      {"shadow_flags_q", {"shadow weight", {{"flag", 1}, {"sign", 1}}}},
      {"shadow_offset_q", {"shadow weight", {{"exponent", 9}, {"mantissa", kOperandMantissa}}}},
      {"active_flags_q", {"weight", {{"flag", 1}, {"sign", 1}}}},
      {"active_offset_q", {"weight", {{"exponent", 9}, {"mantissa", kOperandMantissa}}}},
      {"product_q", {"product", {{"sign", 1}, {"exponent", 8}, {"mantissa", 23}}}},
      {"u_add.u_aln_big", {"adder", {{"mantissa", 24}}}},
      {"u_add.u_aln_small", {"adder", {{"mantissa", 27}}}},
      {"u_add.u_aln_flags", {"adder", {{"exponent", 8}, {"sign", 2}, {"flag", 2}}}},
      {"u_add.u_add_mag", {"adder", {{"mantissa", 28}}}},
      {"u_add.u_add_flags", {"adder", {{"exponent", 8}, {"sign", 1}}}},
      {"u_add.u_nrm_mantissa", {"adder", {{"mantissa", 23}}}},
      {"u_add.u_nrm_flags",
       {"adder", {{"flag", 1}, {"exponent", 6}, {"flag", 2}, {"exponent", 8}, {"sign", 1}}}},
      {"u_add.u_rnd_word", {"sum", {{"sign", 1}, {"exponent", 8}, {"mantissa", 23}}}},
      {"load_q", {"control", {{"control", 1}}}},
      {"swap_q", {"control", {{"control", 1}}}},
  };
  return layouts;
}

}  // namespace

BitMeaning MeaningOf(const ElementRegister& reg, int bit, int mantissa_bits) {
  // A sumac_stage is named after itself.
  const auto layout = Layouts().find(reg.name.substr(0, reg.name.find(".gen_register.")));
  if (layout != Layouts().end()) {
    int lowest = reg.bits;
    for (const Field& field : layout->second.fields) {
      lowest -= field.bits == kOperandMantissa ? mantissa_bits : field.bits;
      if (bit >= lowest && lowest >= 0) return {layout->second.kind, field.name};
    }
  }
  throw Error(fmt::format("The element's register {} of {} bits is not known to `sumac upset`.",
                          reg.name, reg.bits));
}

const std::vector<BitMeaning>& BitMeanings() {
  static const std::vector<BitMeaning> meanings = [] {
    std::vector<BitMeaning> list;
    for (const char* kind :
         {"activation", "shadow weight", "weight", "product", "adder", "sum", "control"}) {
      for (const char* field : {"sign", "exponent", "mantissa", "flag", "control"}) {
        for (const auto& [name, layout] : Layouts()) {
          if (layout.kind != std::string(kind)) continue;
          const BitMeaning meaning{kind, field};
          const bool has = std::ranges::any_of(
              layout.fields, [&](const Field& f) { return f.name == std::string(field); });
          if (has && (list.empty() || list.back() != meaning)) list.push_back(meaning);
        }
      }
    }
    return list;
  }();
  return meanings;
}

}  // namespace sumac
