// SPDX-License-Identifier: Apache-2.0
// The driver of the accelerator: a Device on a Board. Jobs become descriptors in a ring in the
// board's memory; the interrupt tells when they are done.
#ifndef SUMAC_SW_DRIVER_ACCELERATOR_DEVICE_H_
#define SUMAC_SW_DRIVER_ACCELERATOR_DEVICE_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "model/accelerator_cycles.h"
#include "model/board.h"
#include "model/device.h"
#include "sw/driver/plan.h"

namespace sumac {

// Descriptors that a board is given at a time.
constexpr std::size_t kRingDescriptors = 256;

// What the board's registers say. Throws Error where there is no accelerator.
AcceleratorShape ReadShape(Board& board);

// A device on a board. A job runs from idle to idle, so that its words and its cycles depend on no
// other. `begin_job`, where given, is called before a job. Jobs may use only buffers of this
// device. Where the memory's timing is given, reports carry the cycles that the cycle model
// predicts on it.
//
// Errors that the accelerator reports (a response, a bad descriptor, an address outside the memory)
// are thrown from Submit as an Error with the word address; the board is then reset.
std::unique_ptr<Device> MakeAcceleratorDevice(std::string name, std::shared_ptr<Board> board,
                                              std::function<void(const Job&)> begin_job = {},
                                              const std::optional<AcceleratorTiming>& memory = {});

}  // namespace sumac

#endif  // SUMAC_SW_DRIVER_ACCELERATOR_DEVICE_H_
