// SPDX-License-Identifier: Apache-2.0
// The arithmetic units by themselves, out of sumac_units, which holds one of every configuration.
#include "rtl_units.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "model/error.h"
#include "model/names.h"
#include "sim/rtl.h"

namespace sumac {
namespace {

// The lanes of sumac_units.sv, in its order.
constexpr std::array kFormats = {23, 10, 7, 3};
constexpr std::array kComps = {kCompMogami, kCompPamAlpha, kCompLMul};
constexpr int kDepths = 4;

// The place of `value` in `list`, or its size.
template <typename List, typename T>
std::size_t Find(const List& list, T value) {
  return static_cast<std::size_t>(std::ranges::find(list, value) - list.begin());
}

[[noreturn]] void Refuse(const std::string& what) {
  std::string formats;
  for (const int bits : kFormats) formats += (formats.empty() ? "" : ", ") + FormatName(bits);
  std::string comps;
  for (const Word comp : kComps) comps += (comps.empty() ? "" : ", ") + CompName(comp);
  throw Error("No unit " + what + " was Verilated; there are pam in the formats " + formats +
              " with comp " + comps + ", mul in the same formats, and add. Choose one of them.");
}

class VerilatedUnit : public RtlUnit {
 public:
  VerilatedUnit(RtlUnitKind kind, const Arithmetic& arithmetic) : kind_(kind), units_(&context_) {
    const std::size_t format = Find(kFormats, arithmetic.mantissa_bits);
    const std::size_t comp = Find(kComps, arithmetic.comp);
    if (kind == RtlUnitKind::kAdd) return;
    const bool pam = kind == RtlUnitKind::kPam;
    if (format == kFormats.size() || (pam && comp == kComps.size())) {
      Refuse(std::string(pam ? "pam " : "mul ") + FormatName(arithmetic.mantissa_bits) +
             (pam ? " comp " + CompName(arithmetic.comp) : ""));
    }
    lane_ = pam ? format * kComps.size() + comp : format;
  }
  ~VerilatedUnit() override {
    // Verilator 5.006 ends a model in the thread's context, which is that of the newest model.
    Verilated::threadContextp(&context_);
    units_.final();
  }

  Word Apply(Word a, Word b) override {
    units_.a_i = a;
    units_.b_i = b;
    units_.en_i = 1;
    const int edges = kind_ == RtlUnitKind::kAdd ? kDepths : 1;
    for (int edge = 0; edge < edges; ++edge) {
      for (const bool level : {false, true}) {
        units_.clk_i = level;
        units_.eval();
      }
    }
    switch (kind_) {
      case RtlUnitKind::kPam:
        return units_.pam_o.at(lane_);
      case RtlUnitKind::kMul:
        return units_.mul_o.at(lane_);
      case RtlUnitKind::kAdd:
        break;
    }
    return Sum(a, b);
  }

 private:
  // The one sum of all adder depths.
  Word Sum(Word a, Word b) const {
    for (std::size_t depth = 1; depth < kDepths; ++depth) {
      if (units_.sum_o.at(depth) == units_.sum_o.at(0)) continue;
      throw Error("sumac_fadd of depth " + std::to_string(depth + 1) +
                  " and of depth 1 differ on " + std::to_string(a) + " + " + std::to_string(b) +
                  ": the hardware is faulty.");
    }
    return units_.sum_o.at(0);
  }

  RtlUnitKind kind_;
  VerilatedContext context_;
  rtl_units units_;
  std::size_t lane_ = 0;
};

}  // namespace

std::unique_ptr<RtlUnit> MakeRtlUnit(RtlUnitKind kind, const Arithmetic& arithmetic) {
  return std::make_unique<VerilatedUnit>(kind, arithmetic);
}

}  // namespace sumac
