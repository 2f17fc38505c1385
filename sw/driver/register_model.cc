// SPDX-License-Identifier: Apache-2.0
#include "sw/driver/register_model.h"

#include <bit>
#include <cstddef>

#include "sw/driver/registers.h"

namespace sumac {
namespace {

constexpr std::uint32_t kId = 0x414D5553;
constexpr std::uint32_t kIrqDone = 1;
constexpr std::uint32_t kIrqError = 2;
constexpr std::uint32_t kAddressMask = (1u << 30) - 1;

std::uint32_t Log2(std::int64_t power) {
  return static_cast<std::uint32_t>(std::countr_zero(static_cast<std::uint64_t>(power)));
}

}  // namespace

std::optional<std::uint32_t> RegisterModel::Read(std::uint32_t offset) const {
  const auto bits = [](std::int64_t value, int low) {
    return static_cast<std::uint32_t>(value) << low;
  };
  switch (offset) {
    case kRegId:
      return kId;
    case kRegGeometry:
      return bits(shape_.rows, 0) | bits(shape_.columns, 8) | bits(shape_.bus_words, 16) |
             bits(shape_.adder_depth, 24);
    case kRegArithmetic:
      return shape_.arithmetic.comp | bits(shape_.arithmetic.mantissa_bits, 24) |
             bits(shape_.arithmetic.product == Product::kIeee, 31);
    case kRegBuffers:
      return Log2(shape_.a_words) | Log2(shape_.b_words) << 8 | Log2(shape_.psum_depth) << 16;
    case kRegControl:
      return 0;
    case kRegStatus:
      return bits(busy(), 0) | bits(stopped(), 1);
    case kRegIrqEnable:
      return irq_enable_;
    case kRegIrqStatus:
      return irq_status_;
    case kRegQueueBase:
      return queue_base_;
    case kRegQueueMask:
      return queue_mask_;
    case kRegQueueTail:
      return tail_;
    case kRegDone:
      return done_;
    case kRegWindowBase:
      return window_base_;
    case kRegWindowLimit:
      return window_limit_;
    case kRegErrorCode:
      return error_code_;
    case kRegErrorAddress:
      return error_address_;
    default:
      break;
  }
  const std::uint32_t counter = offset - kRegCountCycles;
  if (offset % 4 != 0 || counter / 4 >= counters_.size()) return std::nullopt;
  return counters_[counter / 4];
}

bool RegisterModel::Write(std::uint32_t offset, std::uint32_t value) {
  switch (offset) {
    case kRegControl:
      if ((value & 1) != 0) Reset();
      return true;
    case kRegIrqEnable:
      irq_enable_ = value & (kIrqDone | kIrqError);
      return true;
    case kRegIrqStatus:
      irq_status_ &= ~value;
      return true;
    case kRegQueueBase:
      queue_base_ = value & kAddressMask;
      return true;
    case kRegQueueMask:
      queue_mask_ = value & 0xFFFF;
      return true;
    case kRegQueueTail:
      tail_ = value;
      return true;
    case kRegWindowBase:
      window_base_ = value & kAddressMask;
      return true;
    case kRegWindowLimit:
      window_limit_ = value & kAddressMask;
      return true;
    default:
      return false;
  }
}

std::int64_t RegisterModel::DescriptorAddress(std::uint32_t i) const {
  const std::uint32_t slot = (done_ + i) & queue_mask_;
  return (queue_base_ + slot * static_cast<std::uint32_t>(kDescriptorWords)) & kAddressMask;
}

void RegisterModel::Finish(std::uint32_t count) {
  done_ += count;
  if (done_ == tail_) irq_status_ |= kIrqDone;
}

void RegisterModel::Stop(int code, std::int64_t address) {
  error_code_ = static_cast<std::uint32_t>(code);
  error_address_ = static_cast<std::uint32_t>(address);
  irq_status_ |= kIrqError;
}

void RegisterModel::Count(std::uint32_t counter, std::int64_t amount) {
  counters_[(counter - kRegCountCycles) / 4] += static_cast<std::uint32_t>(amount);
}

void RegisterModel::Reset() {
  irq_status_ = tail_ = done_ = error_code_ = error_address_ = 0;
  counters_.fill(0);
  ++resets_;
}

}  // namespace sumac
