// SPDX-License-Identifier: Apache-2.0
// What the tests of the networks share: random tensors, equal words, slopes by finite differences,
// and convolutions by plain loops.
#ifndef SUMAC_TESTS_SW_NN_TOOLS_H_
#define SUMAC_TESTS_SW_NN_TOOLS_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "model/add.h"
#include "model/compare.h"
#include "model/device.h"
#include "model/float_mode.h"
#include "sw/nn/conv.h"
#include "sw/nn/random.h"
#include "sw/nn/tensor.h"

namespace sumac {

inline constexpr Arithmetic kIeee{.product = Product::kIeee};
inline constexpr Arithmetic kPam{.product = Product::kPam};

// ---- Tensors ----

// Normal numbers, a function of (seed, element).
inline void FillNormal(std::span<float> words, std::uint64_t seed) {
  const ScopedFloatMode mode;
  for (std::size_t i = 0; i < words.size(); ++i) {
    words[i] = static_cast<float>(Normal(RandomFor(seed, RandomStream::kAugment, 77, i)));
  }
}

inline std::vector<float> NormalWords(std::int64_t count, std::uint64_t seed) {
  std::vector<float> words(static_cast<std::size_t>(count));
  FillNormal(words, seed);
  return words;
}

inline Tensor NormalTensor(Device& device, std::int64_t count, std::uint64_t seed) {
  Tensor tensor = MakeTensor(device, count);
  FillNormal(tensor.values, seed);
  return tensor;
}

inline void ExpectEqualWords(std::span<const float> got, std::span<const float> expected,
                             std::int64_t columns = 1) {
  ASSERT_EQ(got.size(), expected.size());
  const Mismatch mismatch = CompareWords(got, expected, columns);
  EXPECT_EQ(mismatch.differing, 0) << mismatch.first;
}

// ---- Finite differences ----

// The slope of loss(), a binary64 number, by one word: central differences.
template <typename Loss>
double Slope(float& word, float step, Loss loss) {
  const float kept = word;
  word = kept + step;
  const double above = word;
  const double loss_above = loss();
  word = kept - step;
  const double below = word;
  const double loss_below = loss();
  word = kept;
  return (loss_above - loss_below) / (above - below);
}

// Every word of the gradient is the loss's slope, within `tolerance` of the greatest.
template <typename Loss>
void ExpectSlopes(std::span<float> words, std::span<const float> gradient, float step,
                  double tolerance, Loss loss) {
  ASSERT_EQ(words.size(), gradient.size());
  double greatest = 0;
  for (const float g : gradient) greatest = std::max(greatest, std::fabs(static_cast<double>(g)));
  ASSERT_GT(greatest, 0);
  for (std::size_t i = 0; i < words.size(); ++i) {
    ASSERT_NEAR(Slope(words[i], step, loss), gradient[i], tolerance * greatest) << "element " << i;
  }
}

// The loss whose gradient by y is dy.
inline double Dot(std::span<const float> y, std::span<const float> dy) {
  double sum = 0;
  for (std::size_t i = 0; i < y.size(); ++i) {
    sum += static_cast<double>(y[i]) * static_cast<double>(dy[i]);
  }
  return sum;
}

// ---- Convolutions by plain loops, in the order of docs/arithmetic.md, "GEMM" ----

class Fold {
 public:
  Fold(const Arithmetic& arithmetic, float start) : arithmetic_(arithmetic), acc_(ToWord(start)) {}
  void Term(float a, float b) {
    const Word narrow_a = Narrow(ToWord(a), arithmetic_.mantissa_bits);
    const Word narrow_b = Narrow(ToWord(b), arithmetic_.mantissa_bits);
    acc_ = Add(acc_, Multiply(arithmetic_, narrow_a, narrow_b));
  }
  float End() const { return ToFloat(Add(acc_, 0)); }

 private:
  Arithmetic arithmetic_;
  Word acc_;
};

// One element of images x height x width x channels, +0 outside.
inline float PixelOf(std::span<const float> x, std::int64_t height, std::int64_t width,
                     std::int64_t channels, std::int64_t image, std::int64_t row,
                     std::int64_t column, std::int64_t channel) {
  if (row < 0 || row >= height || column < 0 || column >= width) return 0;
  return x[static_cast<std::size_t>(((image * height + row) * width + column) * channels +
                                    channel)];
}

// images x OutHeight x OutWidth x out_channels. An empty bias is none.
inline std::vector<float> PlainForward(const Arithmetic& arithmetic, const ConvGeometry& g,
                                       std::int64_t images, std::span<const float> x,
                                       std::span<const float> w, std::span<const float> bias) {
  std::vector<float> y;
  for (std::int64_t image = 0; image < images; ++image) {
    for (std::int64_t oy = 0; oy < g.OutHeight(); ++oy) {
      for (std::int64_t ox = 0; ox < g.OutWidth(); ++ox) {
        for (std::int64_t oc = 0; oc < g.out_channels; ++oc) {
          Fold fold(arithmetic, bias.empty() ? 0.0f : bias[static_cast<std::size_t>(oc)]);
          std::int64_t tap = oc * g.kernel * g.kernel * g.in_channels;
          for (std::int64_t r = 0; r < g.kernel; ++r) {
            for (std::int64_t q = 0; q < g.kernel; ++q) {
              for (std::int64_t ic = 0; ic < g.in_channels; ++ic, ++tap) {
                fold.Term(PixelOf(x, g.height, g.width, g.in_channels, image,
                                  oy * g.stride + r - g.padding, ox * g.stride + q - g.padding, ic),
                          w[static_cast<std::size_t>(tap)]);
              }
            }
          }
          y.push_back(fold.End());
        }
      }
    }
  }
  return y;
}

// images x height x width x in_channels; each fold starts from the word of `start` (not empty).
inline std::vector<float> PlainInputGradient(const Arithmetic& arithmetic, const ConvGeometry& g,
                                             std::int64_t images, std::span<const float> dy,
                                             std::span<const float> w,
                                             std::span<const float> start) {
  std::vector<float> dx;
  for (std::int64_t image = 0; image < images; ++image) {
    for (std::int64_t y = 0; y < g.height; ++y) {
      for (std::int64_t x = 0; x < g.width; ++x) {
        for (std::int64_t ic = 0; ic < g.in_channels; ++ic) {
          Fold fold(arithmetic, start[dx.size()]);
          for (std::int64_t r = g.kernel - 1; r >= 0; --r) {
            for (std::int64_t q = g.kernel - 1; q >= 0; --q) {
              const std::int64_t u = y + g.padding - r;
              const std::int64_t v = x + g.padding - q;
              const bool gap = u < 0 || v < 0 || u % g.stride != 0 || v % g.stride != 0;
              for (std::int64_t oc = 0; oc < g.out_channels; ++oc) {
                const std::int64_t tap = ((oc * g.kernel + r) * g.kernel + q) * g.in_channels + ic;
                fold.Term(gap ? 0.0f
                              : PixelOf(dy, g.OutHeight(), g.OutWidth(), g.out_channels, image,
                                        u / g.stride, v / g.stride, oc),
                          w[static_cast<std::size_t>(tap)]);
              }
            }
          }
          dx.push_back(fold.End());
        }
      }
    }
  }
  return dx;
}

// out_channels x kernel x kernel x in_channels, over images first .. first + images - 1.
inline std::vector<float> PlainWeightGradient(const Arithmetic& arithmetic, const ConvGeometry& g,
                                              std::int64_t first, std::int64_t images,
                                              std::span<const float> x, std::span<const float> dy) {
  std::vector<float> dw;
  for (std::int64_t oc = 0; oc < g.out_channels; ++oc) {
    for (std::int64_t r = 0; r < g.kernel; ++r) {
      for (std::int64_t q = 0; q < g.kernel; ++q) {
        for (std::int64_t ic = 0; ic < g.in_channels; ++ic) {
          Fold fold(arithmetic, 0);
          for (std::int64_t image = first; image < first + images; ++image) {
            for (std::int64_t oy = 0; oy < g.OutHeight(); ++oy) {
              for (std::int64_t ox = 0; ox < g.OutWidth(); ++ox) {
                fold.Term(
                    PixelOf(x, g.height, g.width, g.in_channels, image,
                            oy * g.stride + r - g.padding, ox * g.stride + q - g.padding, ic),
                    PixelOf(dy, g.OutHeight(), g.OutWidth(), g.out_channels, image, oy, ox, oc));
              }
            }
          }
          dw.push_back(fold.End());
        }
      }
    }
  }
  return dw;
}

}  // namespace sumac

#endif  // SUMAC_TESTS_SW_NN_TOOLS_H_
