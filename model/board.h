// SPDX-License-Identifier: Apache-2.0
// What a driver needs of an accelerator, simulated or not: registers, memory that both sides
// address, and an interrupt.
#ifndef SUMAC_MODEL_BOARD_H_
#define SUMAC_MODEL_BOARD_H_

#include <cstdint>
#include <span>

namespace sumac {

class Board {
 public:
  virtual ~Board() = default;

  // Registers of docs/registers.md by byte offset. Throw Error where the access is refused.
  virtual std::uint32_t ReadRegister(std::uint32_t offset) = 0;
  virtual void WriteRegister(std::uint32_t offset, std::uint32_t value) = 0;

  // The memory, as the host addresses it: word i is the accelerator's word address i.
  virtual std::span<float> memory() = 0;

  // Returns when the interrupt is high. Throws Error where the accelerator does nothing any more.
  virtual void WaitForInterrupt() = 0;
};

}  // namespace sumac

#endif  // SUMAC_MODEL_BOARD_H_
