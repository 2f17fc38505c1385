// SPDX-License-Identifier: Apache-2.0
// The accelerator in software, without a clock, under its real driver: words against the reference
// device, errors, and the register map.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/board.h"
#include "model/error.h"
#include "model/host_device.h"
#include "sw/driver/accelerator_device.h"
#include "sw/driver/descriptor_model.h"
#include "sw/driver/register_model.h"
#include "sw/driver/registers.h"
#include "tests/model/gemm_cases.h"

namespace sumac::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

// A board whose accelerator is done with a descriptor in the moment in which it is given.
class ModelBoard : public Board, public BurstMemory {
 public:
  ModelBoard(const AcceleratorShape& shape, std::span<float> memory)
      : memory_(memory), registers_(shape), model_(shape, *this) {}

  std::uint32_t ReadRegister(std::uint32_t offset) override {
    const auto value = registers_.Read(offset);
    if (!value) throw Error("refused");
    return *value;
  }
  void WriteRegister(std::uint32_t offset, std::uint32_t value) override {
    if (!registers_.Write(offset, value)) throw Error("refused");
    model_.SetWindow(registers_.window_base(), registers_.window_limit());
    try {
      for (; !registers_.stopped() && registers_.busy(); registers_.Finish(1)) {
        const std::int64_t address = registers_.DescriptorAddress(0);
        model_.Run(model_.Fetch(address), address);
        ++descriptors_;
      }
    } catch (const DescriptorFault& fault) {
      registers_.Stop(fault.code(), fault.address());
    }
  }
  std::span<float> memory() override { return memory_; }
  void WaitForInterrupt() override { ASSERT_TRUE(registers_.interrupt()); }

  bool Read(std::int64_t address, std::span<float> words) override {
    const auto first = memory_.begin() + address;
    std::copy(first, first + std::ssize(words), words.begin());
    return !Fails(address, std::ssize(words));
  }
  bool Write(std::int64_t address, std::span<const float> words) override {
    if (Fails(address, std::ssize(words))) return false;
    std::ranges::copy(words, memory_.begin() + address);
    return true;
  }
  // Accesses that touch this word fail (below 0: none).
  void FailAt(std::int64_t word) { fail_at_ = word; }
  std::int64_t descriptors() const { return descriptors_; }

 private:
  bool Fails(std::int64_t address, std::int64_t words) const {
    return address <= fail_at_ && fail_at_ < address + words;
  }

  std::span<float> memory_;
  RegisterModel registers_;
  DescriptorModel model_;
  std::int64_t fail_at_ = -1;
  std::int64_t descriptors_ = 0;
};

// Small ones, whose jobs are cut along all of m, n and k; and one of the size that is Verilated.
const AcceleratorShape kShapes[] = {
    {4, 3, 1, 2, 32, 512, 512, {Product::kPam, 0, 23}},
    {4, 8, 3, 16, 64, 1024, 256, {Product::kPam, 463051, 7}},
    {8, 8, 2, 8, 128, 2048, 2048, {Product::kIeee, 0, 23}},
    {16, 16, 2, 4, 512, 32768, 32768, {Product::kPam, 0, 23}},
};

class DriverModelTest : public ::testing::TestWithParam<AcceleratorShape> {
 protected:
  std::unique_ptr<Device> Checked() const {
    return MakeCheckedDevice(MakeAcceleratorDevice("model", {board_}), MakeReferenceDevice(1));
  }
  void ExpectEqual(Device& device, Job job) const {
    job.arithmetic = GetParam().arithmetic;
    const JobReport report = device.Run(job);
    EXPECT_EQ(report.mismatch.compared, job.m * job.n) << job.name;
    EXPECT_EQ(report.mismatch.differing, 0) << job.name << " " << report.mismatch.first;
  }
  std::int64_t At(const BufferPtr& buffer, std::int64_t offset) const {
    return AsHostBuffer(*buffer).floats().data() - board_->memory().data() + offset;
  }

  std::vector<float> memory_ = std::vector<float>(std::size_t{1} << 21);
  std::shared_ptr<ModelBoard> board_ = std::make_shared<ModelBoard>(GetParam(), memory_);
};

INSTANTIATE_TEST_SUITE_P(Shapes, DriverModelTest, ::testing::ValuesIn(kShapes));

TEST_P(DriverModelTest, RandomJobsEqualTheReference) {
  const auto device = Checked();
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Random random(seed);
    const Job job = MakeRandomJob(*device, random);
    const auto three = [](const Bound& bound) { return bound.dilation == 3; };
    if (three(job.a.y) || three(job.a.x) || job.m * job.n * job.k > 1'000'000) continue;
    ExpectEqual(*device, job);
  }
}

TEST_P(DriverModelTest, EveryPassOfAConvolutionEqualsTheReference) {
  const auto device = Checked();
  Random random(7);
  for (const Conv& conv : {Conv{.images = 2, .h = 9, .w = 7, .in = 16, .out = 20},
                           Conv{.images = 1, .h = 8, .w = 8, .in = 5, .out = 9, .stride = 2}}) {
    for (const Pass pass : kAllPasses) {
      Job job = MakeConvJob(*device, conv, pass, random, Words::kActivation, Words::kNormal);
      AddCIn(*device, job, 1, random, Words::kNormal);
      ExpectEqual(*device, job);
    }
  }
}

TEST_P(DriverModelTest, FoldsThatAreCutAndEpiloguesEqualTheReference) {
  const auto device = Checked();
  Random random(8);
  for (int i = 0; i < 8; ++i) {
    Job job = MakeMatrixJob(*device, {.m = 21, .n = 19, .k = 2600, .b_transposed = i % 2 == 0},
                            random, Words::kNormal, Words::kNormal);
    AddCIn(*device, job, i % 4, random, Words::kNormal);
    AddEpilogue(*device, job, random, Words::kNormal);
    const std::int64_t before = board_->descriptors();
    ExpectEqual(*device, job);
    EXPECT_GT(board_->descriptors() - before, 1);
  }
}

TEST_P(DriverModelTest, ReportsAnErrorWithItsAddressAndRecovers) {
  const auto device = Checked();
  Random random(5);
  Job job =
      MakeMatrixJob(*device, {.m = 40, .n = 9, .k = 20}, random, Words::kNormal, Words::kNormal);
  job.arithmetic = GetParam().arithmetic;
  board_->FailAt(At(job.a.buffer, 100));
  EXPECT_THAT([&] { device->Run(job); }, ThrowsMessage<Error>(HasSubstr("response to a read")));
  board_->FailAt(At(job.c.buffer, 100));
  EXPECT_THAT([&] { device->Run(job); }, ThrowsMessage<Error>(HasSubstr("response to a write")));
  board_->FailAt(-1);
  const std::int64_t limit = At(job.c.buffer, 99);
  board_->WriteRegister(kRegWindowLimit, static_cast<std::uint32_t>(limit));
  const float after = memory_[static_cast<std::size_t>(limit) + 1] = 17;
  EXPECT_THAT([&] { device->Run(job); }, ThrowsMessage<Error>(HasSubstr("a write outside")));
  EXPECT_EQ(memory_[static_cast<std::size_t>(limit) + 1], after);
  board_->WriteRegister(kRegWindowBase, static_cast<std::uint32_t>(At(job.a.buffer, 0)));
  EXPECT_THAT([&] { device->Run(job); },
              ThrowsMessage<Error>(HasSubstr("a read outside its window at word address 0")));
  ExpectEqual(*device, job);
}

// A job that the device cannot run is refused before an earlier one of the same submission has run.
TEST_P(DriverModelTest, RefusesJobsBeforeAnyHasRun) {
  const auto device = MakeAcceleratorDevice("model", {board_});
  const auto elsewhere = MakeReferenceDevice(1);
  Random random(6);
  Job good =
      MakeMatrixJob(*device, {.m = 5, .n = 4, .k = 6}, random, Words::kNormal, Words::kNormal);
  good.arithmetic = GetParam().arithmetic;
  const auto refused = [&](const std::string& sentence, const std::function<void(Job&)>& change) {
    SCOPED_TRACE(sentence);
    Job bad = good;
    change(bad);
    const std::int64_t before = board_->descriptors();
    EXPECT_THAT(
        [&] {
          device->Submit(std::array{good, bad});
        },
        ThrowsMessage<Error>(HasSubstr(sentence)));
    EXPECT_EQ(board_->descriptors(), before);
  };
  const BufferPtr foreign = elsewhere->Allocate(1000);
  const MatrixView matrix{.buffer = foreign, .offset = 0, .row_stride = 4, .column_stride = 1};
  const ColumnVector here{.buffer = device->Allocate(4)};
  const std::string lies = "A buffer does not lie in the accelerator's memory";
  refused(lies, [&](Job& job) { job.a.buffer = foreign; });
  refused(lies, [&](Job& job) { job.b.buffer = foreign; });
  refused(lies, [&](Job& job) { job.c.buffer = foreign; });
  refused(lies, [&](Job& job) { job.c_in = matrix; });
  refused(lies, [&](Job& job) { job.epilogue.residual = matrix; });
  refused(lies, [&](Job& job) { job.epilogue.affine = {{foreign}, here}; });
  refused(lies, [&](Job& job) { job.epilogue.affine = {here, {foreign}}; });
  refused("is of another arithmetic", [](Job& job) { job.arithmetic.mantissa_bits = 5; });
  refused("input dilation 3; the accelerator takes 1, 2, 4 and 8",
          [](Job& job) { job.a.y.dilation = 3; });
  refused("a coordinate from -40000 to 1; the accelerator takes -32768 to 32767",
          [](Job& job) { job.b.x.padding = 40000; });
}

TEST_P(DriverModelTest, HasNoRoomForMoreThanItsMemory) {
  const auto device = MakeAcceleratorDevice("model", {board_});
  EXPECT_THAT([&] { device->Allocate(std::ssize(memory_)); },
              ThrowsMessage<Error>(HasSubstr("has no room for 2097152 words")));
  EXPECT_EQ(device->Allocate(std::ssize(memory_) / 2)->size(), std::ssize(memory_) / 2);
}

// A board whose ID register holds something else.
class NoAccelerator : public ModelBoard {
 public:
  using ModelBoard::ModelBoard;
  std::uint32_t ReadRegister(std::uint32_t offset) override {
    return ModelBoard::ReadRegister(offset) ^ (offset == kRegId ? 1 : 0);
  }
};

TEST_P(DriverModelTest, FindsOutThatThereIsNoAccelerator) {
  const auto board = std::make_shared<NoAccelerator>(GetParam(), memory_);
  EXPECT_THAT([&] { MakeAcceleratorDevice("none", board); },
              ThrowsMessage<Error>(HasSubstr("There is no accelerator")));
}

TEST_P(DriverModelTest, RefusesABadDescriptor) {
  const AcceleratorShape& shape = GetParam();
  board_->WriteRegister(kRegWindowLimit, 100'000);
  board_->WriteRegister(kRegQueueBase, 640);
  board_->WriteRegister(kRegIrqEnable, 2);
  using Changes = std::vector<std::pair<std::size_t, std::int64_t>>;
  const auto code = [&](const Changes& changes) {
    Descriptor descriptor{};
    descriptor[kDescFlags] = 0x53010010;
    descriptor[kDescM] = descriptor[kDescN] = descriptor[kDescK] = 1;
    descriptor[kDescC + 2] = 1;
    for (const auto& [word, value] : changes) descriptor[word] = static_cast<std::uint32_t>(value);
    std::memcpy(memory_.data() + 640, descriptor.data(), sizeof descriptor);
    board_->WriteRegister(kRegQueueTail, 1);
    const std::uint32_t error = board_->ReadRegister(kRegErrorCode);
    EXPECT_EQ(board_->ReadRegister(kRegErrorAddress), error == 0 ? 0 : 640u);
    EXPECT_EQ(board_->ReadRegister(kRegStatus), error == 0 ? 0 : 3u);
    board_->WriteRegister(kRegControl, 1);
    return error;
  };
  EXPECT_EQ(code({{kDescM, shape.psum_depth}, {kDescN, shape.columns}}), 0u);
  EXPECT_EQ(code({{kDescM, shape.psum_depth}, {kDescN, shape.columns + 1}}), 1u);
  EXPECT_EQ(code({{kDescFlags, 0x53020010}}), 1u);
  EXPECT_EQ(code({{kDescFlags, 0x5301001C}}), 1u);
  EXPECT_EQ(code({{kDescM, 0}}), 1u);
  EXPECT_EQ(code({{kDescM, shape.psum_depth + 1}}), 1u);
  EXPECT_EQ(code({{kDescN, 0}}), 1u);
  EXPECT_EQ(code({{kDescN, 32 * shape.columns}}), 0u);
  EXPECT_EQ(code({{kDescN, 32 * shape.columns + 1}}), 1u);
  EXPECT_EQ(code({{kDescK, 0}}), 1u);
  EXPECT_EQ(code({{kDescK, 65536}}), 1u);
}

TEST_P(DriverModelTest, RefusesRegistersThatAreNotThere) {
  for (const std::uint32_t offset : {0x64u, 0xFCu, 0x01u, 0x42u}) {
    EXPECT_THROW(board_->ReadRegister(offset), Error) << offset;
    EXPECT_THROW(board_->WriteRegister(offset, 1), Error) << offset;
  }
  EXPECT_THROW(board_->WriteRegister(kRegDone, 1), Error);
  EXPECT_EQ(board_->ReadRegister(kRegCountWriteBeats), 0u);
}

}  // namespace
}  // namespace sumac::testing
