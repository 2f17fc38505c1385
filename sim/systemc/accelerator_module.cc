// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/accelerator_module.h"

#include <cstring>

#include "model/error.h"

namespace sumac {
namespace {

constexpr std::uint64_t kRegisterBytes = 0x100;

// Whether all of the word's bytes are accessed.
bool WholeWord(const tlm::tlm_generic_payload& payload) {
  const unsigned char* enables = payload.get_byte_enable_ptr();
  for (unsigned i = 0; enables != nullptr && i < payload.get_byte_enable_length(); ++i) {
    if (enables[i] == TLM_BYTE_DISABLED) return false;
  }
  return true;
}

}  // namespace

AcceleratorModule::AcceleratorModule(const sc_core::sc_module_name& name,
                                     const sc_core::sc_time& period)
    : sc_module(name),
      register_socket("register_socket"),
      memory_socket("memory_socket"),
      interrupt("interrupt"),
      period_(period) {
  if (period == sc_core::SC_ZERO_TIME) throw Error("An accelerator's clock needs a period.");
  register_socket.register_b_transport(this, &AcceleratorModule::Transport);
}

sc_core::sc_time AcceleratorModule::ToNextEdge() const {
  return period_ - sc_core::sc_time_stamp() % period_;
}

std::int64_t AcceleratorModule::CyclesOf(const sc_core::sc_time& time) const {
  return static_cast<std::int64_t>((time.value() + period_.value() - 1) / period_.value());
}

void AcceleratorModule::Transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  // Registers have effects at edges of the clock: the caller's time is made the simulation's.
  if (delay != sc_core::SC_ZERO_TIME) wait(delay);
  delay = sc_core::SC_ZERO_TIME;
  const bool write = payload.get_command() == tlm::TLM_WRITE_COMMAND;
  if (!write && payload.get_command() != tlm::TLM_READ_COMMAND) {
    payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
    return;
  }
  std::uint32_t value = 0;
  if (payload.get_data_length() != sizeof value || payload.get_streaming_width() < sizeof value) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  if (!WholeWord(payload)) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return;
  }
  payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  if (payload.get_address() >= kRegisterBytes) return;
  const auto offset = static_cast<std::uint32_t>(payload.get_address());
  if (write) std::memcpy(&value, payload.get_data_ptr(), sizeof value);
  port_.lock();
  const bool done = Access(write, offset, value);
  port_.unlock();
  if (!done) return;
  if (!write) std::memcpy(payload.get_data_ptr(), &value, sizeof value);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

}  // namespace sumac
