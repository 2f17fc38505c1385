// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/tlm_board.h"

#include <string>

#include "model/error.h"

namespace sumac {

TlmBoard::TlmBoard(const sc_core::sc_module_name& name, const sc_core::sc_time& patience)
    : sc_module(name),
      register_socket("register_socket"),
      memory_socket("memory_socket"),
      interrupt("interrupt"),
      patience_(patience) {}

std::uint32_t TlmBoard::ReadRegister(std::uint32_t offset) {
  std::uint32_t value = 0;
  Access(tlm::TLM_READ_COMMAND, offset, value);
  return value;
}

void TlmBoard::WriteRegister(std::uint32_t offset, std::uint32_t value) {
  Access(tlm::TLM_WRITE_COMMAND, offset, value);
}

void TlmBoard::Access(tlm::tlm_command command, std::uint32_t offset, std::uint32_t& value) {
  tlm::tlm_generic_payload payload;
  payload.set_command(command);
  payload.set_address(offset);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(sizeof value);
  payload.set_streaming_width(sizeof value);
  sc_core::sc_time delay;
  register_socket->b_transport(payload, delay);
  if (delay != sc_core::SC_ZERO_TIME) wait(delay);
  if (!payload.is_response_ok()) {
    throw Error("An access to register offset " + std::to_string(offset) + " was answered with " +
                payload.get_response_string() + ".");
  }
}

std::span<float> TlmBoard::memory() {
  tlm::tlm_generic_payload payload;
  payload.set_read();
  payload.set_address(0);
  tlm::tlm_dmi dmi;
  if (!memory_socket->get_direct_mem_ptr(payload, dmi) || dmi.get_start_address() != 0 ||
      !dmi.is_read_write_allowed()) {
    throw Error("The platform's memory does not let its host address it (DMI from address 0 on).");
  }
  return {reinterpret_cast<float*>(dmi.get_dmi_ptr()),
          static_cast<std::size_t>((dmi.get_end_address() + 1) / sizeof(float))};
}

void TlmBoard::WaitForInterrupt() {
  if (interrupt.read()) return;
  wait(patience_, interrupt.posedge_event());
  if (!interrupt.read()) {
    throw Error("The accelerator has given no interrupt for " + patience_.to_string() + ".");
  }
}

}  // namespace sumac
