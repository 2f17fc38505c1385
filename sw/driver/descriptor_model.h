// SPDX-License-Identifier: Apache-2.0
// What the accelerator does with a descriptor (docs/registers.md), in software and without a clock:
// it loads its windows, walks the views, folds, and stores results. Words are those of the RTL.
#ifndef SUMAC_SW_DRIVER_DESCRIPTOR_MODEL_H_
#define SUMAC_SW_DRIVER_DESCRIPTOR_MODEL_H_

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "model/device.h"
#include "model/error.h"
#include "sw/driver/plan.h"

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

class DescriptorModel {
 public:
  // `memory` outlives it.
  DescriptorModel(const AcceleratorShape& shape, BurstMemory& memory);

  // Accesses outside the words [base, limit] are faults from now on; at first, all are.
  void SetWindow(std::int64_t base, std::int64_t limit);

  // Reads a descriptor. Throws DescriptorFault, as Run does.
  Descriptor Fetch(std::int64_t address);

  // Carries out a descriptor that lies at `address`: all of its reads, then all of its writes.
  // Where it throws, what was written stays.
  void Run(const Descriptor& words, std::int64_t address);

 private:
  void Check(const Descriptor& words, std::int64_t address) const;
  void Request(std::int64_t address, std::span<float> words);
  void Load(const std::uint32_t* words, std::vector<float>& window);
  BufferPtr ReadMatrix(const std::uint32_t* words, std::int64_t m, std::int64_t n);
  BufferPtr ReadBanks(std::int64_t base, std::int64_t m, std::int64_t n);
  void WriteBanks(std::int64_t base, const Job& job);
  void ReadVectors(const Descriptor& words, Job& job);
  void WriteMatrix(const std::uint32_t* words, const Job& job);
  void WriteRun(std::int64_t address, std::span<const float> words);
  float& Bank(std::int64_t base, std::int64_t m, std::int64_t rows, std::int64_t n);

  AcceleratorShape shape_;
  BurstMemory& memory_;
  std::unique_ptr<Device> fold_;
  std::int64_t base_ = 1;
  std::int64_t limit_ = 0;
  std::vector<float> a_window_;
  std::vector<float> b_window_;
  std::vector<float> banks_;
};

}  // namespace sumac

#endif  // SUMAC_SW_DRIVER_DESCRIPTOR_MODEL_H_
