// SPDX-License-Identifier: Apache-2.0
// The cycle model: how a GEMM is cut for an array, and how many cycles the array takes, in closed
// form. It knows the timing of docs/rtl.md and no output of a simulation; tests/sim holds it equal
// to the RTL's counts. Streams are taken never to wait: the memory around the array is not in it.
#ifndef SUMAC_MODEL_CYCLES_H_
#define SUMAC_MODEL_CYCLES_H_

#include <cstdint>
#include <vector>

namespace sumac {

inline std::int64_t DivideUp(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

// What decides an array's cycles.
struct ArrayShape {
  int rows = 0;
  int columns = 0;
  int adder_depth = 0;          // pipeline stages of the FP32 adder
  std::int64_t psum_depth = 0;  // rows of the partial-sum banks

  std::int64_t Elements() const { return std::int64_t{rows} * columns; }
};

// C[first_row .. + rows][first_column .. + columns] of a job: what passes the array from idle to
// idle, its partial sums in the banks. Its k-tiles follow each other; where its rows are too few to
// hide the adders' latency it has several column tiles, which take turns.
struct WorkUnit {
  std::int64_t first_row = 0;
  std::int64_t rows = 0;
  std::int64_t first_column = 0;
  std::int64_t columns = 0;
};

// The units of an M x N result, in order; none where M or N is 0.
std::vector<WorkUnit> CutIntoUnits(const ArrayShape& array, std::int64_t m, std::int64_t n);

// Cycles from idle to idle of one unit of rows x columns with a fold of k terms.
std::int64_t UnitCycles(const ArrayShape& array, std::int64_t rows, std::int64_t columns,
                        std::int64_t k);

// The sum over the units of an M x N x K job.
std::int64_t JobCycles(const ArrayShape& array, std::int64_t m, std::int64_t n, std::int64_t k);

// Multiply-accumulates over what the array's elements could have done in these cycles; 0 where
// there is no array or nothing was done.
double Utilization(const ArrayShape& array, std::int64_t macs, std::int64_t cycles);

}  // namespace sumac

#endif  // SUMAC_MODEL_CYCLES_H_
