// SPDX-License-Identifier: Apache-2.0
// How a GEMM job is cut into descriptors of the accelerator (docs/registers.md).
#ifndef SUMAC_SW_DRIVER_PLAN_H_
#define SUMAC_SW_DRIVER_PLAN_H_

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "model/device.h"

namespace sumac {

// What an accelerator has, as its registers say.
struct AcceleratorShape {
  int rows = 0;
  int columns = 0;
  int adder_depth = 0;
  int bus_words = 0;
  std::int64_t psum_depth = 0;
  std::int64_t a_words = 0;  // of the activations' window
  std::int64_t b_words = 0;  // of the weights' window
  Arithmetic arithmetic;
};

constexpr std::size_t kDescriptorWords = 64;
using Descriptor = std::array<std::uint32_t, kDescriptorWords>;

// The word address of a buffer's first word.
using AddressOf = std::function<std::int64_t(const Buffer&)>;

// Whether the coordinates of the job's operands have 15 bits, and so those of every part of it.
// Throws Error where an operand has a dilation other than 1, 2, 4 or 8.
bool CoordinatesFit(const Job& job);

// The descriptors of a valid job, in order; none where it has no result. Results of equal jobs are
// equal. Throws Error where an operand has a dilation other than 1, 2, 4 or 8, or coordinates
// beyond 15 bits.
std::vector<Descriptor> MakePlan(const AcceleratorShape& shape, const Job& job,
                                 const AddressOf& address_of);

}  // namespace sumac

#endif  // SUMAC_SW_DRIVER_PLAN_H_
