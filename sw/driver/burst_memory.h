// SPDX-License-Identifier: Apache-2.0
// How the accelerator reaches memory (docs/registers.md): requests within a window, cut into
// bursts.
#ifndef SUMAC_SW_DRIVER_BURST_MEMORY_H_
#define SUMAC_SW_DRIVER_BURST_MEMORY_H_

#include <cstdint>
#include <span>

#include "model/error.h"

namespace sumac {

// The memory, in the accelerator's bursts: neighbouring words, within 1 KiB (reads) or 4 KiB
// (writes). A function returns false where the answer is an error.
class BurstMemory {
 public:
  virtual ~BurstMemory() = default;
  virtual bool Read(std::int64_t address, std::span<float> words) = 0;
  virtual bool Write(std::int64_t address, std::span<const float> words) = 0;
};

// Why the accelerator stopped: ERROR_CODE and ERROR_ADDRESS.
class DescriptorFault : public Error {
 public:
  enum Code { kBadDescriptor = 1, kReadOutside, kWriteOutside, kReadError, kWriteError };

  DescriptorFault(Code code, std::int64_t address);
  Code code() const { return code_; }
  std::int64_t address() const { return address_; }

 private:
  Code code_;
  std::int64_t address_;
};

// Requests of any length. Both functions throw DescriptorFault.
class BurstRequests {
 public:
  // `memory` outlives it. At first every access is outside.
  explicit BurstRequests(BurstMemory& memory) : memory_(memory) {}

  // Accesses outside the words [base, limit] are faults from now on.
  void SetWindow(std::int64_t base, std::int64_t limit);

  // A read is checked as a whole, a write burst by burst.
  void Read(std::int64_t address, std::span<float> words);
  void Write(std::int64_t address, std::span<const float> words);

 private:
  bool Outside(std::int64_t address, std::int64_t words) const;

  BurstMemory& memory_;
  std::int64_t base_ = 1;
  std::int64_t limit_ = 0;
};

}  // namespace sumac

#endif  // SUMAC_SW_DRIVER_BURST_MEMORY_H_
