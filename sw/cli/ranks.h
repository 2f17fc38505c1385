// SPDX-License-Identifier: Apache-2.0
// The processes of one run: one, or those that `mpirun -n N sumac ...` started. Every rank makes
// the same calls of this class in the same order.
#ifndef SUMAC_SW_CLI_RANKS_H_
#define SUMAC_SW_CLI_RANKS_H_

#include <functional>
#include <string>
#include <vector>

namespace sumac {

class Ranks {
 public:
  // Joins the others where a launcher of MPI started this process. Throws Error where it did and
  // this build has no MPI.
  Ranks();
  ~Ranks();
  Ranks(const Ranks&) = delete;
  Ranks& operator=(const Ranks&) = delete;

  int rank() const { return rank_; }
  int size() const { return size_; }
  // The one that reads and prints what people see.
  bool first() const { return rank_ == 0; }

  // Everybody's text, by rank. Calls `wait` about ten times a second until all have come; what it
  // throws leaves Gather.
  std::vector<std::string> Gather(const std::string& text, const std::function<void()>& wait);

  // Ends all ranks with this exit status, when this one cannot go on.
  [[noreturn]] void Abort(int status);

 private:
  int rank_ = 0;
  int size_ = 1;
};

}  // namespace sumac

#endif  // SUMAC_SW_CLI_RANKS_H_
