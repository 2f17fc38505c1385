// SPDX-License-Identifier: Apache-2.0
// What devices, their buffers and the names of an arithmetic refuse, each in its sentence.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "model/compare.h"
#include "model/devices.h"
#include "model/error.h"
#include "model/names.h"
#include "tests/model/gemm_cases.h"

namespace sumac::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

void ExpectRefused(const std::function<void()>& call, const std::string& sentence) {
  EXPECT_THAT(call, ThrowsMessage<Error>(HasSubstr(sentence)));
}

TEST(DeviceErrors, AKernelThatIsUnknown) {
  ExpectRefused([] { MakeSimdDevice(1, "mmx"); }, "Kernel 'mmx' is unknown or not for this CPU");
  ExpectRefused([] { MakeSimdDevice(1, "mmx"); }, "choose one of " + KernelNames().front());
}

TEST(DeviceErrors, ATicketIsWaitedForOnce) {
  const auto device = MakeReferenceDevice(1);
  Random random(1);
  const Job job =
      MakeMatrixJob(*device, {.m = 2, .n = 2, .k = 2}, random, Words::kNormal, Words::kNormal);
  const Ticket ticket = device->Submit(std::array{job, job});
  ExpectRefused([&] { device->Wait(ticket + 1); }, "is not outstanding on this device");
  EXPECT_EQ(device->Wait(ticket).size(), 2u);
  ExpectRefused([&] { device->Wait(ticket); },
                "Ticket " + std::to_string(ticket) + " is not outstanding on this device");
}

TEST(DeviceErrors, WordsOutsideABuffer) {
  const auto device = MakeReferenceDevice(1);
  const BufferPtr buffer = device->Allocate(10);
  std::array<float, 4> words{1, 2, 3, 4};
  device->Write(*buffer, 6, words);
  ExpectRefused([&] { device->Write(*buffer, 7, words); },
                "4 words from word 7 on lie outside a buffer of 10 words");
  ExpectRefused([&] { device->Write(*buffer, -1, words); }, "4 words from word -1 on lie outside");
  ExpectRefused([&] { device->Read(*buffer, 11, words); }, "4 words from word 11 on lie outside");
  ExpectRefused([&] { device->Read(*buffer, std::numeric_limits<std::int64_t>::max() - 2, words); },
                "lie outside a buffer of 10 words");
  std::array<float, 4> kept{};
  device->Read(*buffer, 6, kept);
  EXPECT_EQ(kept, words);
}

TEST(DeviceErrors, BuffersOfNoSize) {
  const auto device = MakeSimdDevice(1);
  ExpectRefused([&] { device->Allocate(-1); }, "A buffer cannot have -1 words");
  ExpectRefused([&] { device->Allocate(std::numeric_limits<std::int64_t>::max()); },
                "use a smaller batch or problem");
  EXPECT_EQ(device->Allocate(0)->size(), 0);
}

// Memory that is no host's.
class OtherBuffer : public Buffer {
 public:
  std::int64_t size() const override { return 100; }
};

TEST(DeviceErrors, BuffersOfAnotherKindOfDevice) {
  const auto device = MakeReferenceDevice(1);
  const BufferPtr other = std::make_shared<OtherBuffer>();
  const std::string sentence = "A buffer of another kind of device was given to a host device";
  std::array<float, 1> word{};
  ExpectRefused([&] { device->Write(*other, 0, word); }, sentence);
  ExpectRefused([&] { device->Read(*other, 0, word); }, sentence);
  ExpectRefused([&] { device->Map(*other); }, sentence);
  Random random(2);
  const Job good =
      MakeMatrixJob(*device, {.m = 2, .n = 2, .k = 2}, random, Words::kNormal, Words::kNormal);
  const MatrixView matrix{.buffer = other, .offset = 0, .row_stride = 2, .column_stride = 1};
  const ColumnVector here{.buffer = device->Allocate(2)};
  const std::function<void(Job&)> changes[] = {
      [&](Job& job) { job.a.buffer = other; },
      [&](Job& job) { job.b.buffer = other; },
      [&](Job& job) { job.c.buffer = other; },
      [&](Job& job) { job.c_in = matrix; },
      [&](Job& job) { job.epilogue.residual = matrix; },
      [&](Job& job) {
        job.epilogue.affine = {{other}, here};
      },
      [&](Job& job) {
        job.epilogue.affine = {here, {other}};
      },
  };
  const std::span<const float> c = device->Map(*good.c.buffer);
  const std::vector<float> before(c.begin(), c.end());
  for (const auto& change : changes) {
    Job bad = good;
    change(bad);
    ExpectRefused([&] { device->Submit(std::array{good, bad}); }, sentence);
    EXPECT_TRUE(std::ranges::equal(c, before));  // nor has the good one run
  }
  device->Run(good);
  EXPECT_FALSE(std::ranges::equal(c, before));
}

TEST(DeviceErrors, ResultsOfTwoShapes) {
  const std::array<float, 6> six{};
  const std::array<float, 4> four{};
  ExpectRefused([&] { CompareWords(six, four, 2); }, "Cannot compare 6 words with 4");
}

// Step by step: of operator+ with a literal GCC 12 warns in vain (its bug 105651).
std::string Quoted(const std::string& name) {
  std::string quoted(1, '\'');
  quoted += name;
  quoted.push_back('\'');
  return quoted;
}

TEST(DeviceErrors, NamesOfNoArithmetic) {
  ExpectRefused([] { ParseProduct("fma"); }, "'fma' is not a product; choose pam or ieee");
  for (const std::string accumulator : {"", "fused", "fused5", "Fold"}) {
    ExpectRefused([&] { ParseAccumulator(accumulator); },
                  Quoted(accumulator) + " is not an accumulator");
  }
  for (const int group : {1, 4, 8, 16}) EXPECT_EQ(ParseAccumulator(AccumulatorName(group)), group);
  for (const std::string comp : {"", "0x", "12", "1234", "0x800000", "0xG", "mitchell"}) {
    ExpectRefused([&] { ParseComp(comp); }, Quoted(comp) + " is not a compensation");
  }
  for (const std::string format : {"", "e8m", "e8m2", "e8m24", "e8m7x", "fp16"}) {
    ExpectRefused([&] { ParseFormat(format); }, Quoted(format) + " is not an operand format");
  }
  EXPECT_EQ(ParseComp("0x7FFFFF"), 0x7FFFFFu);
  EXPECT_EQ(ParseFormat("e8m3"), 3);
}

}  // namespace
}  // namespace sumac::testing
