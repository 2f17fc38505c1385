// SPDX-License-Identifier: Apache-2.0
// One Verilated sumac_core, driven through its ports: what the RTL device knows of the hardware.
// The streams and commands are those at the head of rtl/sumac_core.sv.
#ifndef SUMAC_SIM_CORE_H_
#define SUMAC_SIM_CORE_H_

#include <cstdint>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "model/word.h"
#include "sim/rtl.h"

namespace sumac {

// The beats of one stream, each stored as the port has it: lane i of `width` bits from bit
// i * width on, lowest bits first.
class Beats {
 public:
  Beats(int lanes, int width) : width_(width), port_words_((lanes * width + 31) / 32) {}

  // Appends one beat; of each binary32 word the upper `width` bits are taken.
  void Append(std::span<const Word> lanes);

  std::int64_t size() const { return static_cast<std::int64_t>(words_.size()) / port_words_; }
  const std::uint32_t* beat(std::int64_t index) const {
    return words_.data() + index * port_words_;
  }

 private:
  int width_;
  int port_words_;
  std::vector<std::uint32_t> words_;
};

enum class PsumSource { kZero = 0, kStream = 1, kBank = 2 };
enum class PsumTarget { kBank = 0, kResult = 1 };

// One command: a weight tile applied to `rows` activation rows.
struct CoreCommand {
  std::int64_t rows = 0;
  std::int64_t base = 0;
  PsumSource source = PsumSource::kZero;
  PsumTarget target = PsumTarget::kResult;
};

// What an idle core is given before it is idle again.
struct CoreWork {
  std::vector<CoreCommand> commands;
  Beats weights;
  Beats activations;
  Beats psums;
};

// Decides, cycle by cycle, whether a stream stalls.
class Stalls {
 public:
  Stalls() = default;
  Stalls(std::uint64_t seed, std::uint64_t stream, double rate);

  bool operator()() { return rate_ > 0 && std::bernoulli_distribution(rate_)(random_); }

 private:
  double rate_ = 0;
  std::mt19937_64 random_;
};

class Core {
 public:
  virtual ~Core() = default;

  // Runs the work from idle to idle, appends one word a column for every result beat, and returns
  // the cycles. Throws Error where the hardware stops, an assertion of it fails, or it gives too
  // few or too many results.
  virtual std::int64_t Run(const CoreWork& work, Stalls& stalls, std::vector<Word>& results) = 0;

  // Writes an FST waveform of the next `cycles` cycles; the file is there when they are over or
  // the core is destroyed. Throws Error where it cannot be written.
  virtual void Trace(const std::string& file, std::int64_t cycles) = 0;
};

// One Verilated geometry.
struct CoreModel {
  RtlArray array;
  std::unique_ptr<Core> (*make)() = nullptr;
};

// All that were Verilated, in the order of the build's list.
std::span<const CoreModel> CoreModels();

}  // namespace sumac

#endif  // SUMAC_SIM_CORE_H_
