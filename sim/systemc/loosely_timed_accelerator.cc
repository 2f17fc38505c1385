// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/loosely_timed_accelerator.h"

#include <algorithm>
#include <cstring>

#include "sw/driver/predict.h"
#include "sw/driver/registers.h"

namespace sumac {
namespace {

constexpr std::size_t kStackBytes = std::size_t{1} << 20;  // the fold's functions nest deeply

sc_core::sc_time Times(const sc_core::sc_time& period, std::int64_t cycles) {
  return sc_core::sc_time::from_value(period.value() * static_cast<std::uint64_t>(cycles));
}

// Activation rows that enter the array.
std::int64_t RowsOf(const AcceleratorShape& shape, const Descriptor& words) {
  return std::int64_t{words[kDescM]} * DivideUp(words[kDescN], shape.columns) *
         DivideUp(words[kDescK], shape.rows);
}

}  // namespace

LooselyTimedAccelerator::LooselyTimedAccelerator(const sc_core::sc_module_name& name,
                                                 const AcceleratorShape& shape,
                                                 const sc_core::sc_time& period,
                                                 const AcceleratorTiming& depths)
    : AcceleratorModule(name, period),
      shape_(shape),
      timing_(TimingOf(shape, depths)),
      port_([this](tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
        memory_socket->b_transport(payload, delay);
      }),
      registers_(shape),
      model_(shape, *this) {
  SC_HAS_PROCESS(LooselyTimedAccelerator);
  SC_THREAD(Work);
  set_stack_size(kStackBytes);
  SC_METHOD(Drive);
  dont_initialize();
  sensitive << changed_;
}

// The one process that writes the interrupt.
void LooselyTimedAccelerator::Drive() { interrupt.write(registers_.interrupt()); }

// Two cycles, as the RTL's port takes: the access takes effect at the first edge, and sees what was
// before it.
bool LooselyTimedAccelerator::Access(bool write, std::uint32_t offset, std::uint32_t& value) {
  wait(ToNextEdge());
  CountCycles(sc_core::sc_time_stamp() - period());
  bool done = false;
  if (write) {
    done = registers_.Write(offset, value);
    written_.notify(sc_core::SC_ZERO_TIME);
    changed_.notify(sc_core::SC_ZERO_TIME);
  } else if (const std::optional<std::uint32_t> read = registers_.Read(offset)) {
    value = *read;
    done = true;
  }
  wait(ToNextEdge());
  return done;
}

void LooselyTimedAccelerator::Work() {
  while (true) {
    while (!registers_.busy() || registers_.stopped()) wait(written_);
    const std::int64_t resets = registers_.resets();
    const sc_core::sc_time start = sc_core::sc_time_stamp();
    counted_ = start;
    const Batch batch = Execute();
    const sc_core::sc_time end = EndOf(batch, start);
    while (resets == registers_.resets() && sc_core::sc_time_stamp() < end) {
      wait(end - sc_core::sc_time_stamp(), written_);
    }
    // An access of this moment comes first, as at an edge of the clock.
    wait(sc_core::SC_ZERO_TIME);
    if (resets == registers_.resets()) Conclude(batch);
  }
}

// What the batch does to the memory, at once.
LooselyTimedAccelerator::Batch LooselyTimedAccelerator::Execute() {
  latency_ = 0;
  answered_ = sc_core::SC_ZERO_TIME;
  model_.SetWindow(registers_.window_base(), registers_.window_limit());
  Batch batch;
  const std::uint32_t given = registers_.waiting();
  try {
    for (std::uint32_t i = 0; i < given; ++i) {
      const std::int64_t address = registers_.DescriptorAddress(i);
      const Descriptor descriptor = model_.Fetch(address);
      model_.Run(descriptor, address);
      batch.done.push_back(descriptor);
    }
  } catch (const DescriptorFault& fault) {
    batch.fault = fault;
  }
  return batch;
}

// By the cycle model, but not before the memory has answered everything.
sc_core::sc_time LooselyTimedAccelerator::EndOf(const Batch& batch, const sc_core::sc_time& start) {
  std::vector<DescriptorWork> work(batch.done.size());
  std::ranges::transform(batch.done, work.begin(), WorkOf);
  timing_.latency = std::max<std::int64_t>(1, latency_);
  counts_ = CountAccelerator(timing_, work);
  std::int64_t cycles = counts_.cycles;
  // The model knows no errors: at least the descriptor had to come.
  if (batch.fault) cycles += timing_.latency + DivideUp(kDescriptorWords, shape_.bus_words);
  if (answered_ > start) cycles = std::max(cycles, CyclesOf(answered_ - start));
  return start + Times(period(), cycles);
}

void LooselyTimedAccelerator::Conclude(const Batch& batch) {
  CountCycles(sc_core::sc_time_stamp());
  for (const Descriptor& words : batch.done) {
    registers_.Count(kRegCountBeats, RowsOf(shape_, words));
  }
  registers_.Count(kRegCountReadBeats, counts_.read_beats);
  registers_.Count(kRegCountWriteBeats, counts_.write_beats);
  registers_.Finish(static_cast<std::uint32_t>(batch.done.size()));
  if (batch.fault) registers_.Stop(batch.fault->code(), batch.fault->address());
  changed_.notify(sc_core::SC_ZERO_TIME);
}

void LooselyTimedAccelerator::CountCycles(const sc_core::sc_time& until) {
  if (!registers_.busy() || until <= counted_) return;
  registers_.Count(kRegCountCycles,
                   static_cast<std::int64_t>((until - counted_).value() / period().value()));
  counted_ = until;
}

// Makes `beats_` the whole beats that hold the words, `address` that of their first, and returns
// the place of the words in them.
std::size_t LooselyTimedAccelerator::Align(std::int64_t& address, std::size_t words) {
  const std::int64_t place = address % shape_.bus_words;
  const std::int64_t beats = DivideUp(place + static_cast<std::int64_t>(words), shape_.bus_words);
  beats_.assign(static_cast<std::size_t>(beats * shape_.bus_words), 0);
  address -= place;
  return static_cast<std::size_t>(place);
}

bool LooselyTimedAccelerator::Note(const BurstPort::Answer& answer) {
  if (latency_ == 0) latency_ = std::max<std::int64_t>(1, CyclesOf(answer.delay));
  answered_ = std::max(answered_, sc_core::sc_time_stamp() + answer.delay);
  return answer.ok();
}

bool LooselyTimedAccelerator::Read(std::int64_t address, std::span<float> words) {
  const std::size_t place = Align(address, words.size());
  const auto byte = static_cast<std::uint64_t>(address) * sizeof(float);
  const bool ok = Note(port_.Read(byte, beats_));
  std::memcpy(words.data(), beats_.data() + place, words.size_bytes());
  return ok;
}

bool LooselyTimedAccelerator::Write(std::int64_t address, std::span<const float> words) {
  const std::size_t place = Align(address, words.size());
  const auto byte = static_cast<std::uint64_t>(address) * sizeof(float);
  std::memcpy(beats_.data() + place, words.data(), words.size_bytes());
  std::vector<std::uint8_t> enabled(beats_.size(), 0);
  std::fill_n(enabled.begin() + static_cast<std::ptrdiff_t>(place), words.size(), 1);
  return Note(port_.Write(byte, beats_, enabled));
}

}  // namespace sumac
