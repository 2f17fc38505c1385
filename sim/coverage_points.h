// SPDX-License-Identifier: Apache-2.0
// Coverage counters of Verilated models, for builds with SUMAC_COVERAGE. Verilator's own are
// members of one model object, lost with it; a test makes hundreds of objects. The generated code
// is changed (verilate_units.cmake) so that all objects of a model share counters, whose points are
// registered here once. At the end of the process they are written in Verilator's format, for
// verilator_coverage and script/coverage, to a new file in the folder that the environment variable
// SUMAC_COVERAGE_FOLDER names; where it is not set, nowhere.
#ifndef SUMAC_SIM_COVERAGE_POINTS_H_
#define SUMAC_SIM_COVERAGE_POINTS_H_

#include <atomic>
#include <cstdint>
#include <string>

namespace sumac {

// Stands for std::atomic<uint32_t> in the generated code. An increment of two threads at a time may
// be lost; that one of them counted is not.
class CoverageCounter {
 public:
  void fetch_add(std::uint32_t, std::memory_order) {
    count_.store(count_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  std::uint32_t count() const { return count_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint32_t> count_ = 0;
};

struct CoveragePoint {
  std::string file;
  int line = 0;
  int column = 0;
  std::string hierarchy;
  std::string page;     // v_KIND/module
  std::string comment;  // the signal, the branch or the event
};

// `counter` lives as long as the process. Signals that are one to Verilator share a counter.
void AddCoveragePoint(const CoverageCounter* counter, CoveragePoint point);

}  // namespace sumac

#endif  // SUMAC_SIM_COVERAGE_POINTS_H_
