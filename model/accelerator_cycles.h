// SPDX-License-Identifier: Apache-2.0
// The cycle model of the whole accelerator (docs/accelerator.md, "Cycles"): how long it takes for a
// list of descriptors on a memory that never stalls. It is a recurrence over tiles and the beats of
// their streams, written from the timing of docs/rtl.md, and knows no output of a simulation;
// tests/sim holds it equal to the RTL's counters, cycle for cycle.
#ifndef SUMAC_MODEL_ACCELERATOR_CYCLES_H_
#define SUMAC_MODEL_ACCELERATOR_CYCLES_H_

#include <cstdint>
#include <span>

#include "model/cycles.h"

namespace sumac {

// What decides an accelerator's cycles.
struct AcceleratorTiming {
  ArrayShape array;
  std::int64_t bus_words = 4;        // of a beat
  std::int64_t latency = 1;          // cycles from a read's address to its first beat, from a
                                     // write's last beat to its answer
  std::int64_t interval = 1;         // least cycles from one beat to the next, each way
  std::int64_t result_depth = 1024;  // rows that wait to be written
  std::int64_t outstanding = 16;     // bursts, each way
};

// What a descriptor makes the accelerator do. Addresses are of words; only their places within 4
// KiB matter.
struct DescriptorWork {
  struct Load {
    std::int64_t address = 0;
    std::int64_t row_stride = 0;
    std::int64_t rows = 0;  // 0: nothing is loaded
    std::int64_t words = 0;
  };
  struct Operand {
    Load load;
    bool turn = false;             // steps go along k (weights: n), lanes along m (weights: k)
    bool unit = false;             // neighbours in the lanes' last digit are read together
    std::int64_t lane_extent = 1;  // of that digit
  };
  struct Matrix {
    std::int64_t address = 0;
    std::int64_t row_stride = 0;
    std::int64_t column_stride = 1;
  };
  enum class Source { kZero, kCIn, kBanks };

  std::int64_t m = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;
  Operand a;
  Operand b;
  Source source = Source::kZero;
  Matrix c_in;
  bool result = false;  // else the sums stay in the banks
  bool affine = false;
  bool residual_on = false;
  std::int64_t scale = 0;  // addresses
  std::int64_t shift = 0;
  Matrix residual;
  Matrix c;
};

struct AcceleratorCounts {
  std::int64_t cycles = 0;      // from the first in which it is busy to the last
  std::int64_t read_beats = 0;  // of the bus, descriptors included
  std::int64_t write_beats = 0;

  AcceleratorCounts& operator+=(const AcceleratorCounts& other);
};

// Of descriptors that are given to an idle accelerator all at once.
AcceleratorCounts CountAccelerator(const AcceleratorTiming& timing,
                                   std::span<const DescriptorWork> descriptors);

}  // namespace sumac

#endif  // SUMAC_MODEL_ACCELERATOR_CYCLES_H_
