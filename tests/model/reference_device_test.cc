// SPDX-License-Identifier: Apache-2.0
// The reference device against the fold written out here, on matrices and convolutions.
#include <gtest/gtest.h>

#include <functional>

#include "model/add.h"
#include "model/devices.h"
#include "model/error.h"
#include "model/mul.h"
#include "model/narrow.h"
#include "model/pam.h"
#include "tests/model/gemm_cases.h"

namespace sumac::testing {
namespace {

using Element = std::function<Word(std::int64_t, std::int64_t)>;

Word Product(const Arithmetic& arithmetic, Word x, Word y) {
  return arithmetic.product == Product::kPam ? Pam(x, y, arithmetic.comp) : Mul(x, y);
}

// C[m][n] of docs/arithmetic.md, "GEMM": a(m, k), b(n, k) and c_in(m, n) give the operands.
Word Fold(const Arithmetic& arithmetic, std::int64_t m, std::int64_t n, std::int64_t k,
          const Element& a, const Element& b, const Element& c_in) {
  Word acc = c_in(m, n);
  for (std::int64_t i = 0; i < k; ++i) {
    const Word x = Narrow(a(m, i), arithmetic.mantissa_bits);
    const Word y = Narrow(b(n, i), arithmetic.mantissa_bits);
    acc = Add(acc, Product(arithmetic, x, y));
  }
  return Add(acc, 0);
}

std::vector<Word> WordsOf(Device& device, const BufferPtr& buffer) {
  std::vector<Word> words;
  for (const float word : device.Map(*buffer)) words.push_back(ToWord(word));
  return words;
}

Word At(const std::vector<Word>& words, std::int64_t index) {
  return words.at(static_cast<std::size_t>(index));
}

// "The epilogue" of docs/arithmetic.md on element (m, n).
Word Finish(Device& device, const Job& job, std::int64_t m, std::int64_t n, Word y) {
  const JobEpilogue& steps = job.epilogue;
  const auto word = [&](const BufferPtr& buffer, std::int64_t address) {
    return ToWord(device.Map(*buffer)[static_cast<std::size_t>(address)]);
  };
  if (steps.affine) {
    const auto& [scale, shift] = *steps.affine;
    y = Add(Product(job.arithmetic, y, word(scale.buffer, scale.offset + n)),
            word(shift.buffer, shift.offset + n));
  }
  if (steps.residual) {
    const MatrixView& residual = *steps.residual;
    y = Add(y, word(residual.buffer,
                    residual.offset + m * residual.row_stride + n * residual.column_stride));
  }
  const bool nan = (y & 0x7FFFFFFFu) > 0x7F800000u;
  return steps.relu && !nan && y >= 0x80000000u ? 0 : y;
}

// Runs the job and expects every word of C to be the finished fold's, and no other word to have
// changed.
void ExpectFold(Device& device, const Job& job, const Element& a, const Element& b) {
  std::vector<Word> expected = WordsOf(device, job.c.buffer);
  std::vector<Word> c_in;
  if (job.c_in) c_in = WordsOf(device, job.c_in->buffer);
  const auto initial = [&](std::int64_t m, std::int64_t n) {
    return job.c_in
               ? At(c_in, job.c_in->offset + m * job.c_in->row_stride + n * job.c_in->column_stride)
               : 0;
  };
  for (std::int64_t m = 0; m < job.m; ++m) {
    for (std::int64_t n = 0; n < job.n; ++n) {
      expected.at(
          static_cast<std::size_t>(job.c.offset + m * job.c.row_stride + n * job.c.column_stride)) =
          Finish(device, job, m, n, Fold(job.arithmetic, m, n, job.k, a, b, initial));
    }
  }
  device.Run(job);
  EXPECT_EQ(WordsOf(device, job.c.buffer), expected) << job.name;
}

BufferPtr RandomBuffer(Device& device, std::int64_t words, Random& random) {
  BufferPtr buffer = device.Allocate(words);
  for (float& word : device.Map(*buffer)) word = ToFloat(DrawWord(random, Words::kMixture));
  return buffer;
}

const Arithmetic kArithmetics[] = {{},
                                   {.comp = kCompPamAlpha, .mantissa_bits = 7},
                                   {.comp = kCompLimit - 1, .mantissa_bits = 3},
                                   {.product = Product::kIeee},
                                   {.product = Product::kIeee, .mantissa_bits = 10}};

// Offsets, gaps between rows, transposes, steps backwards, every kind of C_in and of epilogue.
TEST(ReferenceDevice, IsTheFoldOnMatrices) {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    Random random(seed);
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto device = MakeReferenceDevice(static_cast<int>(1 + seed % 3));
    const auto m = static_cast<std::int64_t>(random() % 9);
    const auto n = static_cast<std::int64_t>(random() % 9);
    const auto k = static_cast<std::int64_t>(random() % 13);
    const bool transposed = random() % 2 == 0;
    const bool backwards = random() % 2 == 0;
    Job job;
    job.name = "strided";
    job.m = m;
    job.n = n;
    job.k = k;
    job.arithmetic = kArithmetics[random() % std::size(kArithmetics)];
    const std::int64_t a_outer = transposed ? 2 : 30;
    const std::int64_t a_k = transposed ? 30 : 2;
    job.a = MatrixOperand(RandomBuffer(*device, 500, random), 3, m, a_outer, k, a_k);
    const std::int64_t b_first = backwards ? 180 : 11;
    const std::int64_t b_outer = backwards ? -15 : 15;
    job.b = MatrixOperand(RandomBuffer(*device, 200, random), b_first, n, b_outer, k, 1);
    job.c = {.buffer = RandomBuffer(*device, 300, random),
             .offset = 5,
             .row_stride = transposed ? 2 : 20,
             .column_stride = transposed ? 20 : 2};
    const std::uint64_t kind = random() % 4;
    if (kind == 1) {
      job.c_in = {.buffer = RandomBuffer(*device, 100, random),
                  .offset = 1,
                  .row_stride = 1,
                  .column_stride = 10};
    } else if (kind == 2) {
      job.c_in = {.buffer = RandomBuffer(*device, 20, random), .offset = 2, .row_stride = 0};
    } else if (kind == 3) {
      job.c_in = job.c;
    }
    if (seed % 2 == 1) AddEpilogue(*device, job, random, Words::kMixture);
    const std::vector<Word> a = WordsOf(*device, job.a.buffer);
    const std::vector<Word> b = WordsOf(*device, job.b.buffer);
    ExpectFold(
        *device, job,
        [&](std::int64_t row, std::int64_t i) { return At(a, 3 + row * a_outer + i * a_k); },
        [&](std::int64_t column, std::int64_t i) { return At(b, b_first + column * b_outer + i); });
    if (HasFailure()) break;
  }
}

// With K = 0 the closing +0 is all that C_in meets.
TEST(ReferenceDevice, EmptySums) {
  const auto device = MakeReferenceDevice();
  Job job;
  job.m = 1;
  job.n = 8;
  job.a = MatrixOperand(device->Allocate(0), 0, 1, 0, 0, 1);
  job.b = MatrixOperand(device->Allocate(0), 0, 8, 0, 0, 1);
  job.c = {.buffer = device->Allocate(8), .row_stride = 8};
  device->Map(*job.c.buffer)[3] = 1.0f;
  device->Run(job);
  EXPECT_EQ(WordsOf(*device, job.c.buffer), std::vector<Word>(8));
  const std::vector<Word> initial = {0,          0x80000000, 0x00000001, 0x807FFFFF,
                                     0xFFC12345, 0xFF800000, 0x80800000, 0x3FC00001};
  const std::vector<Word> closed = {0, 0, 0, 0, 0x7FC00000, 0xFF800000, 0x80800000, 0x3FC00001};
  job.c_in = job.c;
  for (std::size_t i = 0; i < 8; ++i) device->Map(*job.c.buffer)[i] = ToFloat(initial[i]);
  device->Run(job);
  EXPECT_EQ(WordsOf(*device, job.c.buffer), closed);
}

// The order of k is kept: 2^24 + 1 - 2^24 is 0 in order, 1 in another.
TEST(ReferenceDevice, FoldsInOrder) {
  const auto device = MakeReferenceDevice();
  Job job;
  job.m = 1;
  job.n = 1;
  job.k = 3;
  job.a = MatrixOperand(device->Allocate(3), 0, 1, 3, 3, 1);
  job.b = MatrixOperand(device->Allocate(3), 0, 1, 3, 3, 1);
  job.c = {.buffer = device->Allocate(1), .row_stride = 1};
  for (float& word : device->Map(*job.b.buffer)) word = 1.0f;
  const auto run = [&](float x, float y, float z) {
    const float words[] = {x, y, z};
    device->Write(*job.a.buffer, 0, words);
    device->Run(job);
    return device->Map(*job.c.buffer)[0];
  };
  EXPECT_EQ(run(0x1p24f, 1.0f, -0x1p24f), 0.0f);
  EXPECT_EQ(run(0x1p24f, -0x1p24f, 1.0f), 1.0f);
}

// Forward passes from the tensors: padding is an operand of +0, whose product with an infinity is
// NaN.
TEST(ReferenceDevice, IsTheFoldOnConvolutions) {
  for (const Conv& conv :
       {Conv{.images = 2, .h = 5, .w = 4, .in = 3, .out = 4},
        Conv{.images = 2, .h = 7, .w = 6, .in = 2, .out = 3, .stride = 2, .padding = 2},
        Conv{.h = 9, .w = 8, .in = 2, .out = 2, .kh = 3, .kw = 2, .padding = 1, .dilation = 2}}) {
    const auto device = MakeReferenceDevice();
    Random random(7);
    const Job job =
        MakeConvJob(*device, conv, Pass::kForward, random, Words::kMixture, Words::kNoFinite);
    const std::vector<Word> x = WordsOf(*device, job.a.buffer);
    const std::vector<Word> weights = WordsOf(*device, job.b.buffer);
    const auto input = [&](std::int64_t m, std::int64_t k) -> Word {
      const std::int64_t image = m / (conv.OutH() * conv.OutW());
      const std::int64_t y = m / conv.OutW() % conv.OutH() * conv.stride - conv.padding +
                             k / (conv.kw * conv.in) * conv.dilation;
      const std::int64_t column =
          m % conv.OutW() * conv.stride - conv.padding + k / conv.in % conv.kw * conv.dilation;
      if (y < 0 || y >= conv.h || column < 0 || column >= conv.w) return 0;
      return At(x, ((image * conv.h + y) * conv.w + column) * conv.in + k % conv.in);
    };
    const auto weight = [&](std::int64_t n, std::int64_t k) {
      return At(weights, n * conv.kh * conv.kw * conv.in + k);
    };
    ExpectFold(*device, job, input, weight);
  }
}

TEST(ReferenceDevice, RefusesWordsOutsideABuffer) {
  const auto device = MakeReferenceDevice();
  const BufferPtr buffer = device->Allocate(4);
  std::vector<float> three(3);
  device->Write(*buffer, 1, three);
  EXPECT_THROW(device->Write(*buffer, 2, three), Error);
  EXPECT_THROW(device->Read(*buffer, -1, three), Error);
  EXPECT_THROW(device->Allocate(-1), Error);
}

}  // namespace
}  // namespace sumac::testing
