// SPDX-License-Identifier: Apache-2.0
// Hardware faults around and in sumac_top: what docs/accelerator.md says of them ("Faults").
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <verilated_syms.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "model/error.h"
#include "model/host_device.h"
#include "rtl_top_4x3.h"
#include "sim/accelerator_driver.h"
#include "sw/driver/accelerator_device.h"
#include "sw/driver/registers.h"
#include "tests/fewer.h"
#include "tests/model/gemm_cases.h"

namespace sumac::testing {
namespace {

constexpr std::size_t kMemoryWords = std::size_t{1} << 16;
constexpr std::size_t kRing = std::size_t{1} << 15;  // behind all buffers
constexpr int kBusWords = 2;
constexpr std::uint64_t kSeed = 660;

// A word of an on-chip memory.
struct Memory {
  std::uint8_t* bytes;
  std::size_t entry;  // bytes of an entry
  int entries;
  int bits;
};

class FaultyBoard : public AcceleratorDriver<rtl_top_4x3> {
 public:
  explicit FaultyBoard(std::span<float> memory)
      : AcceleratorDriver(memory, kBusWords, {.latency = 5}, 1) {
    // The thread's context is that of the newest model.
    for (const auto& [scope_name, scope] : *Verilated::threadContextp()->scopeNameMap()) {
      if (scope->varsp() == nullptr) continue;
      for (const auto& [name, variable] : *scope->varsp()) {
        if (!variable.isPublicRW() || variable.udims() != 1) continue;
        memories_[std::string(scope_name) + "." + name] = {
            static_cast<std::uint8_t*>(variable.datap()), variable.entSize(),
            variable.unpacked().elements(), variable.packed().elements()};
      }
    }
  }

  // The on-chip memories, by their names in the hierarchy.
  const std::map<std::string, Memory>& memories() const { return memories_; }

 private:
  std::map<std::string, Memory> memories_;
};

class FaultTest : public ::testing::Test {
 protected:
  FaultTest() {
    Random random(kSeed);
    job_ =
        MakeMatrixJob(*device_, {.m = 7, .n = 5, .k = 9}, random, Words::kNormal, Words::kNormal);
    AddCIn(*device_, job_, 1, random, Words::kNormal);
    const auto vector = [&](std::int64_t words) {
      BufferPtr buffer = device_->Allocate(words);
      for (float& word : device_->Map(*buffer)) word = ToFloat(DrawWord(random, Words::kNormal));
      return buffer;
    };
    job_.epilogue.affine = {{vector(job_.n)}, {vector(job_.n)}};
    job_.epilogue.residual = MatrixView{vector(job_.m * job_.n), 0, job_.n, 1};
    EXPECT_EQ(device_->Run(job_).mismatch.differing, 0);
    words_ = Result();
    SoftReset();
    plan_ =
        MakePlan(ReadShape(*board_), job_, [this](const Buffer& buffer) { return At(buffer, 0); });
  }

  std::int64_t At(const Buffer& buffer, std::int64_t offset) const {
    return AsHostBuffer(buffer).floats().data() - memory_.data() + offset;
  }
  std::vector<Word> Result() const {
    std::vector<Word> words;
    for (const float word : AsHostBuffer(*job_.c.buffer).floats()) words.push_back(ToWord(word));
    return words;
  }

  // Gives descriptors to the accelerator; without the driver, so that cycles can be chosen.
  void Give(const std::vector<Descriptor>& plan, std::uint32_t limit = kMemoryWords - 1) {
    std::memcpy(memory_.data() + kRing, plan.data(), plan.size() * sizeof(Descriptor));
    board_->WriteRegister(kRegQueueBase, kRing);
    board_->WriteRegister(kRegQueueMask, 15);
    board_->WriteRegister(kRegWindowBase, 0);
    board_->WriteRegister(kRegWindowLimit, limit);
    board_->WriteRegister(kRegIrqEnable, 3);
    board_->WriteRegister(kRegQueueTail, static_cast<std::uint32_t>(plan.size()));
  }
  // False where no interrupt comes.
  bool Finishes(std::int64_t cycles) {
    for (; cycles > 0 && !board_->interrupt(); cycles -= 50) board_->Tick(50);
    return board_->interrupt();
  }
  void SoftReset() {
    board_->WriteRegister(kRegIrqStatus, 3);
    board_->WriteRegister(kRegControl, 1);
    board_->Tick(300);
    ASSERT_EQ(board_->ReadRegister(kRegControl), 0u);
    ASSERT_EQ(board_->ReadRegister(kRegStatus), 0u);
    ASSERT_EQ(board_->ReadRegister(kRegErrorCode), 0u);
  }
  // After a soft reset the same work gives the right words.
  void ExpectRecovered() {
    SoftReset();
    std::ranges::fill(AsHostBuffer(*job_.c.buffer).floats(), 0.0f);
    Give(plan_);
    ASSERT_TRUE(Finishes(20'000));
    ASSERT_EQ(board_->ReadRegister(kRegErrorCode), 0u);
    ASSERT_EQ(Result(), words_);
    SoftReset();
  }

  std::vector<float> memory_ = std::vector<float>(kMemoryWords);
  std::shared_ptr<FaultyBoard> board_ = std::make_shared<FaultyBoard>(memory_);
  std::unique_ptr<Device> device_ =
      MakeCheckedDevice(MakeAcceleratorDevice("top", {board_}), MakeReferenceDevice(1));
  Job job_;
  std::vector<Word> words_;
  std::vector<Descriptor> plan_;
};

TEST_F(FaultTest, AnErrorResponseToAnyReadIsNamedWithItsAddress) {
  struct Access {
    const char* what;
    std::int64_t word;
  };
  const Access reads[] = {{"descriptor", static_cast<std::int64_t>(kRing) + 13},
                          {"A", At(*job_.a.buffer, 4)},
                          {"B", At(*job_.b.buffer, 4)},
                          {"C_in", At(*job_.c_in->buffer, 8)},
                          {"scale", At(*job_.epilogue.affine->scale.buffer, 2)},
                          {"shift", At(*job_.epilogue.affine->shift.buffer, 4)},
                          {"residual", At(*job_.epilogue.residual->buffer, 11)}};
  for (const Access& read : reads) {
    SCOPED_TRACE(read.what);
    board_->bus().FailAt(read.word);
    Give(plan_);
    ASSERT_TRUE(Finishes(20'000));
    EXPECT_EQ(board_->ReadRegister(kRegErrorCode), 4u);
    // Of the beat's first word that was asked for.
    const std::int64_t address = board_->ReadRegister(kRegErrorAddress);
    EXPECT_LE(address, read.word);
    EXPECT_GT(address, read.word - kBusWords);
    EXPECT_EQ(board_->ReadRegister(kRegStatus) & 2, 2u);
    board_->bus().FailAt(-1);
    ExpectRecovered();
  }
}

// The first burst's error stops the others; the last one's comes when all words are on their way.
TEST_F(FaultTest, AnErrorResponseToAWriteIsNamedWithItsBurst) {
  for (const std::int64_t place : {std::int64_t{0}, job_.m * job_.n - 1}) {
    SCOPED_TRACE(place);
    const std::int64_t word = At(*job_.c.buffer, place);
    std::ranges::fill(AsHostBuffer(*job_.c.buffer).floats(), 0.0f);
    board_->bus().FailAt(word);
    Give(plan_);
    ASSERT_TRUE(Finishes(20'000));
    board_->Tick(1000);
    EXPECT_EQ(board_->ReadRegister(kRegErrorCode), 5u);
    const std::int64_t address = board_->ReadRegister(kRegErrorAddress);
    EXPECT_LE(address, word);
    EXPECT_GT(address, word - job_.n);
    EXPECT_EQ(board_->ReadRegister(kRegDone), 0u);
    EXPECT_EQ(board_->ReadRegister(kRegIrqStatus), 2u);
    if (place == 0) {
      EXPECT_EQ(Result().back(), 0u);
    }
    board_->bus().FailAt(-1);
    ExpectRecovered();
  }
}

// The window is wider than the memory, which answers DECERR.
TEST_F(FaultTest, AddressesWithoutMemoryAreNamed) {
  const std::uint32_t nowhere = 3 * kMemoryWords;
  const auto run = [&](std::size_t word, std::uint32_t code) {
    std::vector<Descriptor> plan = plan_;
    plan.front()[word] = nowhere;
    Give(plan, 4 * kMemoryWords);
    ASSERT_TRUE(Finishes(20'000));
    EXPECT_EQ(board_->ReadRegister(kRegErrorCode), code);
    EXPECT_EQ(board_->ReadRegister(kRegErrorAddress), nowhere);
    ExpectRecovered();
  };
  for (const std::size_t word : {kDescALoad, kDescBLoad, kDescCIn, kDescScale, kDescResidual}) {
    SCOPED_TRACE(word);
    run(word, 4);
  }
  run(kDescC, 5);
}

// Each bit of a descriptor flipped in memory: the accelerator finishes or reports one of its
// errors, or waits for ever where AFTER tells it to; nothing outside the window changes, and a soft
// reset always brings it back.
TEST_F(FaultTest, AnyFlippedBitOfADescriptorIsContained) {
  constexpr std::uint32_t kLimit = kRing + 1024;
  std::map<std::uint32_t, int> codes;
  std::vector<std::size_t> hangs;
  std::set<std::size_t> asserted;  // words of the descriptor
  const std::vector<float> before = memory_;
  for (std::size_t bit = 0; bit < 32 * kDescriptorWords; bit += kCaseShare) {
    SCOPED_TRACE(::testing::Message() << "word " << bit / 32 << " bit " << bit % 32);
    std::ranges::copy(before, memory_.begin());
    std::vector<Descriptor> plan = plan_;
    plan.front()[bit / 32] ^= 1u << bit % 32;
    // The longest work is a load of 2^15 rows.
    const std::int64_t most = bit / 32 == kDescAfter ? 20'000 : 1'200'000;
    bool finished = false;
    ::testing::internal::CaptureStdout();
    try {
      Give(plan, kLimit);
      finished = Finishes(most);
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr("sumac_walk.sv"));
      asserted.insert(bit / 32);
      std::ranges::copy(before, memory_.begin());
      board_.reset();  // its end sets the thread's context
      board_ = std::make_shared<FaultyBoard>(memory_);
      Verilated::threadContextp()->assertOn(false);
      Give(plan, kLimit);
      finished = Finishes(most);
      Verilated::threadContextp()->assertOn(true);
    }
    ::testing::internal::GetCapturedStdout();
    if (!finished) hangs.push_back(bit / 32);
    const std::uint32_t code = board_->ReadRegister(kRegErrorCode);
    ++codes[code];
    EXPECT_LE(code, 5u);
    EXPECT_TRUE(finished || code == 0);
    EXPECT_TRUE(
        std::equal(before.begin() + kLimit + 1, before.end(), memory_.begin() + kLimit + 1));
    std::ranges::copy(before, memory_.begin());
    ExpectRecovered();
    if (HasFailure()) break;
  }
  EXPECT_GT(codes[0], 0);
  EXPECT_GT(codes[1], 0);
  EXPECT_GT(codes[2], 0);
  EXPECT_GT(codes[3], 0);
  EXPECT_THAT(hangs, ::testing::Each(kDescAfter));
  EXPECT_FALSE(hangs.empty());
  // An assertion of simulations alone: elements at fractions of words, which a view's flip can ask
  // for.
  EXPECT_FALSE(asserted.empty());
  EXPECT_THAT(asserted, ::testing::Each(::testing::Ge(kDescAView)));
}

// On-chip memories have neither parity nor a code: a flipped bit is silent, and stays in the words
// of its job.
TEST_F(FaultTest, FlippedBitsInOnChipMemoriesStayInTheirJobsWords) {
  ASSERT_GT(board_->memories().size(), 10u);
  std::mt19937_64 random(kSeed);
  const auto below = [&](std::int64_t bound) {
    return std::uniform_int_distribution<std::int64_t>(0, bound - 1)(random);
  };
  Give(plan_);
  ASSERT_TRUE(Finishes(20'000));
  const std::uint32_t cycles = board_->ReadRegister(kRegCountCycles);
  SoftReset();
  const std::vector<float> before = memory_;
  const std::int64_t c = At(*job_.c.buffer, 0);
  int wrong = 0;
  for (int i = 0; i < Fewer(1500); ++i) {
    SCOPED_TRACE(::testing::Message() << "seed " << kSeed << " flip " << i);
    const auto memory =
        std::next(board_->memories().begin(), below(std::ssize(board_->memories())));
    Give(plan_);
    board_->Tick(below(cycles));
    // The small job uses the first entries most.
    const std::int64_t entry = below(std::min(memory->second.entries, 16));
    const std::int64_t bit = below(memory->second.bits);
    memory->second.bytes[entry * static_cast<std::int64_t>(memory->second.entry) + bit / 8] ^=
        static_cast<std::uint8_t>(1 << bit % 8);
    ASSERT_TRUE(Finishes(20'000)) << memory->first;
    EXPECT_EQ(board_->ReadRegister(kRegErrorCode), 0u);
    EXPECT_EQ(board_->ReadRegister(kRegCountCycles), cycles) << memory->first;
    wrong += Result() != words_;
    for (std::size_t at = 0; at < memory_.size(); ++at) {
      const auto in_c = static_cast<std::int64_t>(at) - c;
      if (in_c >= 0 && in_c < job_.m * job_.n) continue;
      ASSERT_EQ(ToWord(memory_[at]), ToWord(before[at])) << at;
    }
    ExpectRecovered();
    if (HasFailure()) break;
  }
  EXPECT_GT(wrong, Fewer(40));  // the flips hit something
}

}  // namespace
}  // namespace sumac::testing
