// SPDX-License-Identifier: Apache-2.0
// Stands in for ranks.cc in a build without MPI (SUMAC_MPI=OFF): one process, and it says so.
#include <algorithm>
#include <cstdlib>

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

void Ranks::Exchange(std::span<const std::span<const std::byte>> out,
                     std::span<const std::span<std::byte>> in) {
  std::ranges::copy(out[0], in[0].begin());
}

std::vector<int> Ranks::Lost() const { return {}; }

void Ranks::Abort(int status) { std::exit(status); }

}  // namespace sumac
