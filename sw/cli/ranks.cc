// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/ranks.h"

#include <fmt/format.h>
#include <mpi.h>
#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <numeric>
#include <thread>

#include "sw/cli/interrupt.h"
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

bool IsThere(pid_t process) { return kill(process, 0) == 0 || errno != ESRCH; }

std::string MachineName() {
  char name[MPI_MAX_PROCESSOR_NAME];
  int length = 0;
  MPI_Get_processor_name(name, &length);
  return {name, static_cast<std::size_t>(length)};
}

}  // namespace

Ranks::Ranks() {
  // Starting MPI takes a tenth of a second, which a process alone need not spend.
  if (!LaunchedByMpi()) return;
  int provided = 0;
  MPI_Init_thread(nullptr, nullptr, MPI_THREAD_FUNNELED, &provided);
  MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
  MPI_Comm_size(MPI_COMM_WORLD, &size_);
  const std::string machine = MachineName();
  for (const std::string& other : Gather(fmt::format("{} {}", getpid(), machine), [] {})) {
    const std::size_t space = other.find(' ');
    const auto process = static_cast<pid_t>(std::stol(other.substr(0, space)));
    // A container of its own on the same machine may hide it.
    const bool seen = other.substr(space + 1) == machine && IsThere(process);
    processes_.push_back(seen ? process : 0);
  }
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

void Ranks::Exchange(std::span<const std::span<const std::byte>> out,
                     std::span<const std::span<std::byte>> in) {
  std::vector<MPI_Request> requests;
  for (int r = 0; r < size_; ++r) {
    const auto at = static_cast<std::size_t>(r);
    if (r == rank_) {
      std::ranges::copy(out[at], in[at].begin());
      continue;
    }
    MPI_Irecv(in[at].data(), static_cast<int>(in[at].size()), MPI_BYTE, r, 0, MPI_COMM_WORLD,
              &requests.emplace_back());
    MPI_Isend(out[at].data(), static_cast<int>(out[at].size()), MPI_BYTE, r, 0, MPI_COMM_WORLD,
              &requests.emplace_back());
  }
  using Clock = std::chrono::steady_clock;
  auto look = Clock::now() + std::chrono::milliseconds(100);
  for (int done = 0;;) {
    const bool interrupted = Interrupted();
    if (interrupted || Clock::now() >= look) {
      look = Clock::now() + std::chrono::milliseconds(100);
      if (const std::vector<int> lost = Lost(); !lost.empty()) {
        throw RanksStopped(fmt::format("rank {} of {} (process {}) has died", lost.front(), size_,
                                       process(lost.front())));
      }
    }
    // Messages under way are left to Abort: without calls of MPI none of them is received.
    if (interrupted) throw RanksStopped("interrupted");
    MPI_Testall(static_cast<int>(requests.size()), requests.data(), &done, MPI_STATUSES_IGNORE);
    if (done != 0) return;
    sched_yield();
  }
}

std::vector<int> Ranks::Lost() const {
  std::vector<int> lost;
  for (int r = 0; r < size_; ++r) {
    if (const pid_t process = processes_.empty() ? 0 : this->process(r);
        process != 0 && !IsThere(process)) {
      lost.push_back(r);
    }
  }
  return lost;
}

void Ranks::Abort(int status) {
  if (size_ > 1) MPI_Abort(MPI_COMM_WORLD, status);
  std::exit(status);
}

}  // namespace sumac
