// SPDX-License-Identifier: Apache-2.0
// Stands in for ranks.cc in a build without MPI (SUMAC_MPI=OFF): one process, and it says so.
#include "model/error.h"
#include "sw/cli/launcher.h"
#include "sw/cli/ranks.h"

namespace sumac {

Ranks::Ranks() {
  if (LaunchedByMpi()) {
    throw Error(
        "This build has no MPI; configure it with -DSUMAC_MPI=ON (needs libopenmpi-dev), or start "
        "the program without mpirun.");
  }
}

Ranks::~Ranks() = default;

std::vector<std::string> Ranks::Gather(const std::string& text, const std::function<void()>&) {
  return {text};
}

void Ranks::Abort(int status) { std::exit(status); }

}  // namespace sumac
