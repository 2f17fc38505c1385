// SPDX-License-Identifier: Apache-2.0
// What both SystemC accelerators have, the Verilated one and its loosely timed twin: sockets, the
// interrupt, and a clock whose rising edges lie at multiples of its period.
#ifndef SUMAC_SIM_SYSTEMC_ACCELERATOR_MODULE_H_
#define SUMAC_SIM_SYSTEMC_ACCELERATOR_MODULE_H_

#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <cstdint>
#include <systemc>

namespace sumac {

class AcceleratorModule : public sc_core::sc_module {
 public:
  // Registers, at the byte offsets of docs/registers.md: 32-bit accesses of whole words. Blocking
  // transport only; an access takes its cycles before it returns. Accesses to what is not there, or
  // not to be written, are answered with TLM_ADDRESS_ERROR_RESPONSE.
  tlm_utils::simple_target_socket<AcceleratorModule> register_socket;
  // Memory, at byte addresses: four times the accelerator's word addresses. A payload is a burst of
  // the AXI4 port, aligned to the bus; bytes that a write leaves alone are disabled.
  tlm_utils::simple_initiator_socket<AcceleratorModule> memory_socket;
  // A level.
  sc_core::sc_out<bool> interrupt;

  const sc_core::sc_time& period() const { return period_; }

 protected:
  AcceleratorModule(const sc_core::sc_module_name& name, const sc_core::sc_time& period);

  // Carries out an access to a register and lets its cycles pass; false: it is refused. Called by
  // one process at a time.
  virtual bool Access(bool write, std::uint32_t offset, std::uint32_t& value) = 0;

  // From now to the next rising edge; never zero.
  sc_core::sc_time ToNextEdge() const;
  // Whole cycles that last at least so long.
  std::int64_t CyclesOf(const sc_core::sc_time& time) const;

 private:
  void Transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

  sc_core::sc_time period_;
  sc_core::sc_mutex port_;  // held by the process whose access is under way
};

}  // namespace sumac

#endif  // SUMAC_SIM_SYSTEMC_ACCELERATOR_MODULE_H_
