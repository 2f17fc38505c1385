// SPDX-License-Identifier: Apache-2.0
// sumac_top behind its bus, driven by its driver: words against the reference device, errors, and
// resets at any moment.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "model/error.h"
#include "model/host_device.h"
#include "rtl_top_2x5.h"
#include "rtl_top_4x3.h"
#include "rtl_top_4x8.h"
#include "sim/accelerator_driver.h"
#include "sw/driver/accelerator_device.h"
#include "sw/driver/predict.h"
#include "sw/driver/registers.h"
#include "tests/clock.h"
#include "tests/fewer.h"
#include "tests/model/gemm_cases.h"

namespace sumac::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr std::size_t kMemoryWords = std::size_t{1} << 20;
constexpr std::size_t kRing = std::size_t{1} << 19;  // behind all buffers
constexpr std::int64_t kMostProducts = 150'000;      // what is simulated in reasonable time

struct Top4x3 {
  using Model = rtl_top_4x3;
  static constexpr int kBusWords = 2;
  static constexpr std::int64_t kResultDepth = 64;
  static constexpr std::int64_t kOutstanding = 4;
  static constexpr Arithmetic kArithmetic{Product::kPam, 0, 23};
};
struct Top4x8 {
  using Model = rtl_top_4x8;
  static constexpr int kBusWords = 16;
  static constexpr std::int64_t kResultDepth = 64;
  static constexpr std::int64_t kOutstanding = 16;
  static constexpr Arithmetic kArithmetic{Product::kPam, 463051, 7};
};
// Its rows of C are bursts of up to three beats.
struct Top2x5 {
  using Model = rtl_top_2x5;
  static constexpr int kBusWords = 2;
  static constexpr std::int64_t kResultDepth = 16;
  static constexpr std::int64_t kOutstanding = 2;
  static constexpr Arithmetic kArithmetic{Product::kIeee, 0, 23};
};

bool HasDilationOfThree(const Job& job) {
  return std::ranges::any_of(std::array{job.a.y, job.a.x, job.b.y, job.b.x},
                             [](const Bound& bound) { return bound.dilation == 3; });
}

std::unique_ptr<Device> Checked(std::shared_ptr<Board> board) {
  return MakeCheckedDevice(MakeAcceleratorDevice("top", {std::move(board)}),
                           MakeReferenceDevice(1));
}

template <typename Top>
class AcceleratorTest : public ::testing::Test {
 protected:
  using Driver = AcceleratorDriver<typename Top::Model>;

  std::shared_ptr<Driver> MakeBoard(const BusTiming& timing = {}, int power_up_seed = 1) {
    return std::make_shared<Driver>(memory_, Top::kBusWords, timing, power_up_seed);
  }

  // A random job that the accelerator takes and that is small enough; of another seed where not.
  static Job MakeJob(Device& device, std::uint64_t seed) {
    for (std::uint64_t attempt = 0;; ++attempt) {
      Random random(seed + 1000 * attempt);
      Job job = MakeRandomJob(device, random);
      job.arithmetic = Top::kArithmetic;
      if (job.m * job.n * job.k <= kMostProducts && !HasDilationOfThree(job)) return job;
    }
  }

  std::uint32_t AddressOf(const Buffer& buffer) const {
    return static_cast<std::uint32_t>(AsHostBuffer(buffer).floats().data() - memory_.data());
  }

  // Gives descriptors to the accelerator without the driver, after a reset.
  void Give(Board& board, const std::vector<Descriptor>& plan) {
    std::memcpy(memory_.data() + kRing, plan.data(), plan.size() * sizeof(Descriptor));
    board.WriteRegister(kRegQueueBase, kRing);
    board.WriteRegister(kRegQueueMask, 63);
    board.WriteRegister(kRegWindowLimit, kMemoryWords - 1);
    board.WriteRegister(kRegIrqEnable, 3);
    board.WriteRegister(kRegQueueTail, static_cast<std::uint32_t>(plan.size()));
  }

  static void ExpectEqual(Device& device, const Job& job) {
    const JobReport report = device.Run(job);
    EXPECT_EQ(report.mismatch.compared, job.m * job.n) << job.name;
    EXPECT_EQ(report.mismatch.differing, 0) << job.name << " " << report.mismatch.first;
  }

  // Checked against the reference, at any latency and with any stalls.
  void ExpectWordsOfRandomJobs(std::uint64_t jobs) {
    for (std::uint64_t seed = 0; seed < jobs; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      BusTiming timing;
      timing.latency = 1 + static_cast<std::int64_t>(seed % 40);
      timing.interval = 1 + static_cast<std::int64_t>(seed % 3);
      if (seed % 2 == 1) {
        timing.stall_seed = seed;
        timing.stall_rate = seed % 4 == 1 ? 0.2 : 0.7;
      }
      const auto device = Checked(MakeBoard(timing, 1 + static_cast<int>(seed)));
      ExpectEqual(*device, MakeJob(*device, seed));
    }
  }

  void ExpectCyclesOfRandomJobs(std::uint64_t jobs) {
    for (std::uint64_t seed = 0; seed < jobs; ++seed) {
      SCOPED_TRACE("seed " + std::to_string(seed));
      const BusTiming bus{.latency = 1 + static_cast<std::int64_t>(seed % 40),
                          .interval = 1 + static_cast<std::int64_t>(seed % 5 / 3)};
      const auto board = MakeBoard(bus);
      const AcceleratorShape shape = ReadShape(*board);
      const auto device = MakeAcceleratorDevice("top", {board});
      const Job job = MakeJob(*device, 5000 + seed);
      AcceleratorTiming timing;
      timing.latency = bus.latency;
      timing.interval = bus.interval;
      timing.result_depth = Top::kResultDepth;
      timing.outstanding = Top::kOutstanding;
      timing = TimingOf(shape, timing);
      const AcceleratorCounts counts = PredictJob(shape, timing, job);
      EXPECT_EQ(device->Run(job).cycles, counts.cycles)
          << job.m << " x " << job.n << " x " << job.k;
      EXPECT_EQ(board->ReadRegister(kRegCountReadBeats), counts.read_beats);
      EXPECT_EQ(board->ReadRegister(kRegCountWriteBeats), counts.write_beats);
    }
  }

  std::vector<float> memory_ = std::vector<float>(kMemoryWords);
};

using Tops = ::testing::Types<Top4x3, Top4x8>;
TYPED_TEST_SUITE(AcceleratorTest, Tops);

TYPED_TEST(AcceleratorTest, RandomJobsEqualTheReferenceAtAnyLatencyAndWithAnyStalls) {
  this->ExpectWordsOfRandomJobs(Fewer(160));
}

TYPED_TEST(AcceleratorTest, CyclesOfAJobDoNotDependOnWhatRanBefore) {
  const auto device = MakeAcceleratorDevice("top", {this->MakeBoard({.latency = 20})});
  std::vector<Job> jobs;
  for (std::uint64_t seed = 0; seed < 5; ++seed) jobs.push_back(this->MakeJob(*device, seed));
  std::vector<std::int64_t> cycles;
  for (const Job& job : jobs) cycles.push_back(device->Run(job).cycles);
  for (std::size_t i = jobs.size(); i-- > 0;) EXPECT_EQ(device->Run(jobs[i]).cycles, cycles[i]);
}

TYPED_TEST(AcceleratorTest, CyclesAndBeatsAreThoseOfTheModel) {
  this->ExpectCyclesOfRandomJobs(Fewer(500));
}

using WideRowsTest = AcceleratorTest<Top2x5>;

TEST_F(WideRowsTest, WordsCyclesAndBeatsOfRandomJobs) {
  ExpectWordsOfRandomJobs(12);
  ExpectCyclesOfRandomJobs(12);
}

// The driver lets no job begin before the end of the one before; the hardware would.
TYPED_TEST(AcceleratorTest, ActivationsThatGoDirectlyWaitForThoseBeforeThemThatAreTurned) {
  const auto board = this->MakeBoard({.latency = 5});
  const auto device = Checked(board);
  const AcceleratorShape shape = ReadShape(*board);
  Random random(8);
  // Of two pieces, each in a half of either window; so that the next job's first half is free.
  const std::int64_t columns = 3;
  Job turned = MakeMatrixJob(
      *device, {.m = 4, .n = columns, .k = 3 * shape.b_words / 4 / columns, .a_transposed = true},
      random, Words::kNormal, Words::kNormal);
  Job direct =
      MakeMatrixJob(*device, {.m = 9, .n = 3, .k = 4}, random, Words::kNormal, Words::kNormal);
  const auto words_of = [](const Job& job) {
    std::vector<Word> words;
    for (const float word : AsHostBuffer(*job.c.buffer).floats()) words.push_back(ToWord(word));
    return words;
  };
  std::vector<std::vector<Word>> wanted;
  std::vector<Descriptor> plan;
  for (Job* job : {&turned, &direct}) {
    job->arithmetic = TypeParam::kArithmetic;
    this->ExpectEqual(*device, *job);
    wanted.push_back(words_of(*job));
    std::ranges::fill(AsHostBuffer(*job->c.buffer).floats(), 0.0f);
    std::ranges::copy(
        MakePlan(shape, *job, [&](const Buffer& buffer) { return this->AddressOf(buffer); }),
        std::back_inserter(plan));
  }
  ASSERT_EQ(plan.size(), 3u);
  for (std::size_t i = 0; i < plan.size(); ++i) {
    EXPECT_EQ(plan[i][kDescFlags] & 1, i < 2 ? 1u : 0u);
    EXPECT_EQ(plan[i][kDescALoad + 4], i == 1 ? shape.a_words / 2 : 0);
    EXPECT_EQ(plan[i][kDescBLoad + 4], i == 1 ? shape.b_words / 2 : 0);
  }
  board->Reset();
  this->Give(*board, plan);
  board->WaitForInterrupt();
  EXPECT_EQ(board->ReadRegister(kRegErrorCode), 0u);
  EXPECT_EQ(words_of(turned), wanted[0]);
  EXPECT_EQ(words_of(direct), wanted[1]);
}

// A matrix job whose C has guard words around it.
Job GuardedJob(Device& device, const Arithmetic& arithmetic) {
  Random random(5);
  Job job =
      MakeMatrixJob(device, {.m = 40, .n = 9, .k = 20}, random, Words::kNormal, Words::kNormal);
  job.arithmetic = arithmetic;
  return job;
}

TYPED_TEST(AcceleratorTest, ReportsAnErrorResponseWithItsAddressAndRecovers) {
  const auto board = this->MakeBoard({.latency = 7});
  const auto device = Checked(board);
  const Job job = GuardedJob(*device, TypeParam::kArithmetic);
  board->bus().FailAt(this->AddressOf(*job.a.buffer) + 100);
  EXPECT_THAT([&] { device->Run(job); }, ThrowsMessage<Error>(HasSubstr("response to a read")));
  board->bus().FailAt(this->AddressOf(*job.c.buffer) + 100);
  EXPECT_THAT([&] { device->Run(job); }, ThrowsMessage<Error>(HasSubstr("response to a write")));
  board->bus().FailAt(-1);
  this->ExpectEqual(*device, job);
}

// Each error finds the channels in another state, among them with a read's address on offer.
TYPED_TEST(AcceleratorTest, RecoversFromAnErrorInAnyStateOfItsChannels) {
  const auto board = this->MakeBoard({.latency = 3, .stall_seed = 4, .stall_rate = 0.7});
  const auto device = Checked(board);
  const Job job = GuardedJob(*device, TypeParam::kArithmetic);
  for (std::int64_t word = 0; word < job.m * job.k; word += 80) {
    SCOPED_TRACE(word);
    board->bus().FailAt(this->AddressOf(*job.a.buffer) + word);
    EXPECT_THAT([&] { device->Run(job); }, ThrowsMessage<Error>(HasSubstr("response to a read")));
    board->bus().FailAt(-1);
    this->ExpectEqual(*device, job);
  }
}

// Of the first descriptor; hardly any address is taken.
TYPED_TEST(AcceleratorTest, ASoftResetWaitsForAnAddressOnOffer) {
  const auto board = this->MakeBoard({.latency = 3, .stall_seed = 4, .stall_rate = 0.9});
  const std::vector<Descriptor> plan(1);
  for (int i = 0; i < 10; ++i) {
    this->Give(*board, plan);
    board->WriteRegister(kRegControl, 1);
    while (board->ReadRegister(kRegControl) != 0) {
    }
    EXPECT_EQ(board->ReadRegister(kRegStatus), 0u);
    EXPECT_EQ(board->ReadRegister(kRegErrorCode), 0u);
  }
  const auto device = Checked(board);
  Random random(6);
  Job job =
      MakeMatrixJob(*device, {.m = 3, .n = 4, .k = 5}, random, Words::kNormal, Words::kNormal);
  job.arithmetic = TypeParam::kArithmetic;
  this->ExpectEqual(*device, job);
}

TYPED_TEST(AcceleratorTest, TouchesNothingOutsideItsWindow) {
  const auto board = this->MakeBoard();
  const auto device = MakeAcceleratorDevice("top", {board});
  const Job job = GuardedJob(*device, TypeParam::kArithmetic);
  // Everything but the end of C may be touched.
  const std::uint32_t limit = this->AddressOf(*job.c.buffer) + 99;
  board->WriteRegister(kRegWindowLimit, limit);
  const std::vector<float> before(this->memory_.begin() + limit + 1, this->memory_.end());
  EXPECT_THAT([&] { device->Run(job); },
              ThrowsMessage<Error>(HasSubstr("a write outside its window at word address " +
                                             std::to_string(limit))));
  EXPECT_TRUE(std::equal(before.begin(), before.end(), this->memory_.begin() + limit + 1));
  // All but the descriptors.
  board->WriteRegister(kRegWindowBase, this->AddressOf(*job.a.buffer));
  EXPECT_THAT([&] { device->Run(job); },
              ThrowsMessage<Error>(HasSubstr("a read outside its window at word address 0")));
  device->Run(job);  // the driver has opened the window again
}

TYPED_TEST(AcceleratorTest, RefusesABadDescriptor) {
  const auto board = this->MakeBoard();
  board->WriteRegister(kRegWindowLimit, kMemoryWords - 1);
  board->WriteRegister(kRegQueueBase, 640);
  board->WriteRegister(kRegQueueMask, 1);
  board->WriteRegister(kRegIrqEnable, 2);
  const auto run = [&](std::size_t word, std::uint32_t value) {
    Descriptor descriptor{};
    descriptor[kDescFlags] = 0x53010010;
    descriptor[kDescM] = 30;
    descriptor[kDescN] = descriptor[kDescK] = 1;
    for (const std::size_t view : {kDescAView, kDescBView}) {
      descriptor[view + kViewStepExtent] = descriptor[view + kViewLaneExtent] = 0x00010001;
    }
    descriptor[word] = value;
    std::memcpy(this->memory_.data() + 640, descriptor.data(), sizeof descriptor);
    board->WriteRegister(kRegQueueTail, 1);
    board->WaitForInterrupt();
    EXPECT_EQ(board->ReadRegister(kRegErrorCode), 1u) << "word " << word;
    EXPECT_EQ(board->ReadRegister(kRegErrorAddress), 640u);
    board->WriteRegister(kRegControl, 1);
    board->Tick(20);
    EXPECT_EQ(board->ReadRegister(kRegStatus), 0u);
    EXPECT_EQ(board->ReadRegister(kRegErrorCode), 0u);
  };
  run(kDescFlags, 0x53020010);
  run(kDescFlags, 0x5301001C);
  run(kDescM, 0);
  run(kDescM, 100);
  run(kDescN, 0);
  run(kDescN, 70000);
  run(kDescK, 0);
  run(kDescK, 65536);
  run(kDescN, 90);  // with 30 rows: more bank rows than there are
}

// A queue that ends with a descriptor without results is done while its sums still go to the banks;
// a later one goes on with them.
TYPED_TEST(AcceleratorTest, SumsStayInTheBanksFromOneQueueToTheNext) {
  const auto board = this->MakeBoard({.latency = 3});
  const auto device = MakeAcceleratorDevice("top", {board});
  Random random(8);
  Job job =
      MakeMatrixJob(*device, {.m = 10, .n = 3, .k = 21}, random, Words::kNormal, Words::kNormal);
  job.arithmetic = TypeParam::kArithmetic;
  const auto floats = [](const MatrixView& view) { return AsHostBuffer(*view.buffer).floats(); };
  // C of twice the fold, the second time from the first time's sums.
  const auto reference = MakeReferenceDevice(1);
  reference->Run(job);
  job.c_in = job.c;
  reference->Run(job);
  const std::vector<float> expected(floats(job.c).begin(), floats(job.c).end());
  job.c_in.reset();
  const auto plan = MakePlan(ReadShape(*board), job,
                             [&](const Buffer& buffer) { return this->AddressOf(buffer); });
  ASSERT_EQ(plan.size(), 1u);
  for (int i = 0; i < 3; ++i) {
    std::ranges::fill(floats(job.c), 0.0f);
    const std::array<std::uint32_t, 2> flags = {plan[0][kDescFlags] & ~0x10u,
                                                plan[0][kDescFlags] | 2u << 2};
    board->WriteRegister(kRegControl, 1);
    board->Tick(20);
    board->WriteRegister(kRegQueueBase, kRing);
    board->WriteRegister(kRegQueueMask, 1);
    board->WriteRegister(kRegWindowBase, 0);
    board->WriteRegister(kRegWindowLimit, kMemoryWords - 1);
    board->WriteRegister(kRegIrqEnable, 1);
    for (std::uint32_t done = 1; done <= 2; ++done) {
      Descriptor descriptor = plan[0];
      descriptor[kDescFlags] = flags[done - 1];
      std::memcpy(this->memory_.data() + kRing + (done - 1) * kDescriptorWords, descriptor.data(),
                  sizeof descriptor);
      board->WriteRegister(kRegQueueTail, done);
      board->WaitForInterrupt();
      EXPECT_EQ(board->ReadRegister(kRegDone), done);
      board->WriteRegister(kRegIrqStatus, 1);
      // The next one comes at once, while the first is in work, or when it is over.
      board->Tick(i * 200);
    }
    EXPECT_TRUE(std::ranges::equal(floats(job.c), expected));
  }
}

TYPED_TEST(AcceleratorTest, RefusesRegistersThatAreNotThere) {
  const auto board = this->MakeBoard();
  EXPECT_THAT([&] { board->ReadRegister(0xFC); }, ThrowsMessage<Error>(HasSubstr("refuses")));
  EXPECT_THAT([&] { board->WriteRegister(kRegDone, 1); },
              ThrowsMessage<Error>(HasSubstr("refuses")));
  EXPECT_EQ(board->ReadRegister(kRegId), 0x414D5553u);
}

// ---- At the pins, without a driver ----
template <typename Model>
void ResetPins(Model& top) {
  for (const bool level : {true, false, true, false}) {
    top.rst_ni = level;
    top.eval();
  }
  Clock(top);
  top.rst_ni = 1;
  Clock(top);
}

// A write, a read or both at once on the control port; the answers are taken `late` cycles late.
struct Access {
  int strobe = 0;  // 0: no write
  std::uint32_t address = 0, data = 0;
  bool read = false;
  std::uint32_t read_address = 0;
  int late = 0;
  // What is expected.
  int write_response = 0, read_response = 0;
  std::uint32_t read_data = 0;
};

template <typename Model>
void Expect(Model& top, const Access& access) {
  const bool write = access.strobe != 0;
  top.ctl_aw_addr_i = static_cast<CData>(access.address);
  top.ctl_w_data_i = access.data;
  top.ctl_w_strb_i = static_cast<CData>(access.strobe);
  top.ctl_ar_addr_i = static_cast<CData>(access.read_address);
  top.ctl_aw_valid_i = top.ctl_w_valid_i = write;
  top.ctl_ar_valid_i = access.read;
  top.ctl_b_ready_i = top.ctl_r_ready_i = 0;
  top.clk_i = 0;
  top.eval();
  EXPECT_EQ(top.ctl_aw_ready_o && top.ctl_w_ready_o, write);
  EXPECT_EQ(top.ctl_ar_ready_o, access.read);
  Clock(top);
  top.ctl_aw_valid_i = top.ctl_w_valid_i = top.ctl_ar_valid_i = 0;
  for (int cycle = 0; cycle <= access.late; ++cycle) {
    top.ctl_b_ready_i = top.ctl_r_ready_i = cycle == access.late;
    top.clk_i = 0;
    top.eval();
    EXPECT_EQ(top.ctl_b_valid_o, write);
    EXPECT_EQ(top.ctl_r_valid_o, access.read);
    if (write) {
      EXPECT_EQ(top.ctl_b_resp_o, access.write_response);
    }
    if (access.read) {
      EXPECT_EQ(top.ctl_r_resp_o, access.read_response);
      EXPECT_EQ(top.ctl_r_data_o, access.read_data);
    }
    Clock(top);
  }
}

TYPED_TEST(AcceleratorTest, ItsControlPortWaitsForWhoTakesAnAnswerAndWritesWholeWords) {
  constexpr int kSlaveError = 2;
  constexpr std::uint32_t kId = 0x414D5553;
  VerilatedContext context;
  typename TypeParam::Model top(&context);
  ResetPins(top);
  const auto base_is = [](std::uint32_t value, int late) {
    return Access{.read = true, .read_address = kRegQueueBase, .late = late, .read_data = value};
  };
  Expect(top, {.strobe = 0xF, .address = kRegQueueBase, .data = 640, .late = 3});
  Expect(top, base_is(640, 4));
  for (const int strobe : {0x1, 0x7, 0xE}) {
    Expect(top, {.strobe = strobe,
                 .address = kRegQueueBase,
                 .data = 77,
                 .late = 1,
                 .write_response = kSlaveError});
    Expect(top, base_is(640, 0));
  }
  Expect(top, {.strobe = 0xF,
               .address = kRegQueueBase,
               .data = 99,
               .read = true,
               .read_address = kRegId,
               .late = 2,
               .read_data = kId});
  Expect(top, base_is(99, 0));
  Expect(top, {.strobe = 0xF,
               .address = kRegId,
               .read = true,
               .read_address = 0xFC,
               .write_response = kSlaveError,
               .read_response = kSlaveError});
}

TYPED_TEST(AcceleratorTest, RegistersHoldTheBitsThatTheyHave) {
  constexpr std::uint32_t kAddressBits = 0x3FFFFFFF;
  VerilatedContext context;
  typename TypeParam::Model top(&context);
  ResetPins(top);
  const std::pair<std::uint32_t, std::uint32_t> written[] = {{kRegIrqEnable, 3},
                                                             {kRegQueueBase, kAddressBits},
                                                             {kRegQueueMask, 0xFFFF},
                                                             {kRegWindowBase, kAddressBits},
                                                             {kRegWindowLimit, kAddressBits}};
  for (const std::uint32_t value : {0x55555555u, 0xAAAAAAAAu, 0u}) {
    for (const auto& [address, bits] : written) {
      Expect(top, {.strobe = 0xF, .address = address, .data = value});
    }
    for (const auto& [address, bits] : written) {
      Expect(top, {.read = true, .read_address = address, .read_data = value & bits});
    }
  }
  for (const std::uint32_t address : {kRegControl, kRegStatus, kRegIrqStatus, kRegQueueTail,
                                      kRegDone, kRegErrorCode, kRegErrorAddress}) {
    Expect(top, {.read = true, .read_address = address});
  }
}

// That the assertions of axi_check_rtl_test stand on these ports.
TYPED_TEST(AcceleratorTest, AssertsTheProtocolsOfItsPorts) {
  using Model = typename TypeParam::Model;
  struct Fault {
    std::string message;
    std::function<void(Model&)> inject;
  };
  const std::vector<Fault> faults = {
      {"", [](Model&) {}},
      {"AXI4 R: a beat of no burst", [](Model& top) { top.mem_r_valid_i = 1; }},
      {"AXI4 B: an answer to no burst", [](Model& top) { top.mem_b_valid_i = 1; }},
      {"AXI4-Lite AW: VALID falls before READY", [](Model& top) { top.ctl_aw_valid_i = 0; }},
  };
  for (const Fault& fault : faults) {
    SCOPED_TRACE(fault.message);
    VerilatedContext context;
    Model top(&context);
    ResetPins(top);
    top.ctl_aw_valid_i = 1;  // waits for its data
    Clock(top);
    fault.inject(top);
    ::testing::internal::CaptureStdout();
    if (fault.message.empty()) {
      EXPECT_NO_THROW(Clock(top));
    } else {
      EXPECT_THROW(Clock(top), Error);
    }
    EXPECT_THAT(::testing::internal::GetCapturedStdout(), HasSubstr(fault.message));
  }
}

TYPED_TEST(AcceleratorTest, ResetsAtAnyMomentChangeNothing) {
  const auto board = this->MakeBoard({.latency = 9});
  std::mt19937_64 random(3);
  for (int i = 0; i < Fewer(60); ++i) {
    SCOPED_TRACE("reset " + std::to_string(i));
    const auto device = Checked(board);
    // Another job is under way as the reset comes: at the pin, or by the register.
    const auto plan = MakePlan(ReadShape(*board), GuardedJob(*device, TypeParam::kArithmetic),
                               [&](const Buffer&) { return 1 << 18; });
    this->Give(*board, plan);
    board->Tick(static_cast<std::int64_t>(random() % 3000));
    if (i % 2 == 0) {
      board->Reset();
    } else {
      board->WriteRegister(kRegControl, 1);
      board->Tick(200);
      EXPECT_EQ(board->ReadRegister(kRegControl), 0u);
      EXPECT_EQ(board->ReadRegister(kRegStatus), 0u);
    }
    const auto after = Checked(board);
    this->ExpectEqual(*after, this->MakeJob(*after, static_cast<std::uint64_t>(i)));
  }
}

}  // namespace
}  // namespace sumac::testing
