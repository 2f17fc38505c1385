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
  explicit Progress(std::string unit);  // what is counted: "images"
  ~Progress() { Clear(); }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` of `total` are done; `label` tells where ("epoch 2/10"). Draws where it is time to.
  // Rate and time left are measured from the first update on.
  void Update(const std::string& label, std::int64_t done, std::int64_t total);
  // The same with a known rate (0: not shown) and time left.
  void Update(const std::string& label, std::int64_t done, std::int64_t total, double per_second,
              double seconds_left);

  // Removes the bar, so that something else can be printed.
  void Clear();

 private:
  using Clock = std::chrono::steady_clock;

  std::string unit_;
  bool terminal_;
  bool drawn_ = false;
  bool started_ = false;
  std::int64_t first_done_ = 0;
  Clock::time_point start_;
  Clock::time_point next_;
};

// "42 s", "3 min 05 s", "2 h 07 min".
std::string Duration(double seconds);

}  // namespace sumac

#endif  // SUMAC_SW_CLI_PROGRESS_H_
