// SPDX-License-Identifier: Apache-2.0
// The processes of one run: one, or those that `mpirun -n N sumac ...` started. Every rank makes
// the same calls of this class in the same order.
#ifndef SUMAC_SW_CLI_RANKS_H_
#define SUMAC_SW_CLI_RANKS_H_

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "sw/nn/batch.h"

namespace sumac {

class Ranks final : public Communicator {
 public:
  // Joins the others where a launcher of MPI started this process. Throws Error where it did and
  // this build has no MPI.
  Ranks();
  ~Ranks() override;
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  int rank() const override { return rank_; }
  int size() const override { return size_; }
  // The one that reads and prints what people see.
  bool first() const { return rank_ == 0; }

  // Everybody's text, by rank. Calls `wait` about ten times a second until all have come; what it
  // throws leaves Gather.
  std::vector<std::string> Gather(const std::string& text, const std::function<void()>& wait);

  // Throws RanksStopped as soon as a signal has come (sw/cli/interrupt.h) or a rank is lost.
  void Exchange(std::span<const std::span<const std::byte>> out,
                std::span<const std::span<std::byte>> in) override;

  // The ranks of this machine whose process is there no more.
  std::vector<int> Lost() const;
  pid_t process(int of_rank) const { return processes_[static_cast<std::size_t>(of_rank)]; }

  // Ends all ranks with this exit status, when this one cannot go on.
  [[noreturn]] void Abort(int status);

 private:
  int rank_ = 0;
  int size_ = 1;
  std::vector<pid_t> processes_;  // by rank; 0 where this one cannot see it
};

}  // namespace sumac

#endif  // SUMAC_SW_CLI_RANKS_H_
