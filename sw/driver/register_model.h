// SPDX-License-Identifier: Apache-2.0
// The accelerator's registers (docs/registers.md) in software, without a clock.
#ifndef SUMAC_SW_DRIVER_REGISTER_MODEL_H_
#define SUMAC_SW_DRIVER_REGISTER_MODEL_H_

#include <array>
#include <cstdint>
#include <optional>

#include "sw/driver/plan.h"

namespace sumac {

class RegisterModel {
 public:
  explicit RegisterModel(const AcceleratorShape& shape) : shape_(shape) {}

  // By byte offset. Nothing, or false, where the access is refused. A soft reset is over at once.
  std::optional<std::uint32_t> Read(std::uint32_t offset) const;
  bool Write(std::uint32_t offset, std::uint32_t value);

  bool interrupt() const { return (irq_status_ & irq_enable_) != 0; }
  // What STATUS says.
  bool busy() const { return done_ != tail_; }
  bool stopped() const { return error_code_ != 0; }
  // Soft resets until now.
  std::int64_t resets() const { return resets_; }

  // Descriptors that were given and are not done, and where the i-th of them lies.
  std::uint32_t waiting() const { return tail_ - done_; }
  std::int64_t DescriptorAddress(std::uint32_t i) const;
  std::int64_t window_base() const { return window_base_; }
  std::int64_t window_limit() const { return window_limit_; }

  // The next `count` descriptors are done.
  void Finish(std::uint32_t count);
  // Work ends with an error.
  void Stop(int code, std::int64_t address);
  // Adds to the counter of that offset.
  void Count(std::uint32_t counter, std::int64_t amount);

 private:
  void Reset();

  AcceleratorShape shape_;
  std::uint32_t irq_enable_ = 0;
  std::uint32_t irq_status_ = 0;
  std::uint32_t queue_base_ = 0;
  std::uint32_t queue_mask_ = 0;
  std::uint32_t tail_ = 0;
  std::uint32_t done_ = 0;
  std::uint32_t window_base_ = 0;
  std::uint32_t window_limit_ = 0;
  std::uint32_t error_code_ = 0;
  std::uint32_t error_address_ = 0;
  std::array<std::uint32_t, 9> counters_{};
  std::int64_t resets_ = 0;
};

}  // namespace sumac

#endif  // SUMAC_SW_DRIVER_REGISTER_MODEL_H_
