// SPDX-License-Identifier: Apache-2.0
// How far long work has come, on standard error: a bar that is redrawn in place on a terminal, a
// line every ten seconds elsewhere.
#ifndef SUMAC_SW_CLI_PROGRESS_H_
#define SUMAC_SW_CLI_PROGRESS_H_

#include <chrono>
#include <cstdint>
#include <string>

namespace sumac {

class Progress {
 public:
  // `total` items of `unit` ("images") are to be done.
  Progress(std::int64_t total, std::string unit);
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` of them are; `label` tells where ("epoch 2/10") and `rate` how many a second, or 0 to
  // have it measured from the first update on. Draws where it is time to.
  void Update(std::int64_t done, const std::string& label, double rate = 0);

  // Removes the bar, so that something else can be printed.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  std::int64_t total_;
  std::string unit_;
  bool terminal_;
  bool started_ = false;
  bool drawn_ = false;
  std::int64_t first_done_ = 0;
  Clock::time_point start_;
  Clock::time_point next_;
};

// "42 s", "3 min 05 s", "2 h 07 min".
std::string Duration(double seconds);

}  // namespace sumac

#endif  // SUMAC_SW_CLI_PROGRESS_H_
