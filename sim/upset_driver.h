// SPDX-License-Identifier: Apache-2.0
// An UpsetCore on the class that Verilator made of sumac_core under sim/upset.vlt.
#ifndef SUMAC_SIM_UPSET_DRIVER_H_
#define SUMAC_SIM_UPSET_DRIVER_H_

#include <verilated.h>
#include <verilated_syms.h>

#include <cstdint>
#include <map>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "sim/core_driver.h"
#include "sim/upset_core.h"

namespace sumac {

template <typename Model>
class UpsetDriver : public UpsetCore, private CoreDriver<Model> {
 public:
  explicit UpsetDriver(int columns) : CoreDriver<Model>(columns) {
    FindRegisters();
    for (const auto& [name, reg] : elements_.at({0, 0})) registers_.push_back({name, reg.bits});
  }

  const std::vector<ElementRegister>& registers() const override { return registers_; }

  std::int64_t Run(const CoreWork& work, const Upset* upset, std::vector<Word>& results) override {
    upset_ = upset;
    Stalls none;
    return CoreDriver<Model>::Run(work, none, results);
  }

 private:
  struct Place {
    std::uint8_t* bytes = nullptr;  // of the register's value, the lowest first
    int bits = 0;
  };

  // Verilator's table of public variables: those that sim/upset.vlt makes writable.
  void FindRegisters() {
    const std::regex element(R"(.*\.gen_row\[(\d+)\]\.gen_col\[(\d+)\]\.u_pe(\..*)?)");
    for (const auto& [scope_name, scope] : *this->context().scopeNameMap()) {
      std::cmatch parts;
      if (scope->varsp() == nullptr || !std::regex_match(scope_name, parts, element)) continue;
      const std::string path = parts[3].matched ? parts[3].str().substr(1) + "." : "";
      for (const auto& [name, variable] : *scope->varsp()) {
        if (!variable.isPublicRW()) continue;
        const int bits = variable.dims() == 0 ? 1 : variable.packed().elements();
        elements_[{std::stoi(parts[1]), std::stoi(parts[2])}][path + name] = {
            static_cast<std::uint8_t*>(variable.datap()), bits};
      }
    }
  }

  void BeginCycle(std::int64_t cycle) override {
    if (upset_ == nullptr || cycle != upset_->cycle) return;
    const std::string& name = registers_[upset_->reg].name;
    const Place& place = elements_.at({upset_->row, upset_->column}).at(name);
    place.bytes[upset_->bit / 8] ^= static_cast<std::uint8_t>(1 << upset_->bit % 8);
  }

  std::map<std::pair<int, int>, std::map<std::string, Place>> elements_;  // by row and column
  std::vector<ElementRegister> registers_;
  const Upset* upset_ = nullptr;
};

}  // namespace sumac

#endif  // SUMAC_SIM_UPSET_DRIVER_H_
