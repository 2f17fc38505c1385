// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/ranks.h"

#include <mpi.h>

#include <chrono>
#include <cstdlib>
#include <numeric>
#include <thread>

#include "sw/cli/launcher.h"

namespace sumac {
namespace {

void Await(MPI_Request request, const std::function<void()>& wait) {
  for (int done = 0;;) {
    MPI_Test(&request, &done, MPI_STATUS_IGNORE);
    if (done != 0) return;
    wait();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

}  // namespace

Ranks::Ranks() {
  // Starting MPI takes a tenth of a second, which a process alone need not spend.
  if (!LaunchedByMpi()) return;
  int provided = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
}

Ranks::~Ranks() {
  int initialized = 0;
  MPI_Initialized(&initialized);
  if (initialized != 0) MPI_Finalize();
}

std::vector<std::string> Ranks::Gather(const std::string& text, const std::function<void()>& wait) {
  if (size_ == 1) return {text};
  const auto ranks = static_cast<std::size_t>(size_);
  const int length = static_cast<int>(text.size());
  std::vector<int> lengths(ranks);
  MPI_Request request = MPI_REQUEST_NULL;
  MPI_Iallgather(&length, 1, MPI_INT, lengths.data(), 1, MPI_INT, MPI_COMM_WORLD, &request);
  Await(request, wait);
  std::vector<int> places(ranks);
  std::exclusive_scan(lengths.begin(), lengths.end(), places.begin(), 0);
  std::string all(static_cast<std::size_t>(places.back() + lengths.back()), '\0');
  MPI_Iallgatherv(text.data(), length, MPI_CHAR, all.data(), lengths.data(), places.data(),
                  MPI_CHAR, MPI_COMM_WORLD, &request);
  Await(request, wait);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < ranks; ++i) {
    texts.push_back(
        all.substr(static_cast<std::size_t>(places[i]), static_cast<std::size_t>(lengths[i])));
  }
  return texts;
}

void Ranks::Abort(int status) {
  if (size_ > 1) MPI_Abort(MPI_COMM_WORLD, status);
  std::exit(status);
}

}  // namespace sumac
