// SPDX-License-Identifier: Apache-2.0
// The platforms of systemc_test.
#ifndef SUMAC_TESTS_SIM_SYSTEMC_PLATFORMS_H_
#define SUMAC_TESTS_SIM_SYSTEMC_PLATFORMS_H_

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <systemc>
#include <utility>

#include "sim/systemc/platform.h"
#include "sim/systemc/rtl_accelerator.h"

namespace sumac::testing {

inline constexpr std::int64_t kMemoryWords = std::int64_t{1} << 20;
inline const sc_core::sc_time kPeriod(3, sc_core::SC_NS);

inline RtlTopOptions Top(const std::string& array) {
  RtlTopOptions top;
  top.array = array;
  return top;
}

// Both kinds, alike in everything else.
class Pair {
 public:
  Pair(const std::string& name, const std::string& array, int latency)
      : rtl_(name + "_rtl", Platform::Kind::kRtl, Options(array, latency)),
        twin_(name + "_twin", Platform::Kind::kLooselyTimed, Options(array, latency)) {}

  std::array<Platform*, 2> platforms() { return {&rtl_, &twin_}; }
  // What `run` returns on each; the test goes on only after both.
  template <typename Function>
  auto Both(Function run) {
    return std::pair{run(rtl_), run(twin_)};
  }

 private:
  static PlatformOptions Options(const std::string& array, int latency) {
    PlatformOptions options;
    options.top = Top(array);
    options.period = kPeriod;
    options.memory.latency = kPeriod * latency;
    options.memory_words = kMemoryWords;
    return options;
  }

  Platform rtl_;
  Platform twin_;
};

// A target that lets the time of an access pass before it returns, where others annotate it.
class Waiting : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<Waiting> target;
  tlm_utils::simple_initiator_socket<Waiting> initiator;

  explicit Waiting(const sc_core::sc_module_name& name) : sc_module(name) {
    target.register_b_transport(this, &Waiting::Transport);
  }

 private:
  void Transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    initiator->b_transport(payload, delay);
    wait(delay + kPeriod * 1.5);
    delay = sc_core::SC_ZERO_TIME;
  }
};

// An accelerator behind such a target.
struct WaitingPlatform {
  explicit WaitingPlatform(const std::string& name)
      : accelerator((name + "_accelerator").c_str(), Top("4x4"), kPeriod),
        waiting((name + "_waiting").c_str()),
        memory((name + "_memory").c_str(), kMemoryWords, {.latency = kPeriod}),
        board(std::make_shared<TlmBoard>((name + "_board").c_str(), kPeriod * 1e6)) {
    board->register_socket.bind(accelerator.register_socket);
    board->memory_socket.bind(memory.socket);
    accelerator.memory_socket.bind(waiting.target);
    waiting.initiator.bind(memory.socket);
    accelerator.interrupt(interrupt);
    board->interrupt(interrupt);
  }

  RtlAccelerator accelerator;
  Waiting waiting;
  TlmMemory memory;
  std::shared_ptr<TlmBoard> board;
  sc_core::sc_signal<bool> interrupt;
};

}  // namespace sumac::testing

#endif  // SUMAC_TESTS_SIM_SYSTEMC_PLATFORMS_H_
