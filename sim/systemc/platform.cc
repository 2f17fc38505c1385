// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/platform.h"

#include "sim/systemc/loosely_timed_accelerator.h"
#include "sim/systemc/rtl_accelerator.h"
#include "sim/top.h"

namespace sumac {
namespace {

constexpr std::int64_t kWindowWords = 32768;  // AWords and BWords of rtl/sumac_top.sv
constexpr int kPatience = 100'000'000;        // cycles

std::unique_ptr<AcceleratorModule> MakeAccelerator(const std::string& name, Platform::Kind kind,
                                                   const PlatformOptions& options) {
  if (kind == Platform::Kind::kRtl) {
    return std::make_unique<RtlAccelerator>(name.c_str(), options.top, options.period);
  }
  return std::make_unique<LooselyTimedAccelerator>(
      name.c_str(), ShapeOf(ChooseTop(options.top).top), options.period);
}

}  // namespace

AcceleratorShape ShapeOf(const RtlTop& top) {
  AcceleratorShape shape;
  shape.rows = top.rows;
  shape.columns = top.columns;
  shape.adder_depth = top.adder_depth;
  shape.bus_words = top.bus_words;
  shape.psum_depth = top.psum_depth;
  shape.a_words = kWindowWords;
  shape.b_words = kWindowWords;
  shape.arithmetic = top.arithmetic;
  return shape;
}

Platform::Platform(const std::string& name, Kind kind, const PlatformOptions& options)
    : memory_((name + "_memory").c_str(), options.memory_words, options.memory),
      accelerator_(MakeAccelerator(name + "_accelerator", kind, options)),
      board_((name + "_board").c_str(), options.period * kPatience),
      interrupt_((name + "_interrupt").c_str()) {
  board_.register_socket.bind(accelerator_->register_socket);
  board_.memory_socket.bind(memory_.socket);
  accelerator_->memory_socket.bind(memory_.socket);
  accelerator_->interrupt(interrupt_);
  board_.interrupt(interrupt_);
}

}  // namespace sumac
