// SPDX-License-Identifier: Apache-2.0
// The accelerator's AXI4 port, cycle by cycle, as whoever is behind it sees it.
#ifndef SUMAC_SIM_BUS_H_
#define SUMAC_SIM_BUS_H_

#include <cstddef>
#include <cstdint>

namespace sumac {

// AXI4's responses.
constexpr int kRespOkay = 0;
constexpr int kRespSlaveError = 2;
constexpr int kRespDecodeError = 3;
// Bursts that a peer has taken and not answered at most, each way.
constexpr std::size_t kMostBursts = 64;

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

// Whoever answers the manager. A cycle is a Begin and an End; all signals are registered, so that
// what Begin offers does not depend on the same cycle's request.
class BusPeer {
 public:
  virtual ~BusPeer() = default;

  // The next cycle's signals; `r_data` has the words of the beat that it offers.
  virtual BusAnswer Begin(std::uint32_t* r_data) = 0;
  // What the manager answers in this cycle.
  virtual void End(const BusRequest& request, const std::uint32_t* w_data) = 0;
  // Drops all that is under way, as when the manager is reset.
  virtual void Forget() = 0;
  // Cycles without any transfer, up to now.
  virtual std::int64_t quiet() const = 0;
};

}  // namespace sumac

#endif  // SUMAC_SIM_BUS_H_
