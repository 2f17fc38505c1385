// SPDX-License-Identifier: Apache-2.0
// The Verilated sumac_top with its memory, as a Board. No generated header is visible here.
#ifndef SUMAC_SIM_ACCELERATOR_H_
#define SUMAC_SIM_ACCELERATOR_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "model/board.h"
#include "model/error.h"
#include "sim/bus_memory.h"
#include "sim/rtl.h"

namespace sumac {

// An access to a register that is not there, or that is not to be written.
class RegisterRefused : public Error {
 public:
  using Error::Error;
};

class Accelerator : public Board {
 public:
  // Cycles since it was made.
  virtual std::int64_t cycles() const = 0;
  // Asserts the reset for a cycle, at any moment.
  virtual void Reset() = 0;
  // Lets cycles pass.
  virtual void Tick(std::int64_t cycles) = 0;
  // The memory behind its bus; it has none where it was made on another's bus.
  virtual BusMemory& bus() = 0;
  // Has `poll` called now and then while it waits for the interrupt; what it throws ends the wait.
  virtual void SetPoll(std::function<void()> poll) = 0;
  // The interrupt line.
  virtual bool interrupt() const = 0;
  // Writes an FST waveform of the next `cycles` cycles; the file is there when they are over or the
  // accelerator is destroyed. Throws Error where it cannot be written.
  virtual void Trace(const std::string& file, std::int64_t cycles) = 0;
  // The same of a part of what it does next. Throws Error, now or when the part begins, where the
  // file cannot be written.
  virtual void Trace(const std::string& file, const TracePart& part) = 0;
  // Ends a waveform that is under way and returns the cycles of the last one; 0: none began.
  virtual std::int64_t EndTrace() = 0;
};

}  // namespace sumac

#endif  // SUMAC_SIM_ACCELERATOR_H_
