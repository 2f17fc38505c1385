// SPDX-License-Identifier: Apache-2.0
#include "sim/accelerator.h"

#include <sys/mman.h>

#include <string>

#include "model/error.h"
#include "model/names.h"
#include "sim/top.h"

namespace sumac {
namespace {

// The accelerator's whole address space; pages take host memory as they are used.
class Memory {
 public:
  Memory() {
    void* start = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED) {
      throw Error(
          "No 4 GiB of address space for the simulated accelerator's memory; raise the "
          "limit (ulimit -v).");
    }
    words_ = {static_cast<float*>(start), kBytes / sizeof(float)};
  }
  ~Memory() { munmap(words_.data(), kBytes); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  std::span<float> words() const { return words_; }

 private:
  static constexpr std::size_t kBytes = std::size_t{1} << 32;
  std::span<float> words_;
};

}  // namespace

const TopModel& ChooseTop(const RtlTopOptions& options) {
  const TopModel* best = nullptr;
  std::string known;
  for (const TopModel& model : TopModels()) {
    const RtlTop& top = model.top;
    known += (known.empty() ? "" : ", ") + top.Name();
    if (top.arithmetic != options.arithmetic) continue;
    if (!options.array.empty() && options.array != top.Geometry()) continue;
    if (options.bus_bits != 0 && options.bus_bits != top.BusBits()) continue;
    if (best == nullptr || top.Elements() > best->top.Elements()) best = &model;
  }
  if (best != nullptr) return *best;
  throw Error(
      "No array " + (options.array.empty() ? "" : options.array + " ") + "of " +
      ProductName(options.arithmetic.product) + " " + FormatName(options.arithmetic.mantissa_bits) +
      (options.bus_bits == 0 ? ""
                             : " with a bus of " + std::to_string(options.bus_bits) + " bits") +
      " was Verilated; there are " + known +
      ". Choose one of them, or add it to SUMAC_ARRAYS and build again.");
}

std::string RtlTop::Name() const {
  std::string name = Geometry() + " " + ProductName(arithmetic.product) + " " +
                     FormatName(arithmetic.mantissa_bits);
  if (arithmetic.comp != 0) name += " comp " + CompName(arithmetic.comp);
  return name + " bus " + std::to_string(BusBits());
}

std::vector<RtlTop> RtlTops() {
  std::vector<RtlTop> tops;
  for (const TopModel& model : TopModels()) tops.push_back(model.top);
  return tops;
}

RtlBoard MakeRtlBoard(const RtlTopOptions& options) {
  const TopModel& model = ChooseTop(options);
  const BusTiming timing{options.latency, 1, options.stall_seed, options.stall_rate};
  // The memory lives as long as the accelerator.
  auto memory = std::make_shared<Memory>();
  std::shared_ptr<Accelerator> accelerator = model.make(memory->words(), timing);
  accelerator->SetPoll(options.poll);
  if (!options.trace.empty()) accelerator->Trace(options.trace, options.trace_cycles);
  Accelerator* const board = accelerator.get();
  return {std::shared_ptr<Board>(board,
                                 [memory, accelerator](Board*) mutable {
                                   accelerator.reset();
                                   memory.reset();
                                 }),
          "rtl " + model.top.Geometry(),
          [board](std::uint64_t stream) { board->bus().Reseed(stream); },
          model.top,
          [board](const std::string& file, const TracePart& part) { board->Trace(file, part); },
          [board] { return board->EndTrace(); }};
}

}  // namespace sumac
