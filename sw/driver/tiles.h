// SPDX-License-Identifier: Apache-2.0
// The tiles of a job: the commands that the accelerator's array carries out for it.
#ifndef SUMAC_SW_DRIVER_TILES_H_
#define SUMAC_SW_DRIVER_TILES_H_

#include <cstdint>
#include <vector>

#include "model/device.h"
#include "sw/driver/plan.h"

namespace sumac {

// One weight tile applied to rows of activations: an array command. Ranges are of the job's m, n
// and k; where the driver has exchanged A and B, activations go along n and weights along m.
struct Tile {
  std::int64_t m0 = 0;
  std::int64_t m = 0;
  std::int64_t n0 = 0;
  std::int64_t n = 0;
  std::int64_t k0 = 0;
  std::int64_t k = 0;
  std::int64_t descriptor = 0;
  std::int64_t rows = 0;  // of activations: m, or n where exchanged
  bool exchanged = false;
  bool result = false;  // its sums leave the array, else they stay in the banks
};

// In the order in which the array works them. Errors as MakePlan.
std::vector<Tile> MakeTiles(const AcceleratorShape& shape, const Job& job);

}  // namespace sumac

#endif  // SUMAC_SW_DRIVER_TILES_H_
