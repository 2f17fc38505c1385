// SPDX-License-Identifier: Apache-2.0
// The SystemC modules: the Verilated accelerator and its twin, each on a platform of its own, must
// not be told apart: words, registers, responses, errors, interrupts, and times. The tests run in a
// SystemC thread, as simulated time passes in them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "model/error.h"
#include "model/host_device.h"
#include "sim/systemc/platform.h"
#include "sim/systemc/rtl_accelerator.h"
#include "sw/driver/accelerator_device.h"
#include "sw/driver/registers.h"
#include "tests/model/gemm_cases.h"
#include "tests/sim/systemc_platforms.h"

namespace sumac::testing {
namespace {

using sc_core::sc_time;
using sc_core::sc_time_stamp;
using ::testing::HasSubstr;

std::unique_ptr<WaitingPlatform>& TheWaitingPlatform() {
  static std::unique_ptr<WaitingPlatform> platform;
  return platform;
}

// Modules are made before the simulation starts.
std::vector<std::unique_ptr<Pair>>& Pairs() {
  static std::vector<std::unique_ptr<Pair>> pairs;
  return pairs;
}

void SoftReset(Board& board) {
  board.WriteRegister(kRegControl, 1);
  while ((board.ReadRegister(kRegControl) & 1) != 0) {
  }
}

class SystemCTest : public ::testing::TestWithParam<std::size_t> {
 protected:
  // As a new driver expects them.
  void SetUp() override {
    for (Platform* platform : pair().platforms()) SoftReset(*platform->board());
  }
  Pair& pair() const { return *Pairs()[GetParam()]; }
};

INSTANTIATE_TEST_SUITE_P(Platforms, SystemCTest, ::testing::Range(std::size_t{0}, std::size_t{3}));

constexpr std::uint32_t kCounters[] = {kRegCountCycles, kRegCountBeats, kRegCountReadBeats,
                                       kRegCountWriteBeats};

std::int64_t WordAt(Platform& platform, const BufferPtr& buffer, std::int64_t offset) {
  return AsHostBuffer(*buffer).floats().data() - platform.memory().words().data() + offset;
}

// What is to be seen of a job: time, counters, and how many words differ from the reference's.
std::vector<std::uint64_t> Observe(Platform& platform, std::uint64_t seed) {
  SoftReset(*platform.board());
  const auto device =
      MakeCheckedDevice(MakeAcceleratorDevice("tlm", {platform.board()}), MakeReferenceDevice(1));
  Job job;
  for (std::uint64_t attempt = 0;; ++attempt) {
    Random random(seed + 1000 * attempt);
    job = MakeRandomJob(*device, random);
    job.arithmetic = Arithmetic{};
    if (job.m * job.n * job.k <= 150'000 && job.a.y.dilation != 3 && job.a.x.dilation != 3) break;
  }
  const sc_time start = sc_time_stamp();
  const JobReport report = device->Run(job);
  EXPECT_EQ(report.mismatch.compared, job.m * job.n);
  EXPECT_EQ(report.mismatch.differing, 0) << report.mismatch.first;
  std::vector<std::uint64_t> seen{(sc_time_stamp() - start).value()};
  for (const std::uint32_t counter : kCounters) {
    seen.push_back(platform.board()->ReadRegister(counter));
  }
  return seen;
}

TEST_P(SystemCTest, RandomJobsHaveTheReferencesWordsAndEqualTimesAndCounts) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto [rtl, twin] = pair().Both([&](Platform& p) { return Observe(p, seed); });
    EXPECT_EQ(rtl, twin);
  }
}

TEST_P(SystemCTest, EveryRegisterReadsAlikeAfterAReset) {
  for (std::uint32_t offset = 0; offset <= kRegCountWriteBeats; offset += 4) {
    const auto [rtl, twin] = pair().Both([&](Platform& platform) {
      Board& board = *platform.board();
      board.WriteRegister(kRegQueueBase, 0xFFFFFFFF);
      board.WriteRegister(kRegQueueMask, 0xFFFFFFFF);
      board.WriteRegister(kRegIrqEnable, 0xFFFFFFFF);
      return board.ReadRegister(offset);
    });
    EXPECT_EQ(rtl, twin) << "offset " << offset;
  }
}

struct Sent {
  tlm::tlm_command command = tlm::TLM_READ_COMMAND;
  std::uint64_t address = 0;
  unsigned bytes = 4;
  bool part = false;  // one of its bytes is disabled
};

TEST_P(SystemCTest, BadAccessesAreRefusedAndTakeTheirTime) {
  const auto send = [&](const Sent& sent) {
    const auto [rtl, twin] = pair().Both([&](Platform& platform) {
      tlm::tlm_generic_payload payload;
      std::array<unsigned char, 8> data{};
      std::array<unsigned char, 2> enables{TLM_BYTE_ENABLED, TLM_BYTE_DISABLED};
      payload.set_command(sent.command);
      payload.set_address(sent.address);
      payload.set_data_ptr(data.data());
      payload.set_data_length(sent.bytes);
      payload.set_streaming_width(sent.bytes);
      if (sent.part) {
        payload.set_byte_enable_ptr(enables.data());
        payload.set_byte_enable_length(enables.size());
      }
      sc_core::wait(kPeriod * 1.3 - sc_time_stamp() % kPeriod);
      const sc_time start = sc_time_stamp();
      sc_time delay = kPeriod * 1.25;  // the initiator is ahead of the simulation
      platform.board()->register_socket->b_transport(payload, delay);
      return std::pair{payload.get_response_status(), (sc_time_stamp() - start + delay).value()};
    });
    EXPECT_EQ(rtl, twin);
    return rtl.first;
  };
  constexpr auto kRead = tlm::TLM_READ_COMMAND;
  constexpr auto kWrite = tlm::TLM_WRITE_COMMAND;
  EXPECT_EQ(send({kRead, kRegId}), tlm::TLM_OK_RESPONSE);
  for (const std::uint64_t address : {0x64, 0xFC, 0x02, 0x100, 0x1000}) {
    EXPECT_EQ(send({kRead, address}), tlm::TLM_ADDRESS_ERROR_RESPONSE) << address;
    EXPECT_EQ(send({kWrite, address}), tlm::TLM_ADDRESS_ERROR_RESPONSE) << address;
  }
  EXPECT_EQ(send({kWrite, kRegDone}), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(send({kRead, kRegId, 2}), tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(send({kRead, kRegId, 8}), tlm::TLM_BURST_ERROR_RESPONSE);
  EXPECT_EQ(send({tlm::TLM_IGNORE_COMMAND, kRegId}), tlm::TLM_COMMAND_ERROR_RESPONSE);
  EXPECT_EQ(send({kWrite, kRegQueueBase, 4, true}), tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
}

std::string ErrorOf(Device& device, const Job& job) {
  try {
    device.Run(job);
  } catch (const Error& error) {
    return error.what();
  }
  return "none";
}

TEST_P(SystemCTest, MemoryErrorsBecomeTheDriversErrorsAtTheSameAddress) {
  const auto [rtl, twin] = pair().Both([](Platform& platform) {
    const auto device =
        MakeCheckedDevice(MakeAcceleratorDevice("tlm", {platform.board()}), MakeReferenceDevice(1));
    Random random(5);
    const Job job =
        MakeMatrixJob(*device, {.m = 40, .n = 9, .k = 20}, random, Words::kNormal, Words::kNormal);
    std::vector<std::string> errors;
    for (const std::int64_t fail :
         {WordAt(platform, job.a.buffer, 300), WordAt(platform, job.b.buffer, 3),
          WordAt(platform, job.c.buffer, 101)}) {
      platform.memory().FailAt(fail);
      errors.push_back(ErrorOf(*device, job));
    }
    platform.memory().FailAt({});
    EXPECT_EQ(device->Run(job).mismatch.differing, 0);
    return errors;
  });
  EXPECT_EQ(rtl, twin);
  EXPECT_THAT(rtl[0], HasSubstr("response to a read"));
  EXPECT_THAT(rtl[2], HasSubstr("response to a write"));
}

// After a reset: gives a descriptor that writes 8 words from word 2000 on, one of its own words
// changed.
void Give(Platform& platform, std::size_t word, std::uint32_t value) {
  Descriptor descriptor{};
  descriptor[kDescFlags] = 0x53010010;
  descriptor[kDescM] = 8;
  descriptor[kDescN] = descriptor[kDescK] = 1;
  descriptor[kDescC] = 2000;
  descriptor[kDescC + 1] = descriptor[kDescC + 2] = 1;
  for (const std::size_t view : {kDescAView, kDescBView}) {
    descriptor[view + kViewStepExtent] = descriptor[view + kViewLaneExtent] = 0x00010001;
  }
  descriptor[word] = value;
  Board& board = *platform.board();
  std::memcpy(platform.memory().words().data() + 640, descriptor.data(), sizeof descriptor);
  board.WriteRegister(kRegQueueBase, 640);
  board.WriteRegister(kRegQueueMask, 0);  // a ring of one: its last slot is its first
  board.WriteRegister(kRegWindowBase, 0);
  board.WriteRegister(kRegWindowLimit, (1u << 30) - 1);
  board.WriteRegister(kRegQueueTail, board.ReadRegister(kRegQueueTail) + 1);
}

TEST_P(SystemCTest, ErrorsRaiseTheInterruptWithTheirCodeAndAddress) {
  struct Case {
    std::size_t word;
    std::uint32_t value;
    std::uint32_t code;
    std::uint32_t address;
  };
  constexpr auto kBeyond = static_cast<std::uint32_t>(kMemoryWords + 5);
  for (const Case& bad : {Case{kDescM, 0, 1, 640}, Case{kDescFlags, 0x5301001C, 1, 640},
                          Case{kDescC, kBeyond, 5, kBeyond}}) {
    for (Platform* platform : pair().platforms()) {
      Board& board = *platform->board();
      board.WriteRegister(kRegIrqEnable, 2);
      Give(*platform, bad.word, bad.value);
      board.WaitForInterrupt();
      EXPECT_EQ(board.ReadRegister(kRegIrqStatus), 2u);
      EXPECT_EQ(board.ReadRegister(kRegErrorCode), bad.code);
      EXPECT_EQ(board.ReadRegister(kRegErrorAddress), bad.address);
      EXPECT_EQ(board.ReadRegister(kRegStatus), 3u);
      sc_core::wait(kPeriod * 2000);
      EXPECT_EQ(board.ReadRegister(kRegDone), 0u) << "not all of its results are in memory";
      EXPECT_EQ(board.ReadRegister(kRegStatus), 3u);
      SoftReset(board);
      EXPECT_EQ(board.ReadRegister(kRegStatus), 0u);
      EXPECT_EQ(board.ReadRegister(kRegErrorCode), 0u);
    }
  }
}

TEST_P(SystemCTest, TheInterruptComesAndGoesAtTheSameEdge) {
  const auto [rtl, twin] = pair().Both([](Platform& platform) {
    Board& board = *platform.board();
    board.WriteRegister(kRegIrqEnable, 1);
    sc_core::wait(kPeriod * 41.7 - sc_time_stamp() % kPeriod);
    const sc_time start = sc_time_stamp();
    Give(platform, kDescM, 8);
    std::vector<double> seen;
    const auto note = [&] { seen.push_back((sc_time_stamp() - start) / kPeriod); };
    // While it works.
    for (const std::uint32_t offset : {kRegStatus, kRegCountCycles, kRegIrqStatus, kRegDone}) {
      seen.push_back(board.ReadRegister(offset));
    }
    board.WaitForInterrupt();
    note();
    EXPECT_EQ(board.ReadRegister(kRegIrqStatus), 1u);
    seen.push_back(board.ReadRegister(kRegCountCycles));
    board.WriteRegister(kRegIrqStatus, 2);
    EXPECT_EQ(board.ReadRegister(kRegIrqStatus), 1u);
    board.WriteRegister(kRegIrqEnable, 2);
    note();
    EXPECT_THROW(board.WriteRegister(kRegCountCycles, 0), Error);
    board.WriteRegister(kRegIrqEnable, 1);
    board.WaitForInterrupt();
    board.WriteRegister(kRegIrqStatus, 1);
    EXPECT_EQ(board.ReadRegister(kRegIrqStatus), 0u);
    note();
    return seen;
  });
  EXPECT_EQ(rtl, twin);
  EXPECT_EQ(rtl[0], 1) << "the job is over too soon for what this test is for";
}

TEST_P(SystemCTest, ASoftResetEndsWorkThatIsUnderWay) {
  for (Platform* platform : pair().platforms()) {
    Board& board = *platform->board();
    board.WriteRegister(kRegIrqEnable, 1);
    Give(*platform, kDescM, 32);
    SoftReset(board);
    EXPECT_EQ(board.ReadRegister(kRegStatus), 0u);
    EXPECT_EQ(board.ReadRegister(kRegQueueTail), 0u);
    sc_core::wait(kPeriod * 2000);
    EXPECT_EQ(board.ReadRegister(kRegIrqStatus), 0u);
    EXPECT_EQ(board.ReadRegister(kRegDone), 0u);
    EXPECT_EQ(board.ReadRegister(kRegCountCycles), 0u);
    Observe(*platform, 3);
  }
}

TEST(WaitingTarget, HoldsTheClockAndChangesNoWord) {
  const auto device = MakeCheckedDevice(MakeAcceleratorDevice("tlm", {TheWaitingPlatform()->board}),
                                        MakeReferenceDevice(1));
  Random random(9);
  const Job job =
      MakeMatrixJob(*device, {.m = 20, .n = 9, .k = 20}, random, Words::kNormal, Words::kNormal);
  const sc_time start = sc_time_stamp();
  const JobReport report = device->Run(job);
  EXPECT_EQ(report.mismatch.differing, 0) << report.mismatch.first;
  EXPECT_EQ(report.mismatch.compared, 20 * 9);
  EXPECT_GT((sc_time_stamp() - start) / kPeriod, static_cast<double>(report.cycles) + 50);
}

TEST_P(SystemCTest, TheRtlIsNotClockedWhileItRests) {
  auto* rtl = dynamic_cast<RtlAccelerator*>(&pair().platforms()[0]->accelerator());
  ASSERT_NE(rtl, nullptr);
  Observe(*pair().platforms()[0], 4);
  const std::int64_t before = rtl->cycles();
  sc_core::wait(kPeriod * 1'000'000);
  EXPECT_LT(rtl->cycles() - before, 100);
}

}  // namespace
}  // namespace sumac::testing

// SystemC wants main's place for itself; here it is GoogleTest's library that has one.
int main(int argc, char** argv) { return sc_core::sc_elab_and_sim(argc, argv); }

int sc_main(int argc, char** argv) {
  using sumac::testing::Pair;
  ::testing::InitGoogleMock(&argc, argv);
  auto& pairs = sumac::testing::Pairs();
  pairs.push_back(std::make_unique<Pair>("small", "4x4", 1));
  pairs.push_back(std::make_unique<Pair>("slow", "4x4", 23));
  pairs.push_back(std::make_unique<Pair>("large", "16x16", 32));
  sumac::testing::TheWaitingPlatform() =
      std::make_unique<sumac::testing::WaitingPlatform>("waiting");
  int result = 1;
  sc_core::sc_spawn_options options;
  options.set_stack_size(std::size_t{4} << 20);
  sc_core::sc_spawn(
      [&] {
        result = RUN_ALL_TESTS();
        sc_core::sc_stop();
      },
      "tests", &options);
  sc_core::sc_start();
  pairs.clear();
  sumac::testing::TheWaitingPlatform().reset();
  return result;
}
