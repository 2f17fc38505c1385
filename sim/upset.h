// SPDX-License-Identifier: Apache-2.0
// A Verilated core in which a bit of a processing element's register can be flipped, as a particle
// may flip it in silicon: a single-event upset. The bit stays as it is until its register is
// written again. No generated header is visible here.
#ifndef SUMAC_SIM_UPSET_H_
#define SUMAC_SIM_UPSET_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/cycles.h"
#include "model/device.h"
#include "sim/rtl.h"

namespace sumac {

// A register that every processing element has.
struct ElementRegister {
  std::string name;  // within sumac_pe: "act_q", "u_add.u_rnd_word.gen_register.value_q"
  int bits = 0;

  friend bool operator==(const ElementRegister&, const ElementRegister&) = default;
};

// One bit, flipped at the begin of one cycle.
struct Upset {
  std::int64_t cycle = 0;  // of a work unit, counted from 0 where the array is idle
  int row = 0;             // of the element
  int column = 0;
  std::size_t reg = 0;  // which of the registers
  int bit = 0;
};

// The sums of one work unit before the epilogue, rows x columns of the unit, and its cycles.
struct UnitSums {
  std::vector<Word> words;
  std::int64_t cycles = 0;
};

class UpsetArray {
 public:
  virtual ~UpsetArray() = default;

  virtual const RtlArray& array() const = 0;
  // All registers of an element, in the order of their names.
  virtual const std::vector<ElementRegister>& registers() const = 0;
  // Runs one of the job's units (CutIntoUnits), with the upset where it is not null. The job is of
  // the array's arithmetic and its buffers are HostBuffers. Throws Error where the hardware stops,
  // or gives too few or too many results.
  virtual UnitSums Run(const Job& job, const WorkUnit& unit, const Upset* upset) = 0;
};

// The arrays that were Verilated so, in the order of the build's list.
std::vector<RtlArray> UpsetArrays();

// `array`: "RxC", or "" for the largest that has the arithmetic. Throws Error, naming what there
// is, where nothing that matches was Verilated.
std::unique_ptr<UpsetArray> MakeUpsetArray(const std::string& array, const Arithmetic& arithmetic);

}  // namespace sumac

#endif  // SUMAC_SIM_UPSET_H_
