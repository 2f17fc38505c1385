// SPDX-License-Identifier: Apache-2.0
// The memory behind the accelerator's AXI4 port, cycle by cycle: latency, bandwidth, stalls by a
// seed, error responses. It checks none of AXI4's rules: sumac_axi_check does, in the RTL.
#ifndef SUMAC_SIM_BUS_MEMORY_H_
#define SUMAC_SIM_BUS_MEMORY_H_

#include <cstdint>
#include <deque>
#include <random>
#include <span>

namespace sumac {

struct BusTiming {
  std::int64_t latency = 1;   // cycles from a read's address to its first beat, from a write's last
                              // beat to its answer; at least 1
  std::int64_t interval = 1;  // least cycles from one beat to the next, each way; 1: the full width
  std::uint64_t stall_seed = 0;  // not 0: every channel also stalls at random
  double stall_rate = 0.25;
};

// The manager's signals in a cycle, apart from the data.
struct BusRequest {
  bool ar_valid = false;
  std::uint64_t ar_addr = 0;  // of a byte
  int ar_len = 0;             // beats - 1
  bool r_ready = false;
  bool aw_valid = false;
  std::uint64_t aw_addr = 0;
  int aw_len = 0;
  bool w_valid = false;
  std::uint64_t w_strobe = 0;
  bool w_last = false;
  bool b_ready = false;
};

// The memory's signals in a cycle.
struct BusAnswer {
  bool ar_ready = false;
  bool r_valid = false;
  int r_resp = 0;
  bool r_last = false;
  bool aw_ready = false;
  bool w_ready = false;
  bool b_valid = false;
  int b_resp = 0;
};

// A read whose address is taken in cycle t gives its first beat in the first cycle from t + latency
// on in which the channel is free, in order; all are answered, none overtakes. Writes likewise.
class BusMemory {
 public:
  // Accesses outside `memory` are answered with DECERR, read as 0 and written nowhere.
  BusMemory(std::span<float> memory, int bus_words, const BusTiming& timing);

  // The next cycle's signals; `r_data` has the words of the beat that it offers.
  BusAnswer Begin(std::uint32_t* r_data);
  // What the other side answers in this cycle.
  void End(const BusRequest& request, const std::uint32_t* w_data);

  // Stalls start anew from this seed; for results that do not depend on what ran before.
  void Reseed(std::uint64_t stream);
  // Drops all that is under way, as when the other side is reset.
  void Forget();
  // Accesses that touch this word are answered with SLVERR (below 0: none).
  void FailAt(std::int64_t word) { fail_at_ = word; }
  // Cycles without any transfer, up to now.
  std::int64_t quiet() const { return quiet_; }

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
