// SPDX-License-Identifier: Apache-2.0
// Views: the addresses of convolutions' operands against loops over the tensors.
#include "model/view.h"

#include <gtest/gtest.h>

#include "model/device.h"
#include "tests/model/gemm_cases.h"

namespace sumac::testing {
namespace {

using Addresses = std::vector<std::int64_t>;  // outer x K, row-major; -1 for +0

Addresses AddressesOf(const View& view) {
  const ViewIndex index(view);
  Addresses addresses;
  for (std::int64_t outer = 0; outer < view.OuterSize(); ++outer) {
    for (std::int64_t k = 0; k < view.KSize(); ++k) {
      addresses.push_back(index.Address(index.Outer(outer), index.K(k)));
    }
  }
  return addresses;
}

// A tensor of images x h x w x channels: the address of an element, or -1 outside.
struct Tensor {
  std::int64_t h, w, channels;
  std::int64_t operator()(std::int64_t image, std::int64_t y, std::int64_t x,
                          std::int64_t channel) const {
    if (y < 0 || y >= h || x < 0 || x >= w) return -1;
    return ((image * h + y) * w + x) * channels + channel;
  }
};

// The operands' addresses as docs/arithmetic.md, "GEMM" writes the three folds.
struct Operands {
  Addresses a;
  Addresses b;
};

Operands Forward(const Conv& conv) {
  const Tensor x{conv.h, conv.w, conv.in};
  Operands operands;
  for (std::int64_t image = 0; image < conv.images; ++image)
    for (std::int64_t oy = 0; oy < conv.OutH(); ++oy)
      for (std::int64_t ox = 0; ox < conv.OutW(); ++ox)
        for (std::int64_t r = 0; r < conv.kh; ++r)
          for (std::int64_t q = 0; q < conv.kw; ++q)
            for (std::int64_t ic = 0; ic < conv.in; ++ic)
              operands.a.push_back(x(image, oy * conv.stride - conv.padding + r * conv.dilation,
                                     ox * conv.stride - conv.padding + q * conv.dilation, ic));
  for (std::int64_t word = 0; word < conv.out * conv.kh * conv.kw * conv.in; ++word)
    operands.b.push_back(word);
  return operands;
}

Operands InputGradient(const Conv& conv) {
  const Tensor dy{conv.OutH(), conv.OutW(), conv.out};
  const Tensor weights{conv.kh, conv.kw, conv.in};  // of one output channel
  Operands operands;
  for (std::int64_t image = 0; image < conv.images; ++image)
    for (std::int64_t y = 0; y < conv.h; ++y)
      for (std::int64_t x = 0; x < conv.w; ++x)
        for (std::int64_t r = conv.kh - 1; r >= 0; --r)
          for (std::int64_t q = conv.kw - 1; q >= 0; --q)
            for (std::int64_t oc = 0; oc < conv.out; ++oc) {
              const std::int64_t u = y + conv.padding - r * conv.dilation;
              const std::int64_t v = x + conv.padding - q * conv.dilation;
              const bool gap = u < 0 || v < 0 || u % conv.stride != 0 || v % conv.stride != 0;
              operands.a.push_back(gap ? -1 : dy(image, u / conv.stride, v / conv.stride, oc));
            }
  for (std::int64_t ic = 0; ic < conv.in; ++ic)
    for (std::int64_t r = conv.kh - 1; r >= 0; --r)
      for (std::int64_t q = conv.kw - 1; q >= 0; --q)
        for (std::int64_t oc = 0; oc < conv.out; ++oc) operands.b.push_back(weights(oc, r, q, ic));
  return operands;
}

Operands WeightGradient(const Conv& conv) {
  const Tensor x{conv.h, conv.w, conv.in};
  const Tensor dy{conv.OutH(), conv.OutW(), conv.out};
  Operands operands;
  for (std::int64_t r = 0; r < conv.kh; ++r)
    for (std::int64_t q = 0; q < conv.kw; ++q)
      for (std::int64_t ic = 0; ic < conv.in; ++ic)
        for (std::int64_t image = 0; image < conv.images; ++image)
          for (std::int64_t oy = 0; oy < conv.OutH(); ++oy)
            for (std::int64_t ox = 0; ox < conv.OutW(); ++ox)
              operands.a.push_back(x(image, oy * conv.stride - conv.padding + r * conv.dilation,
                                     ox * conv.stride - conv.padding + q * conv.dilation, ic));
  for (std::int64_t oc = 0; oc < conv.out; ++oc)
    for (std::int64_t image = 0; image < conv.images; ++image)
      for (std::int64_t oy = 0; oy < conv.OutH(); ++oy)
        for (std::int64_t ox = 0; ox < conv.OutW(); ++ox)
          operands.b.push_back(dy(image, oy, ox, oc));
  return operands;
}

TEST(View, ConvolutionsReadWhatTheirLoopsRead) {
  const auto device = MakeReferenceDevice();
  int convs = 0;
  for (std::int64_t size : {1, 2, 3}) {
    for (std::int64_t stride : {1, 2, 3}) {
      for (std::int64_t padding : {0, 1, 2}) {
        for (std::int64_t dilation : {1, 2}) {
          const Conv conv{.images = 2,
                          .h = 6,
                          .w = 5,
                          .in = 2,
                          .out = 3,
                          .kh = size,
                          .kw = 4 - size,
                          .stride = stride,
                          .padding = padding,
                          .dilation = dilation};
          ++convs;
          for (const Pass pass : kAllPasses) {
            Random random(1);
            const Job job =
                MakeConvJob(*device, conv, pass, random, Words::kNormal, Words::kNormal);
            SCOPED_TRACE(job.name);
            ValidateJob(job);
            const Operands operands = pass == Pass::kForward         ? Forward(conv)
                                      : pass == Pass::kInputGradient ? InputGradient(conv)
                                                                     : WeightGradient(conv);
            EXPECT_EQ(AddressesOf(job.a), operands.a);
            EXPECT_EQ(AddressesOf(job.b), operands.b);
          }
        }
      }
    }
  }
  EXPECT_EQ(convs, 54);
}

TEST(View, MatrixOperand) {
  const View view = MatrixOperand(nullptr, 7, 2, -3, 3, 10);
  EXPECT_EQ(view.OuterSize(), 2);
  EXPECT_EQ(view.KSize(), 3);
  EXPECT_EQ(AddressesOf(view), (Addresses{7, 17, 27, 4, 14, 24}));
}

TEST(View, MatrixView) {
  const MatrixView bias{.buffer = nullptr, .offset = 5, .row_stride = 0};
  EXPECT_EQ(bias.Address(9, 3), 8);
  const MatrixView transposed{.buffer = nullptr, .offset = 1, .row_stride = 1, .column_stride = 4};
  EXPECT_EQ(transposed.Address(2, 3), 15);
}

}  // namespace
}  // namespace sumac::testing
