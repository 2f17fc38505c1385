// SPDX-License-Identifier: Apache-2.0
// The accelerator as a SystemC module without RTL: the same sockets, registers, words and, on a
// memory of constant latency, times; many times as fast. Descriptors that are given are carried out
// at once by the reference arithmetic; the cycle model says when they are done.
#ifndef SUMAC_SIM_SYSTEMC_LOOSELY_TIMED_ACCELERATOR_H_
#define SUMAC_SIM_SYSTEMC_LOOSELY_TIMED_ACCELERATOR_H_

#include <cstdint>
#include <optional>
#include <span>
#include <systemc>
#include <vector>

#include "model/accelerator_cycles.h"
#include "sim/systemc/accelerator_module.h"
#include "sim/systemc/burst_port.h"
#include "sw/driver/descriptor_model.h"
#include "sw/driver/register_model.h"

namespace sumac {

class LooselyTimedAccelerator : public AcceleratorModule, private BurstMemory {
 public:
  // `depths`: what no register tells (result_depth, outstanding).
  LooselyTimedAccelerator(const sc_core::sc_module_name& name, const AcceleratorShape& shape,
                          const sc_core::sc_time& period, const AcceleratorTiming& depths = {});

 private:
  // The descriptors that were given at once, and what ended them before the last.
  struct Batch {
    std::vector<Descriptor> done;
    std::optional<DescriptorFault> fault;
  };

  bool Access(bool write, std::uint32_t offset, std::uint32_t& value) override;
  void Work();
  void Drive();
  Batch Execute();
  sc_core::sc_time EndOf(const Batch& batch, const sc_core::sc_time& start);
  void Conclude(const Batch& batch);
  void CountCycles(const sc_core::sc_time& until);

  // The accelerator's bursts, in whole beats of the bus.
  bool Read(std::int64_t address, std::span<float> words) override;
  bool Write(std::int64_t address, std::span<const float> words) override;
  std::size_t Align(std::int64_t& address, std::size_t words);
  bool Note(const BurstPort::Answer& answer);

  AcceleratorShape shape_;
  AcceleratorTiming timing_;
  BurstPort port_;
  RegisterModel registers_;
  DescriptorModel model_;
  sc_core::sc_event written_;  // a register
  sc_core::sc_event changed_;  // perhaps the interrupt
  sc_core::sc_time counted_;   // COUNT_CYCLES is right up to here

  // Of the batch in work: the first burst's delay, in cycles, and when the last answer comes.
  std::int64_t latency_ = 0;
  sc_core::sc_time answered_;
  AcceleratorCounts counts_;
  std::vector<std::uint32_t> beats_;
};

}  // namespace sumac

#endif  // SUMAC_SIM_SYSTEMC_LOOSELY_TIMED_ACCELERATOR_H_
