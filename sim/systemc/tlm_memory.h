// SPDX-License-Identifier: Apache-2.0
// A memory with a TLM-2.0 target socket, for any number of initiators.
#ifndef SUMAC_SIM_SYSTEMC_TLM_MEMORY_H_
#define SUMAC_SIM_SYSTEMC_TLM_MEMORY_H_

#include <tlm_utils/multi_passthrough_target_socket.h>

#include <cstdint>
#include <optional>
#include <span>
#include <systemc>
#include <vector>

namespace sumac {

// What it annotates: an access takes `latency`, and with a bandwidth the bus as long as its bytes
// need, one access after the other.
struct TlmMemoryTiming {
  sc_core::sc_time latency;
  double bytes_per_second = 0;  // 0: without limit
};

class TlmMemory : public sc_core::sc_module {
 public:
  // Blocking transport, and DMI to all of it. Accesses beyond its end are answered with
  // TLM_ADDRESS_ERROR_RESPONSE.
  tlm_utils::multi_passthrough_target_socket<TlmMemory> socket;

  TlmMemory(const sc_core::sc_module_name& name, std::int64_t words, const TlmMemoryTiming& timing);

  std::span<float> words() { return words_; }
  // Accesses that touch this word are answered with TLM_GENERIC_ERROR_RESPONSE, and change nothing.
  void FailAt(std::optional<std::int64_t> word) { fail_at_ = word; }

 private:
  void Transport(int initiator, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  bool DirectPointer(int initiator, tlm::tlm_generic_payload& payload, tlm::tlm_dmi& dmi);
  tlm::tlm_response_status Serve(tlm::tlm_generic_payload& payload);

  std::vector<float> words_;
  TlmMemoryTiming timing_;
  std::optional<std::int64_t> fail_at_;
  sc_core::sc_time free_;  // the bus, where there is a bandwidth
};

}  // namespace sumac

#endif  // SUMAC_SIM_SYSTEMC_TLM_MEMORY_H_
