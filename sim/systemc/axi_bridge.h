// SPDX-License-Identifier: Apache-2.0
// The accelerator's AXI4 port on a TLM-2.0 target: each burst is one payload. A read is sent in the
// cycle that takes its address, and its first beat comes after the delay that the target annotates,
// at least one cycle; then a beat a cycle, in order. A write is sent with its last beat, and is
// answered after the delay. Responses other than TLM_OK become SLVERR on all of a burst's beats,
// address errors DECERR.
#ifndef SUMAC_SIM_SYSTEMC_AXI_BRIDGE_H_
#define SUMAC_SIM_SYSTEMC_AXI_BRIDGE_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <systemc>
#include <vector>

#include "sim/bus.h"
#include "sim/systemc/burst_port.h"

namespace sumac {

class AxiBridge : public BusPeer {
 public:
  // `cycles_of`: whole cycles that last at least so long.
  AxiBridge(BurstPort::Transport transport, int bus_words,
            std::function<std::int64_t(const sc_core::sc_time&)> cycles_of);

  BusAnswer Begin(std::uint32_t* r_data) override;
  void End(const BusRequest& request, const std::uint32_t* w_data) override;
  void Forget() override;
  std::int64_t quiet() const override { return quiet_; }

 private:
  struct Burst {
    std::uint64_t address = 0;
    std::vector<std::uint32_t> words;
    std::vector<std::uint8_t> enabled;  // of a write: for each word
    std::size_t next = 0;               // of a read: the word that its next beat begins with
    std::int64_t first = 0;             // cycle of its first beat, or answer, at the earliest
    int response = 0;
  };
  void TakeBeat(const BusRequest& request, const std::uint32_t* w_data);
  void SetAnswer(const BurstPort::Answer& answer, Burst& burst) const;

  BurstPort port_;
  std::size_t bus_words_;
  std::function<std::int64_t(const sc_core::sc_time&)> cycles_of_;
  std::int64_t cycle_ = -1;
  std::int64_t quiet_ = 0;
  std::deque<Burst> reads_;
  std::deque<Burst> writes_;  // addresses that have been taken, not all of their data
  std::deque<Burst> answers_;
  BusAnswer offer_;
};

}  // namespace sumac

#endif  // SUMAC_SIM_SYSTEMC_AXI_BRIDGE_H_
