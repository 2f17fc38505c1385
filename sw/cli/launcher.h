// SPDX-License-Identifier: Apache-2.0
#ifndef SUMAC_SW_CLI_LAUNCHER_H_
#define SUMAC_SW_CLI_LAUNCHER_H_

#include <cstdlib>

namespace sumac {

// Whether a launcher of MPI started this process: mpirun of Open MPI or MPICH, or srun.
inline bool LaunchedByMpi() {
  for (const char* variable : {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", "PMIX_RANK"}) {
    if (std::getenv(variable) != nullptr) return true;
  }
  return false;
}

}  // namespace sumac

#endif  // SUMAC_SW_CLI_LAUNCHER_H_
