// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/tlm_memory.h"

#include <algorithm>
#include <cstring>

namespace sumac {

TlmMemory::TlmMemory(const sc_core::sc_module_name& name, std::int64_t words,
                     const TlmMemoryTiming& timing)
    : sc_module(name), socket("socket"), words_(static_cast<std::size_t>(words)), timing_(timing) {
  socket.register_b_transport(this, &TlmMemory::Transport);
  socket.register_get_direct_mem_ptr(this, &TlmMemory::DirectPointer);
}

void TlmMemory::Transport(int, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  payload.set_response_status(Serve(payload));
  payload.set_dmi_allowed(true);
  if (timing_.bytes_per_second > 0) {
    const sc_core::sc_time start = std::max(sc_core::sc_time_stamp() + delay, free_);
    free_ = start +
            sc_core::sc_time(payload.get_data_length() / timing_.bytes_per_second, sc_core::SC_SEC);
    delay = free_ - sc_core::sc_time_stamp();
  }
  delay += timing_.latency;
}

tlm::tlm_response_status TlmMemory::Serve(tlm::tlm_generic_payload& payload) {
  const std::uint64_t address = payload.get_address();
  const std::uint64_t length = payload.get_data_length();
  const std::uint64_t bytes = words_.size() * sizeof(float);
  if (length > bytes || address > bytes - length) return tlm::TLM_ADDRESS_ERROR_RESPONSE;
  if (payload.get_streaming_width() < length) return tlm::TLM_BURST_ERROR_RESPONSE;
  if (fail_at_) {
    const auto fail = static_cast<std::uint64_t>(*fail_at_) * sizeof(float);
    if (address < fail + sizeof(float) && fail < address + length) {
      return tlm::TLM_GENERIC_ERROR_RESPONSE;
    }
  }
  unsigned char* const memory = reinterpret_cast<unsigned char*>(words_.data()) + address;
  unsigned char* const data = payload.get_data_ptr();
  const bool write = payload.is_write();
  if (!write && !payload.is_read()) return tlm::TLM_OK_RESPONSE;
  unsigned char* const to = write ? memory : data;
  const unsigned char* const from = write ? data : memory;
  if (payload.get_byte_enable_ptr() == nullptr) {
    std::memcpy(to, from, length);
    return tlm::TLM_OK_RESPONSE;
  }
  for (std::uint64_t i = 0; i < length; ++i) {
    const std::uint64_t enable = i % payload.get_byte_enable_length();
    if (payload.get_byte_enable_ptr()[enable] == TLM_BYTE_ENABLED) to[i] = from[i];
  }
  return tlm::TLM_OK_RESPONSE;
}

bool TlmMemory::DirectPointer(int, tlm::tlm_generic_payload&, tlm::tlm_dmi& dmi) {
  dmi.set_dmi_ptr(reinterpret_cast<unsigned char*>(words_.data()));
  dmi.set_start_address(0);
  dmi.set_end_address(words_.size() * sizeof(float) - 1);
  dmi.allow_read_write();
  dmi.set_read_latency(timing_.latency);
  dmi.set_write_latency(timing_.latency);
  return true;
}

}  // namespace sumac
