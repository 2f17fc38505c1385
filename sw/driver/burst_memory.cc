// SPDX-License-Identifier: Apache-2.0
#include "sw/driver/burst_memory.h"

#include <algorithm>
#include <cstddef>
#include <string>

namespace sumac {
namespace {

constexpr std::int64_t kReadLine = 256;    // words: a read's burst ends at 1 KiB
constexpr std::int64_t kWriteLine = 1024;  // a write's at 4 KiB

// How many of the words from `address` on the next burst has.
std::size_t BurstWords(std::int64_t address, std::size_t words, std::int64_t line) {
  return std::min(words, static_cast<std::size_t>(line - address % line));
}

}  // namespace

DescriptorFault::DescriptorFault(Code code, std::int64_t address)
    : Error("The accelerator stops with error code " + std::to_string(code) + " at word address " +
            std::to_string(address) + "."),
      code_(code),
      address_(address) {}

void BurstRequests::SetWindow(std::int64_t base, std::int64_t limit) {
  base_ = base;
  limit_ = limit;
}

bool BurstRequests::Outside(std::int64_t address, std::int64_t words) const {
  return address < base_ || address + words - 1 > limit_;
}

void BurstRequests::Read(std::int64_t address, std::span<float> words) {
  if (Outside(address, std::ssize(words))) {
    throw DescriptorFault(DescriptorFault::kReadOutside, address);
  }
  while (!words.empty()) {
    const std::size_t burst = BurstWords(address, words.size(), kReadLine);
    if (!memory_.Read(address, words.first(burst))) {
      throw DescriptorFault(DescriptorFault::kReadError, address);
    }
    words = words.subspan(burst);
    address += static_cast<std::int64_t>(burst);
  }
}

void BurstRequests::Write(std::int64_t address, std::span<const float> words) {
  while (!words.empty()) {
    const std::size_t burst = BurstWords(address, words.size(), kWriteLine);
    if (Outside(address, static_cast<std::int64_t>(burst))) {
      throw DescriptorFault(DescriptorFault::kWriteOutside, address);
    }
    if (!memory_.Write(address, words.first(burst))) {
      throw DescriptorFault(DescriptorFault::kWriteError, address);
    }
    words = words.subspan(burst);
    address += static_cast<std::int64_t>(burst);
  }
}

}  // namespace sumac
