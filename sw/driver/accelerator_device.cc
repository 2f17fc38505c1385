// SPDX-License-Identifier: Apache-2.0
#include "sw/driver/accelerator_device.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <mutex>
#include <utility>

#include "model/error.h"
#include "model/host_device.h"
#include "model/names.h"
#include "sw/driver/predict.h"
#include "sw/driver/registers.h"

namespace sumac {
namespace {

constexpr std::uint32_t kId = 0x414D5553;
constexpr std::uint32_t kIrqDone = 1;
constexpr std::uint32_t kIrqError = 2;
constexpr std::int64_t kRing = kRingDescriptors;
// Words: at 4 KiB lines a job's bursts, and so its cycles, do not depend on where its buffers lie.
constexpr std::int64_t kAlignment = 1024;

// Free ranges of the board's memory, first fit.
class Arena {
 public:
  explicit Arena(std::span<float> memory) : memory_(memory) {
    free_[0] = std::ssize(memory) / kAlignment * kAlignment;
  }

  std::int64_t Take(std::int64_t words) {
    const std::int64_t size =
        (std::max<std::int64_t>(1, words) + kAlignment - 1) / kAlignment * kAlignment;
    const std::scoped_lock lock(mutex_);
    for (auto range = free_.begin(); range != free_.end(); ++range) {
      if (range->second < size) continue;
      const std::int64_t start = range->first;
      const std::int64_t left = range->second - size;
      free_.erase(range);
      if (left > 0) free_[start + size] = left;
      taken_[start] = size;
      return start;
    }
    throw Error("The accelerator's memory has no room for " + std::to_string(words) + " words.");
  }

  void Give(std::int64_t start) {
    const std::scoped_lock lock(mutex_);
    auto range = free_.emplace(start, taken_.at(start)).first;
    taken_.erase(start);
    const auto join = [&](auto low, auto high) {
      if (low->first + low->second != high->first) return;
      low->second += high->second;
      free_.erase(high);
    };
    if (const auto next = std::next(range); next != free_.end()) join(range, next);
    if (range != free_.begin()) join(std::prev(range), range);
  }

  std::span<float> words(std::int64_t start, std::int64_t count) const {
    return memory_.subspan(static_cast<std::size_t>(start), static_cast<std::size_t>(count));
  }

 private:
  std::span<float> memory_;
  std::mutex mutex_;
  std::map<std::int64_t, std::int64_t> free_;  // start, size
  std::map<std::int64_t, std::int64_t> taken_;
};

// A range of the arena, as a host buffer.
class BoardBuffer : public HostBuffer {
 public:
  BoardBuffer(std::shared_ptr<Arena> arena, std::int64_t start, std::int64_t words)
      : HostBuffer(arena->words(start, words)), arena_(std::move(arena)), start_(start) {
    std::ranges::fill(floats(), 0.0f);
  }
  ~BoardBuffer() override { arena_->Give(start_); }

  const Arena* arena() const { return arena_.get(); }
  std::int64_t start() const { return start_; }

 private:
  std::shared_ptr<Arena> arena_;
  std::int64_t start_;
};

// One board and its ring of descriptors.
class Driver {
 public:
  Driver(std::shared_ptr<Board> board, BufferPtr ring, std::int64_t ring_address)
      : board_(std::move(board)), ring_(std::move(ring)), ring_address_(ring_address) {
    Configure();
  }

  Board& board() { return *board_; }

  // Carries out the descriptors and returns the cycles in which the accelerator was busy.
  std::int64_t Run(const std::vector<Descriptor>& plan) {
    const std::uint32_t before = board_->ReadRegister(kRegCountCycles);
    const std::span<float> words = AsHostBuffer(*ring_).floats();
    for (std::size_t next = 0; next < plan.size();) {
      const std::size_t batch = std::min(plan.size() - next, static_cast<std::size_t>(kRing));
      for (std::size_t i = 0; i < batch; ++i, ++tail_) {
        const std::size_t slot = tail_ % kRing * kDescriptorWords;
        std::memcpy(words.data() + slot, plan[next + i].data(), sizeof(Descriptor));
      }
      next += batch;
      board_->WriteRegister(kRegQueueTail, tail_);
      board_->WaitForInterrupt();
      const std::uint32_t status = board_->ReadRegister(kRegIrqStatus);
      board_->WriteRegister(kRegIrqStatus, status);
      if ((status & kIrqError) != 0) Fail();
    }
    return static_cast<std::uint32_t>(board_->ReadRegister(kRegCountCycles) - before);
  }

 private:
  void Configure() {
    board_->WriteRegister(kRegQueueBase, static_cast<std::uint32_t>(ring_address_));
    board_->WriteRegister(kRegQueueMask, kRing - 1);
    board_->WriteRegister(kRegWindowBase, 0);
    board_->WriteRegister(kRegWindowLimit,
                          static_cast<std::uint32_t>(std::ssize(board_->memory()) - 1));
    board_->WriteRegister(kRegIrqEnable, kIrqDone | kIrqError);
    tail_ = 0;
  }

  // Resets the accelerator and throws what it has reported.
  [[noreturn]] void Fail() {
    const std::uint32_t code = board_->ReadRegister(kRegErrorCode);
    const std::string address = std::to_string(board_->ReadRegister(kRegErrorAddress));
    board_->WriteRegister(kRegControl, 1);
    while ((board_->ReadRegister(kRegControl) & 1) != 0) {
    }
    Configure();
    static constexpr const char* kWhat[] = {
        "an error of no kind",         "a bad descriptor",
        "a read outside its window",   "a write outside its window",
        "an error response to a read", "an error response to a write"};
    throw Error("The accelerator stopped: " +
                std::string(code < std::size(kWhat) ? kWhat[code] : "an unknown error") +
                " at word address " + address + ". It has been reset.");
  }

  std::shared_ptr<Board> board_;
  BufferPtr ring_;
  std::int64_t ring_address_;
  std::uint32_t tail_ = 0;
};

class AcceleratorDevice : public HostDevice {
 public:
  AcceleratorDevice(std::string name, std::shared_ptr<Board> board,
                    std::function<void(const Job&)> begin_job,
                    const std::optional<AcceleratorTiming>& memory)
      : name_(std::move(name)),
        begin_job_(std::move(begin_job)),
        arena_(std::make_shared<Arena>(board->memory())),
        shape_(ReadShape(*board)) {
    if (memory) timing_ = TimingOf(shape_, *memory);
    BufferPtr ring = Allocate(kRing * static_cast<std::int64_t>(kDescriptorWords));
    const std::int64_t address = AddressOf(*ring);
    driver_ = std::make_unique<Driver>(std::move(board), std::move(ring), address);
  }

  std::string name() const override { return name_; }

  BufferPtr Allocate(std::int64_t words) override {
    return std::make_shared<BoardBuffer>(arena_, arena_->Take(words), words);
  }

 protected:
  void Check(const Job& job) const override {
    if (job.arithmetic != shape_.arithmetic) {
      throw Error("GEMM job '" + job.name + "' is of another arithmetic than the accelerator; " +
                  "make a device for each arithmetic.");
    }
    HostDevice::Check(job);
    AddressOf(*job.a.buffer);
    AddressOf(*job.b.buffer);
    AddressOf(*job.c.buffer);
    if (job.c_in) AddressOf(*job.c_in->buffer);
    if (job.epilogue.affine) {
      AddressOf(*job.epilogue.affine->scale.buffer);
      AddressOf(*job.epilogue.affine->shift.buffer);
    }
    if (job.epilogue.residual) AddressOf(*job.epilogue.residual->buffer);
    // Where they do not, each part's may, and then the job can be run: its plan tells.
    if (job.m > 0 && job.n > 0 && !CoordinatesFit(job)) Plan(job);
  }

  JobReport Execute(const Job& job) override {
    if (begin_job_) begin_job_(job);
    const std::vector<Descriptor> plan = Plan(job);
    return {.cycles = driver_->Run(plan),
            .predicted_cycles = timing_ ? CountPlan(*timing_, plan).cycles : 0,
            .mismatch = {}};
  }

 private:
  std::vector<Descriptor> Plan(const Job& job) const {
    return MakePlan(shape_, job, [this](const Buffer& buffer) { return AddressOf(buffer); });
  }

  std::int64_t AddressOf(const Buffer& buffer) const {
    const auto* ours = dynamic_cast<const BoardBuffer*>(&buffer);
    if (ours == nullptr || ours->arena() != arena_.get()) {
      throw Error("A buffer does not lie in the accelerator's memory.");
    }
    return ours->start();
  }

  std::string name_;
  std::function<void(const Job&)> begin_job_;
  std::shared_ptr<Arena> arena_;
  AcceleratorShape shape_;
  std::optional<AcceleratorTiming> timing_;
  std::unique_ptr<Driver> driver_;
};

}  // namespace

AcceleratorShape ReadShape(Board& board) {
  if (board.ReadRegister(kRegId) != kId) {
    throw Error("There is no accelerator where one was expected: its ID register does not say so.");
  }
  const std::uint32_t geometry = board.ReadRegister(kRegGeometry);
  const std::uint32_t arithmetic = board.ReadRegister(kRegArithmetic);
  const std::uint32_t buffers = board.ReadRegister(kRegBuffers);
  const auto field = [](std::uint32_t word, int low, int bits) {
    return static_cast<int>(word >> low & ((1u << bits) - 1));
  };
  AcceleratorShape shape;
  shape.rows = field(geometry, 0, 8);
  shape.columns = field(geometry, 8, 8);
  shape.bus_words = field(geometry, 16, 8);
  shape.adder_depth = field(geometry, 24, 4);
  shape.arithmetic = {(arithmetic >> 31) != 0 ? Product::kIeee : Product::kPam,
                      arithmetic & 0x7FFFFF, field(arithmetic, 24, 5)};
  shape.a_words = std::int64_t{1} << field(buffers, 0, 8);
  shape.b_words = std::int64_t{1} << field(buffers, 8, 8);
  shape.psum_depth = std::int64_t{1} << field(buffers, 16, 8);
  return shape;
}

std::unique_ptr<Device> MakeAcceleratorDevice(std::string name, std::shared_ptr<Board> board,
                                              std::function<void(const Job&)> begin_job,
                                              const std::optional<AcceleratorTiming>& memory) {
  return std::make_unique<AcceleratorDevice>(std::move(name), std::move(board),
                                             std::move(begin_job), memory);
}

}  // namespace sumac
