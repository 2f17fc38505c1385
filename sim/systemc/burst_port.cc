// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/burst_port.h"

#include <algorithm>

namespace sumac {

BurstPort::Answer BurstPort::Read(std::uint64_t address, std::span<std::uint32_t> words) {
  byte_enables_.clear();
  return Send(tlm::TLM_READ_COMMAND, address, words);
}

BurstPort::Answer BurstPort::Write(std::uint64_t address, std::span<std::uint32_t> words,
                                   std::span<const std::uint8_t> enabled) {
  byte_enables_.clear();
  // A payload without byte enables is the simpler one for a target.
  if (std::ranges::find(enabled, 0) != enabled.end()) {
    for (const std::uint8_t word : enabled) {
      byte_enables_.insert(byte_enables_.end(), sizeof(std::uint32_t),
                           word != 0 ? TLM_BYTE_ENABLED : TLM_BYTE_DISABLED);
    }
  }
  return Send(tlm::TLM_WRITE_COMMAND, address, words);
}

BurstPort::Answer BurstPort::Send(tlm::tlm_command command, std::uint64_t address,
                                  std::span<std::uint32_t> words) {
  const auto bytes = static_cast<unsigned>(words.size_bytes());
  payload_.set_command(command);
  payload_.set_address(address);
  payload_.set_data_ptr(reinterpret_cast<unsigned char*>(words.data()));
  payload_.set_data_length(bytes);
  payload_.set_streaming_width(bytes);
  payload_.set_byte_enable_ptr(byte_enables_.empty() ? nullptr : byte_enables_.data());
  payload_.set_byte_enable_length(static_cast<unsigned>(byte_enables_.size()));
  payload_.set_dmi_allowed(false);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  Answer answer;
  transport_(payload_, answer.delay);
  answer.status = payload_.get_response_status();
  return answer;
}

}  // namespace sumac
