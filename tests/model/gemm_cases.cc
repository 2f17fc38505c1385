// SPDX-License-Identifier: Apache-2.0
#include "tests/model/gemm_cases.h"

#include <algorithm>
#include <iterator>

namespace sumac::testing {
namespace {

std::int64_t Uniform(Random& random, std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}

Word WithExponent(Random& random, std::int64_t low, std::int64_t high) {
  const auto exponent = static_cast<Word>(Uniform(random, low, high));
  return (static_cast<Word>(random()) & 0x807FFFFFu) | exponent << kMantissaBits;
}

BufferPtr NewBuffer(Device& device, std::int64_t words, Random& random, Words distribution) {
  BufferPtr buffer = device.Allocate(words);
  for (float& word : device.Map(*buffer)) word = ToFloat(DrawWord(random, distribution));
  return buffer;
}

MatrixView RowMajor(BufferPtr buffer, std::int64_t columns) {
  return {.buffer = std::move(buffer), .row_stride = columns};
}

}  // namespace

Word DrawWord(Random& random, Words words) {
  static constexpr Word kEdges[] = {0,          0x80000000, 1,          0x80000001, 0x007FFFFF,
                                    0x807FFFFF, 0x00800000, 0x80800000, 0x00800001, 0x3F800000,
                                    0xBF800000, 0x3F7FFFFF, 0x7F7FFFFF, 0xFF7FFFFF, 0x7F800000,
                                    0xFF800000, 0x7FC00000, 0xFFC12345, 0x7F800001, 0x7FFFFFFF};
  switch (words) {
    case Words::kNormal:
      return ToWord(std::normal_distribution<float>()(random));
    case Words::kActivation:
      return ToWord(std::max(0.0f, std::normal_distribution<float>()(random)));
    case Words::kBits:
      return static_cast<Word>(random());
    case Words::kHuge:
      return WithExponent(random, 180, 254);
    case Words::kTiny:
      return WithExponent(random, 0, 70);
    case Words::kEdge:
      return kEdges[random() % std::size(kEdges)];
    case Words::kMixture:
      if (random() % 64 != 0) return ToWord(std::normal_distribution<float>()(random));
      return DrawWord(random, random() % 2 == 0 ? Words::kEdge : Words::kBits);
    case Words::kNoFinite:
      if (random() % 16 != 0) return ToWord(std::normal_distribution<float>()(random));
      return kInfinity | (static_cast<Word>(random()) & 0x80400000u);
    case Words::kGradient:
      if (random() % 512 != 0) return ToWord(std::normal_distribution<float>()(random));
      return random() % 2 == 0 ? 0 : 1;
  }
  return 0;
}

std::string Conv::Name() const {
  return std::to_string(images) + "x" + std::to_string(h) + "x" + std::to_string(w) + "x" +
         std::to_string(in) + "->" + std::to_string(out) + " kernel " + std::to_string(kh) + "x" +
         std::to_string(kw) + " stride " + std::to_string(stride) + " padding " +
         std::to_string(padding) + " dilation " + std::to_string(dilation);
}

Job MakeConvJob(Device& device, const Conv& conv, Pass pass, Random& random, Words a, Words b) {
  const std::int64_t oh = conv.OutH();
  const std::int64_t ow = conv.OutW();
  const std::int64_t taps = conv.kh * conv.kw;
  const std::int64_t input = conv.images * conv.h * conv.w * conv.in;
  const std::int64_t output = conv.images * oh * ow * conv.out;
  const std::int64_t weights = conv.out * taps * conv.in;
  Job job;
  if (pass == Pass::kForward) {
    job.name = "forward " + conv.Name();
    job.m = conv.images * oh * ow;
    job.n = conv.out;
    job.k = taps * conv.in;
    job.a.buffer = NewBuffer(device, input, random, a);
    job.a.outer = {Digit{.extent = conv.images, .stride = conv.h * conv.w * conv.in},
                   Digit{.extent = oh, .y = conv.stride}, Digit{.extent = ow, .x = conv.stride}};
    job.a.k = {Digit{.extent = conv.kh, .y = conv.dilation},
               Digit{.extent = conv.kw, .x = conv.dilation}, Digit{.extent = conv.in, .stride = 1}};
    job.a.y = {.extent = conv.h, .stride = conv.w * conv.in, .padding = conv.padding};
    job.a.x = {.extent = conv.w, .stride = conv.in, .padding = conv.padding};
    job.b = MatrixOperand(NewBuffer(device, weights, random, b), 0, conv.out, taps * conv.in,
                          taps * conv.in, 1);
    job.c = RowMajor(device.Allocate(output), conv.out);
  } else if (pass == Pass::kInputGradient) {
    job.name = "input gradient " + conv.Name();
    job.m = conv.images * conv.h * conv.w;
    job.n = conv.in;
    job.k = taps * conv.out;
    job.a.buffer = NewBuffer(device, output, random, a);
    job.a.outer = {Digit{.extent = conv.images, .stride = oh * ow * conv.out},
                   Digit{.extent = conv.h, .y = 1}, Digit{.extent = conv.w, .x = 1}};
    job.a.k = {Digit{.extent = conv.kh, .y = conv.dilation},
               Digit{.extent = conv.kw, .x = conv.dilation},
               Digit{.extent = conv.out, .stride = 1}};
    job.a.y = {.extent = oh,
               .stride = ow * conv.out,
               .padding = (conv.kh - 1) * conv.dilation - conv.padding,
               .dilation = conv.stride};
    job.a.x = {.extent = ow,
               .stride = conv.out,
               .padding = (conv.kw - 1) * conv.dilation - conv.padding,
               .dilation = conv.stride};
    job.b.buffer = NewBuffer(device, weights, random, b);
    job.b.offset = (taps - 1) * conv.in;
    job.b.outer[2] = {.extent = conv.in, .stride = 1};
    job.b.k = {Digit{.extent = conv.kh, .stride = -conv.kw * conv.in},
               Digit{.extent = conv.kw, .stride = -conv.in},
               Digit{.extent = conv.out, .stride = taps * conv.in}};
    job.c = RowMajor(device.Allocate(input), conv.in);
  } else {
    job.name = "weight gradient " + conv.Name();
    job.m = taps * conv.in;
    job.n = conv.out;
    job.k = conv.images * oh * ow;
    job.a.buffer = NewBuffer(device, input, random, a);
    job.a.outer = {Digit{.extent = conv.kh, .y = conv.dilation},
                   Digit{.extent = conv.kw, .x = conv.dilation},
                   Digit{.extent = conv.in, .stride = 1}};
    job.a.k = {Digit{.extent = conv.images, .stride = conv.h * conv.w * conv.in},
               Digit{.extent = oh, .y = conv.stride}, Digit{.extent = ow, .x = conv.stride}};
    job.a.y = {.extent = conv.h, .stride = conv.w * conv.in, .padding = conv.padding};
    job.a.x = {.extent = conv.w, .stride = conv.in, .padding = conv.padding};
    job.b = MatrixOperand(NewBuffer(device, output, random, b), 0, conv.out, 1, job.k, conv.out);
    job.c = {.buffer = device.Allocate(weights), .row_stride = 1, .column_stride = job.m};
  }
  return job;
}

Job MakeMatrixJob(Device& device, const MatrixShape& shape, Random& random, Words a, Words b) {
  Job job;
  job.name = "matrix";
  job.m = shape.m;
  job.n = shape.n;
  job.k = shape.k;
  job.a =
      MatrixOperand(NewBuffer(device, shape.m * shape.k, random, a), 0, shape.m,
                    shape.a_transposed ? 1 : shape.k, shape.k, shape.a_transposed ? shape.m : 1);
  job.b =
      MatrixOperand(NewBuffer(device, shape.n * shape.k, random, b), 0, shape.n,
                    shape.b_transposed ? shape.k : 1, shape.k, shape.b_transposed ? 1 : shape.n);
  job.c = RowMajor(device.Allocate(shape.m * shape.n), shape.n);
  if (shape.c_transposed) {
    job.c.row_stride = 1;
    job.c.column_stride = shape.m;
  }
  return job;
}

void AddCIn(Device& device, Job& job, int kind, Random& random, Words words) {
  if (kind == 1) {
    job.c_in = RowMajor(NewBuffer(device, job.m * job.n, random, words), job.n);
  } else if (kind == 2) {
    job.c_in = RowMajor(NewBuffer(device, job.n, random, words), 0);
  } else if (kind == 3) {
    for (float& word : device.Map(*job.c.buffer)) word = ToFloat(DrawWord(random, words));
    job.c_in = job.c;
  }
}

void AddEpilogue(Device& device, Job& job, Random& random, Words words) {
  const std::int64_t offset = Uniform(random, 0, 9);
  const auto vector = [&] {
    return ColumnVector{NewBuffer(device, offset + job.n, random, words), offset};
  };
  if (random() % 2 == 0) job.epilogue.affine = {vector(), vector()};
  if (random() % 2 == 0) {
    MatrixView residual{.buffer = NewBuffer(device, offset + job.m * job.n, random, words),
                        .offset = offset,
                        .row_stride = job.n};
    if (random() % 4 == 0) {
      residual.row_stride = 1;
      residual.column_stride = job.m;
    }
    job.epilogue.residual = residual;
  }
  job.epilogue.relu = random() % 2 == 0;
}

Job MakeRandomJob(Device& device, Random& random) {
  const auto draw = [&] { return kAllWords[random() % std::size(kAllWords)]; };
  const Words a = random() % 4 == 0 ? draw() : Words::kActivation;
  const Words b = random() % 4 == 0 ? draw() : Words::kNormal;
  Job job;
  if (random() % 3 == 0) {
    MatrixShape shape{.m = Uniform(random, 1, 200),
                      .n = Uniform(random, 1, 60),
                      .k = Uniform(random, 0, 60),
                      .a_transposed = random() % 2 == 0,
                      .b_transposed = random() % 2 == 0,
                      .c_transposed = random() % 2 == 0};
    if (random() % 8 == 0) {
      shape.k = Uniform(random, 300, 5000);
      shape.m = std::min<std::int64_t>(shape.m, 40);
    }
    if (random() % 4 == 0) std::swap(shape.m, shape.n);
    job = MakeMatrixJob(device, shape, random, a, b);
  } else {
    Conv conv{.images = Uniform(random, 1, 5),
              .h = Uniform(random, 1, 12),
              .w = Uniform(random, 1, 12),
              .in = Uniform(random, 1, 9),
              .out = Uniform(random, 1, 20),
              .kh = Uniform(random, 1, 3),
              .kw = Uniform(random, 1, 3),
              .stride = Uniform(random, 1, 3),
              .padding = Uniform(random, 0, 2),
              .dilation = Uniform(random, 1, 2)};
    if (random() % 4 == 0) conv.in = Uniform(random, 14, 34);
    conv.h = std::max(conv.h, conv.dilation * (conv.kh - 1) + 1);
    conv.w = std::max(conv.w, conv.dilation * (conv.kw - 1) + 1);
    job = MakeConvJob(device, conv, kAllPasses[random() % 3], random, a, b);
  }
  job.arithmetic.product = random() % 4 == 0 ? Product::kIeee : Product::kPam;
  const Word comps[] = {0, 0, kCompPamAlpha, kCompLMul, kCompLimit - 1};
  job.arithmetic.comp = comps[random() % std::size(comps)];
  job.arithmetic.mantissa_bits =
      random() % 2 == 0 ? kMantissaBits : static_cast<int>(Uniform(random, 3, 23));
  AddCIn(device, job, static_cast<int>(random() % 4), random, draw());
  if (random() % 2 == 0) AddEpilogue(device, job, random, draw());
  job.name += " M=" + std::to_string(job.m) + " N=" + std::to_string(job.n) +
              " K=" + std::to_string(job.k) + " E8M" +
              std::to_string(job.arithmetic.mantissa_bits) + " comp " +
              std::to_string(job.arithmetic.comp) +
              (job.arithmetic.product == Product::kIeee ? " ieee" : " pam") + " words " +
              std::to_string(static_cast<int>(a)) + "," + std::to_string(static_cast<int>(b));
  return job;
}

}  // namespace sumac::testing
