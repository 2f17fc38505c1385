// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/rtl_accelerator.h"

#include <utility>

#include "sim/accelerator.h"
#include "sim/top.h"
#include "sw/driver/registers.h"

namespace sumac {
namespace {

constexpr std::size_t kStackBytes = std::size_t{1} << 20;  // the model's functions nest deeply
constexpr std::int64_t kQuietCycles = 16;  // of the bus, before it is worth a look at STATUS

}  // namespace

RtlAccelerator::RtlAccelerator(const sc_core::sc_module_name& name, const RtlTopOptions& options,
                               const sc_core::sc_time& period)
    : AcceleratorModule(name, period),
      top_(ChooseTop(options).top),
      bridge_([this](tlm::tlm_generic_payload& payload,
                     sc_core::sc_time& delay) { memory_socket->b_transport(payload, delay); },
              top_.bus_words, [this](const sc_core::sc_time& time) { return CyclesOf(time); }),
      accelerator_(ChooseTop(options).make_on_bus(*this)) {
  SC_HAS_PROCESS(RtlAccelerator);
  SC_THREAD(Clock);
  set_stack_size(kStackBytes);
}

RtlAccelerator::~RtlAccelerator() = default;

std::int64_t RtlAccelerator::cycles() const { return accelerator_->cycles(); }

bool RtlAccelerator::Access(bool write, std::uint32_t offset, std::uint32_t& value) {
  Request request{write, offset, value, false, sc_core::sc_time_stamp()};
  request_ = &request;
  requested_.notify(sc_core::SC_ZERO_TIME);
  wait(answered_);
  value = request.value;
  return !request.refused;
}

void RtlAccelerator::Clock() {
  while (true) {
    if (request_ == nullptr && !may_work_) wait(requested_);
    wait(ToNextEdge());
    at_edge_ = true;
    // What came with this edge is seen by the next one.
    if (request_ != nullptr && request_->since < sc_core::sc_time_stamp()) {
      Serve(*request_);
    } else {
      accelerator_->Tick(1);
      if (may_work_ && ++unseen_ >= kQuietCycles && bridge_.quiet() >= kQuietCycles) {
        LookWhetherIdle();
      }
    }
    interrupt.write(accelerator_->interrupt());
  }
}

void RtlAccelerator::Serve(Request& request) {
  try {
    if (request.write) {
      accelerator_->WriteRegister(request.offset, request.value);
      may_work_ = true;
    } else {
      request.value = accelerator_->ReadRegister(request.offset);
    }
  } catch (const RegisterRefused&) {
    request.refused = true;
  }
  request_ = nullptr;
  answered_.notify(sc_core::SC_ZERO_TIME);
}

// Through its own register port, as no other signal tells.
void RtlAccelerator::LookWhetherIdle() {
  unseen_ = 0;
  may_work_ = (accelerator_->ReadRegister(kRegStatus) & 1) != 0;
}

BusAnswer RtlAccelerator::Begin(std::uint32_t* r_data) {
  if (!at_edge_) {
    interrupt.write(accelerator_->interrupt());
    wait(ToNextEdge());
  }
  at_edge_ = false;
  return bridge_.Begin(r_data);
}

void RtlAccelerator::End(const BusRequest& request, const std::uint32_t* w_data) {
  bridge_.End(request, w_data);
}

}  // namespace sumac
