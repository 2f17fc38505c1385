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
#include "sw/driver/burst_memory.h"
#include "sw/driver/plan.h"

namespace sumac {

class DescriptorModel {
 public:
  // `memory` outlives it.
  DescriptorModel(const AcceleratorShape& shape, BurstMemory& memory);

  // The words that may be accessed; at first none.
  void SetWindow(std::int64_t base, std::int64_t limit) { requests_.SetWindow(base, limit); }

  // Reads a descriptor. Throws DescriptorFault, as Run does.
  Descriptor Fetch(std::int64_t address);

  // Carries out a descriptor that lies at `address`: all of its reads, then all of its writes.
  // Where it throws, what was written stays.
  void Run(const Descriptor& words, std::int64_t address);

 private:
  // Empty: a step that is left out.
  struct Epilogue {
    std::vector<float> scale;
    std::vector<float> shift;
    std::vector<float> residual;
    bool relu = false;
  };

  void Check(const Descriptor& words, std::int64_t address) const;
  void Load(const std::uint32_t* words, std::vector<float>& window);
  void ReadMatrix(const std::uint32_t* words, std::int64_t m, std::int64_t n,
                  std::span<float> matrix);
  void ReadBanks(std::int64_t base, std::int64_t m, std::int64_t n, std::span<float> matrix);
  void WriteBanks(std::int64_t base, const Job& job);
  Epilogue ReadEpilogue(const Descriptor& words, const Job& job);
  void Apply(const Epilogue& epilogue, const Job& job);
  void WriteMatrix(const std::uint32_t* words, const Job& job);
  float& Bank(std::int64_t base, std::int64_t m, std::int64_t rows, std::int64_t n);

  AcceleratorShape shape_;
  BurstRequests requests_;
  std::unique_ptr<Device> fold_;
  std::vector<float> a_window_;
  std::vector<float> b_window_;
  std::vector<float> banks_;
};

}  // namespace sumac

#endif  // SUMAC_SW_DRIVER_DESCRIPTOR_MODEL_H_
