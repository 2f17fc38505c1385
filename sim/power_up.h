// SPDX-License-Identifier: Apache-2.0
// The registers' contents before their reset.
#ifndef SUMAC_SIM_POWER_UP_H_
#define SUMAC_SIM_POWER_UP_H_

#include <verilated.h>

namespace sumac {

// Random by the seed, for models verilated with RANDOM_POWER_UP. Zeros in tests that count
// coverage: there a bit that is random first would pass for one that has toggled.
static inline void RandomPowerUp(VerilatedContext& context, int seed) {
#ifndef SUMAC_COVERAGE
  context.randReset(2);
#endif
  context.randSeed(seed);
}

}  // namespace sumac

#endif  // SUMAC_SIM_POWER_UP_H_
