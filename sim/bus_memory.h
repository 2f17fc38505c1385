// SPDX-License-Identifier: Apache-2.0
// The memory behind the accelerator's AXI4 port, cycle by cycle: latency, bandwidth, stalls by a
// seed, error responses. It checks none of AXI4's rules: sumac_axi_check does, in the RTL.
#ifndef SUMAC_SIM_BUS_MEMORY_H_
#define SUMAC_SIM_BUS_MEMORY_H_

#include <cstdint>
#include <deque>
#include <random>
#include <span>

#include "sim/bus.h"

namespace sumac {

struct BusTiming {
  std::int64_t latency = 1;   // cycles from a read's address to its first beat, from a write's last
                              // beat to its answer; at least 1
  std::int64_t interval = 1;  // least cycles from one beat to the next, each way; 1: the full width
  std::uint64_t stall_seed = 0;  // not 0: every channel also stalls at random
  double stall_rate = 0.25;
};

// A read whose address is taken in cycle t gives its first beat in the first cycle from t + latency
// on in which the channel is free, in order; all are answered, none overtakes. Writes likewise.
class BusMemory : public BusPeer {
 public:
  // Accesses outside `memory` are answered with DECERR, read as 0 and written nowhere.
  BusMemory(std::span<float> memory, int bus_words, const BusTiming& timing);

  BusAnswer Begin(std::uint32_t* r_data) override;
  void End(const BusRequest& request, const std::uint32_t* w_data) override;
  void Forget() override;
  std::int64_t quiet() const override { return quiet_; }

  // Stalls start anew from this seed; for results that do not depend on what ran before.
  void Reseed(std::uint64_t stream);
  // Accesses that touch this word are answered with SLVERR (below 0: none).
  void FailAt(std::int64_t word) { fail_at_ = word; }

 private:
  struct Burst {
    std::uint64_t word = 0;  // of its next beat
    int beats = 0;           // left
    std::int64_t first = 0;  // cycle of its first beat at the earliest
    bool error = false;
  };
  bool Stall();
  int Response(std::uint64_t word) const;
  Burst MakeBurst(std::uint64_t addr, int len) const;

  std::span<float> memory_;
  int bus_words_;
  BusTiming timing_;
  std::mt19937_64 random_;
  std::int64_t cycle_ = -1;
  std::int64_t quiet_ = 0;
  std::int64_t fail_at_ = -1;
  std::deque<Burst> reads_;
  std::int64_t next_read_ = 0;  // first cycle in which the next beat may be offered
  std::deque<Burst> writes_;    // addresses that have been taken, not all of their data
  std::int64_t next_write_ = 0;
  std::deque<Burst> answers_;
  BusAnswer offer_;
};

}  // namespace sumac

#endif  // SUMAC_SIM_BUS_MEMORY_H_
