// SPDX-License-Identifier: Apache-2.0
// Bursts of memory as generic payloads, over a socket's blocking transport.
#ifndef SUMAC_SIM_SYSTEMC_BURST_PORT_H_
#define SUMAC_SIM_SYSTEMC_BURST_PORT_H_

#include <cstdint>
#include <functional>
#include <span>
#include <systemc>
#include <tlm>
#include <utility>
#include <vector>

namespace sumac {

class BurstPort {
 public:
  using Transport = std::function<void(tlm::tlm_generic_payload&, sc_core::sc_time&)>;

  struct Answer {
    tlm::tlm_response_status status = tlm::TLM_OK_RESPONSE;
    sc_core::sc_time delay;  // that the target annotated

    bool ok() const { return status == tlm::TLM_OK_RESPONSE; }
  };

  explicit BurstPort(Transport transport) : transport_(std::move(transport)) {}

  // From a byte address on.
  Answer Read(std::uint64_t address, std::span<std::uint32_t> words);
  // Writes those words whose `enabled` is not 0.
  Answer Write(std::uint64_t address, std::span<std::uint32_t> words,
               std::span<const std::uint8_t> enabled);

 private:
  Answer Send(tlm::tlm_command command, std::uint64_t address, std::span<std::uint32_t> words);

  Transport transport_;
  tlm::tlm_generic_payload payload_;
  std::vector<unsigned char> byte_enables_;
};

}  // namespace sumac

#endif  // SUMAC_SIM_SYSTEMC_BURST_PORT_H_
