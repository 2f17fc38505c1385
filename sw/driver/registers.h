// SPDX-License-Identifier: Apache-2.0
// Written by script/registers from rtl/registers.json: change that.
// The accelerator's registers (byte offsets), and the words of a descriptor and of a view:
// docs/registers.md.
#ifndef SUMAC_SW_DRIVER_REGISTERS_H_
#define SUMAC_SW_DRIVER_REGISTERS_H_

#include <cstddef>
#include <cstdint>

namespace sumac {

constexpr std::uint32_t kRegId = 0x00;
constexpr std::uint32_t kRegGeometry = 0x04;
constexpr std::uint32_t kRegArithmetic = 0x08;
constexpr std::uint32_t kRegBuffers = 0x0C;
constexpr std::uint32_t kRegControl = 0x10;
constexpr std::uint32_t kRegStatus = 0x14;
constexpr std::uint32_t kRegIrqEnable = 0x18;
constexpr std::uint32_t kRegIrqStatus = 0x1C;
constexpr std::uint32_t kRegQueueBase = 0x20;
constexpr std::uint32_t kRegQueueMask = 0x24;
constexpr std::uint32_t kRegQueueTail = 0x28;
constexpr std::uint32_t kRegDone = 0x2C;
constexpr std::uint32_t kRegWindowBase = 0x30;
constexpr std::uint32_t kRegWindowLimit = 0x34;
constexpr std::uint32_t kRegErrorCode = 0x38;
constexpr std::uint32_t kRegErrorAddress = 0x3C;
constexpr std::uint32_t kRegCountCycles = 0x40;
constexpr std::uint32_t kRegCountBeats = 0x44;
constexpr std::uint32_t kRegCountWaitActivations = 0x48;
constexpr std::uint32_t kRegCountWaitWeights = 0x4C;
constexpr std::uint32_t kRegCountWaitCIn = 0x50;
constexpr std::uint32_t kRegCountWaitResults = 0x54;
constexpr std::uint32_t kRegCountWaitArray = 0x58;
constexpr std::uint32_t kRegCountReadBeats = 0x5C;
constexpr std::uint32_t kRegCountWriteBeats = 0x60;

constexpr std::size_t kDescFlags = 0;
constexpr std::size_t kDescM = 1;
constexpr std::size_t kDescN = 2;
constexpr std::size_t kDescK = 3;
constexpr std::size_t kDescPsumBase = 4;
constexpr std::size_t kDescALoad = 5;
constexpr std::size_t kDescBLoad = 10;
constexpr std::size_t kDescCIn = 15;
constexpr std::size_t kDescResidual = 18;
constexpr std::size_t kDescC = 21;
constexpr std::size_t kDescScale = 24;
constexpr std::size_t kDescShift = 25;
constexpr std::size_t kDescAfter = 26;
constexpr std::size_t kDescAView = 28;
constexpr std::size_t kDescBView = 46;

constexpr std::size_t kViewStart = 0;
constexpr std::size_t kViewY = 1;
constexpr std::size_t kViewX = 2;
constexpr std::size_t kViewMasks = 3;
constexpr std::size_t kViewStepStride = 4;
constexpr std::size_t kViewStepExtent = 7;
constexpr std::size_t kViewStepShare = 8;
constexpr std::size_t kViewLaneStride = 11;
constexpr std::size_t kViewLaneExtent = 14;
constexpr std::size_t kViewLaneShare = 15;

}  // namespace sumac

#endif  // SUMAC_SW_DRIVER_REGISTERS_H_
