// SPDX-License-Identifier: Apache-2.0
// A Board (model/board.h) behind TLM-2.0 sockets: what lets the driver of sw/driver run in a
// SystemC thread, on either accelerator or on a model of one's own.
#ifndef SUMAC_SIM_SYSTEMC_TLM_BOARD_H_
#define SUMAC_SIM_SYSTEMC_TLM_BOARD_H_

#include <tlm_utils/simple_initiator_socket.h>

#include <cstdint>
#include <span>
#include <systemc>

#include "model/board.h"

namespace sumac {

// Its functions are called from SC_THREADs, one at a time.
class TlmBoard : public sc_core::sc_module, public Board {
 public:
  tlm_utils::simple_initiator_socket<TlmBoard> register_socket;
  tlm_utils::simple_initiator_socket<TlmBoard> memory_socket;
  sc_core::sc_in<bool> interrupt;

  // `patience`: how long an interrupt is waited for.
  TlmBoard(const sc_core::sc_module_name& name, const sc_core::sc_time& patience);

  std::uint32_t ReadRegister(std::uint32_t offset) override;
  void WriteRegister(std::uint32_t offset, std::uint32_t value) override;
  // By DMI: the target must grant all of its memory, from address 0 on. Throws Error where not.
  std::span<float> memory() override;
  // Throws Error where patience ends.
  void WaitForInterrupt() override;

 private:
  void Access(tlm::tlm_command command, std::uint32_t offset, std::uint32_t& value);

  sc_core::sc_time patience_;
};

}  // namespace sumac

#endif  // SUMAC_SIM_SYSTEMC_TLM_BOARD_H_
