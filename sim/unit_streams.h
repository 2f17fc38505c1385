// SPDX-License-Identifier: Apache-2.0
// What a core is given for one work unit of a job, and where the results that it gives belong.
#ifndef SUMAC_SIM_UNIT_STREAMS_H_
#define SUMAC_SIM_UNIT_STREAMS_H_

#include <cstddef>
#include <cstdint>

#include "model/cycles.h"
#include "model/device.h"
#include "model/operand_rows.h"
#include "sim/core.h"

namespace sumac {

// The unit's commands and beats, tile by tile. The job's buffers are HostBuffers; `a` and `b` are
// the rows of its operands.
CoreWork UnitStreams(const ArrayShape& array, const Job& job, const OperandRows& a,
                     const OperandRows& b, const WorkUnit& unit);

// Of the words that the core then gives, tile by tile and row by row, the one of the unit's row m
// and column n.
inline std::size_t UnitResult(const ArrayShape& array, const WorkUnit& unit, std::int64_t m,
                              std::int64_t n) {
  const std::int64_t row = n / array.columns * unit.rows + m;
  return static_cast<std::size_t>(row * array.columns + n % array.columns);
}

}  // namespace sumac

#endif  // SUMAC_SIM_UNIT_STREAMS_H_
