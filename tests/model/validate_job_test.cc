// SPDX-License-Identifier: Apache-2.0
// ValidateJob: what it refuses, and in which words.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model/device.h"
#include "model/devices.h"
#include "model/error.h"
#include "tests/model/gemm_cases.h"

namespace sumac::testing {
namespace {

using ::testing::HasSubstr;

constexpr std::int64_t kTooLarge = (std::int64_t{1} << 30) + 1;

class ValidateJobTest : public ::testing::Test {
 protected:
  // 4 x 3 x 5 with a C_in; every buffer is just large enough.
  ValidateJobTest() {
    Random random(1);
    job_ =
        MakeMatrixJob(*device_, {.m = 4, .n = 3, .k = 5}, random, Words::kNormal, Words::kNormal);
    job_.name = "victim";
    AddCIn(*device_, job_, 1, random, Words::kNormal);
  }

  void ExpectRefused(const std::string& what) {
    try {
      ValidateJob(job_);
      ADD_FAILURE() << "accepted, not refused with: " << what;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("GEMM job 'victim' ("));
      EXPECT_THAT(error.what(), HasSubstr(what));
    }
    // Every device asks before it runs.
    EXPECT_THROW(device_->Submit({&job_, 1}), Error);
    EXPECT_THROW(MakeSimdDevice(1)->Submit({&job_, 1}), Error);
  }

  std::unique_ptr<Device> device_ = MakeReferenceDevice(1);
  Job job_;
};

TEST_F(ValidateJobTest, AcceptsAJobThatFitsExactly) {
  ValidateJob(job_);
  job_.c_in = job_.c;
  ValidateJob(job_);
}

TEST_F(ValidateJobTest, AcceptsEmptyJobs) {
  job_.m = 0;
  job_.a = MatrixOperand(device_->Allocate(0), 0, 0, 5, 5, 1);
  job_.c.buffer = device_->Allocate(0);
  job_.c_in.reset();
  ValidateJob(job_);
  job_.k = 0;
  job_.a.k[2].extent = 0;
  job_.b.k[2].extent = 0;
  ValidateJob(job_);
}

TEST_F(ValidateJobTest, Dimensions) {
  for (std::int64_t Job::*size : {&Job::m, &Job::n, &Job::k}) {
    for (const std::int64_t value : {std::int64_t{-1}, kTooLarge}) {
      const std::int64_t right = std::exchange(job_.*size, value);
      ExpectRefused("a dimension lies outside 0 to 2^30.");
      job_.*size = right;
    }
  }
}

TEST_F(ValidateJobTest, Arithmetics) {
  job_.arithmetic.product = static_cast<Product>(2);
  ExpectRefused("the product is neither pam nor ieee.");
  job_.arithmetic = {.comp = kCompLimit};
  ExpectRefused("comp 8388608 is not below 2^23.");
  job_.arithmetic = {.mantissa_bits = 2};
  ExpectRefused("operands of 2 mantissa bits are not in E8M3 to E8M23.");
  job_.arithmetic = {.mantissa_bits = 24};
  ExpectRefused("operands of 24 mantissa bits are not in E8M3 to E8M23.");
  job_.arithmetic = {.group = 5};
  ExpectRefused("one by one or 4, 8 or 16 at once, not 5.");
}

TEST_F(ValidateJobTest, MissingBuffers) {
  const Job whole = job_;
  job_.a.buffer = nullptr;
  ExpectRefused("A has no buffer.");
  job_ = whole;
  job_.b.buffer = nullptr;
  ExpectRefused("B has no buffer.");
  job_ = whole;
  job_.c.buffer = nullptr;
  ExpectRefused("C has no buffer.");
  job_ = whole;
  job_.c_in->buffer = nullptr;
  ExpectRefused("C_in has no buffer.");
}

TEST_F(ValidateJobTest, DigitsThatDoNotSpanTheOperand) {
  const Job whole = job_;
  job_.a.outer[0].extent = 2;
  ExpectRefused("A's digits span 8 x 5 elements, not 4 x 5.");
  job_ = whole;
  job_.b.k[1].extent = 0;
  ExpectRefused("B's digits span 3 x 0 elements, not 3 x 5.");
  job_ = whole;
  job_.a.k[2].extent = -1;
  ExpectRefused("A has a digit of extent -1, outside 0 to 2^30.");
  job_ = whole;
  job_.a.k[2].extent = kTooLarge;
  ExpectRefused("A has a digit of extent 1073741825, outside 0 to 2^30.");
}

TEST_F(ValidateJobTest, NumbersThatCouldOverflow) {
  const Job whole = job_;
  const std::string sentence = " has a stride, offset or padding of 1073741825, outside +-2^30.";
  for (std::int64_t Digit::*number : {&Digit::stride, &Digit::y, &Digit::x}) {
    job_.a.outer[2].*number = kTooLarge;
    ExpectRefused("A" + sentence);
    job_ = whole;
  }
  for (std::int64_t Bound::*number : {&Bound::stride, &Bound::padding}) {
    job_.b.x.*number = kTooLarge;
    ExpectRefused("B" + sentence);
    job_ = whole;
  }
  job_.b.offset = kTooLarge;
  ExpectRefused("B" + sentence);
  job_ = whole;
  for (std::int64_t MatrixView::*number :
       {&MatrixView::offset, &MatrixView::row_stride, &MatrixView::column_stride}) {
    job_.c.*number = kTooLarge;
    ExpectRefused("C" + sentence);
    job_ = whole;
    (*job_.c_in).*number = kTooLarge;
    ExpectRefused("C_in" + sentence);
    job_ = whole;
  }
}

TEST_F(ValidateJobTest, Coordinates) {
  const Job whole = job_;
  job_.a.y.dilation = 0;
  ExpectRefused("A has a coordinate of extent 1 and dilation 0; the extent must be 0 to 2^30");
  job_ = whole;
  job_.a.x.extent = -1;
  ExpectRefused("A has a coordinate of extent -1 and dilation 1; the extent must be 0 to 2^30");
}

TEST_F(ValidateJobTest, WordsOutsideTheBuffers) {
  const Job whole = job_;
  job_.a.offset = 1;
  ExpectRefused("A reaches words 1 to 20 of a buffer of 20 words.");
  job_ = whole;
  job_.b.offset = -1;
  ExpectRefused("B reaches words -1 to 13 of a buffer of 15 words.");
  job_ = whole;
  job_.a.y = {.extent = 2, .stride = 20};
  job_.a.outer[2].y = 1;
  ExpectRefused("A reaches words 0 to 39 of a buffer of 20 words.");
  job_ = whole;
  job_.c.row_stride = -3;
  ExpectRefused("C reaches words -9 to 2 of a buffer of 12 words.");
  job_ = whole;
  job_.c_in->column_stride = 2;
  ExpectRefused("C_in reaches words 0 to 13 of a buffer of 12 words.");
}

// A coordinate that is out of bounds everywhere reaches nothing.
TEST_F(ValidateJobTest, AcceptsAnOperandThatIsAllPadding) {
  job_.a.offset = 1000;
  job_.a.y = {.extent = 3, .stride = 5, .padding = 1};
  ValidateJob(job_);
}

TEST_F(ValidateJobTest, ElementsOfCThatShareAWord) {
  const Job whole = job_;
  job_.c_in.reset();
  job_.c.row_stride = 2;
  ExpectRefused("two elements of C share a word; change its strides.");
  job_.c.row_stride = 0;
  ExpectRefused("two elements of C share a word; change its strides.");
  job_ = whole;
  job_.c.column_stride = 0;
  ExpectRefused("two elements of C share a word; change its strides.");
}

TEST_F(ValidateJobTest, Overlaps) {
  const Job whole = job_;
  job_.c.buffer = job_.a.buffer;
  ExpectRefused("C overlaps an operand; write it to another buffer or range.");
  job_ = whole;
  job_.c.buffer = job_.b.buffer;
  ExpectRefused("C overlaps an operand; write it to another buffer or range.");
  job_ = whole;
  job_.c.buffer = device_->Allocate(32);
  job_.a.buffer = job_.c.buffer;
  job_.c.offset = 20;
  ValidateJob(job_);
  job_.c.offset = 19;
  ExpectRefused("C overlaps an operand; write it to another buffer or range.");
  job_ = whole;
  job_.c.buffer = device_->Allocate(13);
  job_.c_in = job_.c;
  job_.c_in->offset = 1;
  ExpectRefused("C overlaps C_in without being it; write it to another buffer or range.");
}

TEST_F(ValidateJobTest, Epilogues) {
  const JobEpilogue fits{
      .affine = JobEpilogue::Affine{{device_->Allocate(3)}, {device_->Allocate(5), 2}},
      .residual = MatrixView{device_->Allocate(12), 0, 3},
      .relu = true};
  job_.epilogue = fits;
  ValidateJob(job_);
  job_.epilogue.affine->scale.buffer.reset();
  ExpectRefused("the epilogue's scale has no buffer.");
  job_.epilogue = fits;
  job_.epilogue.affine->scale.offset = 1;
  ExpectRefused("the epilogue's scale reaches words 1 to 3 of a buffer of 3 words.");
  job_.epilogue = fits;
  job_.epilogue.affine->shift.offset = -1;
  ExpectRefused("the epilogue's shift reaches words -1 to 1 of a buffer of 5 words.");
  job_.epilogue.affine->shift.offset = kTooLarge;
  ExpectRefused("the epilogue's shift has a stride, offset or padding of 1073741825");
  job_.epilogue = fits;
  job_.epilogue.affine->shift = {job_.c.buffer, 9};
  ExpectRefused("C overlaps the epilogue's shift; write it to another buffer or range.");
  job_.epilogue = fits;
  job_.epilogue.residual->row_stride = 4;
  ExpectRefused("the residual reaches words 0 to 14 of a buffer of 12 words.");
  job_.epilogue.residual = job_.c;
  ExpectRefused("C overlaps the residual; write it to another buffer or range.");
  job_.epilogue.residual->buffer.reset();
  ExpectRefused("the residual has no buffer.");
  job_.c.buffer = device_->Allocate(24);
  job_.epilogue = fits;
  job_.epilogue.residual = MatrixView{job_.c.buffer, 12, 3};
  ValidateJob(job_);
}

}  // namespace
}  // namespace sumac::testing
