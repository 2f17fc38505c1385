// SPDX-License-Identifier: Apache-2.0
// The Verilated sumac_top as a SystemC module. It is clocked while it has work or an access to its
// registers is under way, and rests otherwise.
#ifndef SUMAC_SIM_SYSTEMC_RTL_ACCELERATOR_H_
#define SUMAC_SIM_SYSTEMC_RTL_ACCELERATOR_H_

#include <cstdint>
#include <memory>
#include <systemc>

#include "sim/rtl.h"
#include "sim/systemc/accelerator_module.h"
#include "sim/systemc/axi_bridge.h"

namespace sumac {

class Accelerator;

class RtlAccelerator : public AcceleratorModule, private BusPeer {
 public:
  // Of `options` it takes array, arithmetic and bus_bits. Throws Error, naming what there is, where
  // nothing that matches was Verilated.
  RtlAccelerator(const sc_core::sc_module_name& name, const RtlTopOptions& options,
                 const sc_core::sc_time& period);
  ~RtlAccelerator() override;

  const RtlTop& top() const { return top_; }
  // Cycles in which it was clocked.
  std::int64_t cycles() const;

 private:
  struct Request {
    bool write = false;
    std::uint32_t offset = 0;
    std::uint32_t value = 0;
    bool refused = false;
    sc_core::sc_time since;
  };

  bool Access(bool write, std::uint32_t offset, std::uint32_t& value) override;
  void Clock();
  void Serve(Request& request);
  void LookWhetherIdle();

  // The cycles of the Verilated model begin here; each waits for its rising edge.
  BusAnswer Begin(std::uint32_t* r_data) override;
  void End(const BusRequest& request, const std::uint32_t* w_data) override;
  void Forget() override { bridge_.Forget(); }
  std::int64_t quiet() const override { return bridge_.quiet(); }

  RtlTop top_;
  AxiBridge bridge_;
  std::unique_ptr<Accelerator> accelerator_;
  Request* request_ = nullptr;
  sc_core::sc_event requested_;
  sc_core::sc_event answered_;
  bool at_edge_ = false;     // the next cycle's edge is now
  bool may_work_ = false;    // it was written to since it was last seen idle
  std::int64_t unseen_ = 0;  // cycles since it was looked at
};

}  // namespace sumac

#endif  // SUMAC_SIM_SYSTEMC_RTL_ACCELERATOR_H_
