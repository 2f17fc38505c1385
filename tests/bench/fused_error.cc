// SPDX-License-Identifier: Apache-2.0
// How far the sums of the accumulators are from the exact sums of the same products: the fold
// beside fused4, fused8 and fused16. An error is relative to the sum of the products' magnitudes,
// in 2^-24; the table has its root mean square, its mean in the direction of the exact sum (a bias
// away from zero is positive) and its greatest magnitude.
//   fused_error [SUMS]    default 1000 sums a line
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "model/add.h"
#include "model/arithmetic.h"
#include "model/float_mode.h"
#include "model/fused.h"
#include "model/names.h"
#include "model/round.h"
#include "sw/nn/random.h"

namespace sumac {
namespace {

__extension__ using Integer = __int128;

constexpr std::uint64_t kSeed = 1;

// A finite word in units of 2^-106: exact, or an error.
Integer Exact(Word word) {
  if (IsZero(word)) return 0;
  const std::int64_t shift = Exponent(word) + 106;
  if (IsNaN(word) || IsInfinite(word) || shift < 0 || shift > 100) {
    throw std::range_error("a product is out of the range of exact sums");
  }
  const Integer magnitude = Integer{Significand(word)} << shift;
  return (word & kSignBit) != 0 ? -magnitude : magnitude;
}

Word Sum(const std::vector<Word>& products, int group) {
  Word sum = 0;
  if (group == 1) {
    for (const Word product : products) sum = Add(sum, product);
    return sum;
  }
  std::span<const Word> rest(products);
  while (!rest.empty()) {
    const std::size_t count = std::min(rest.size(), static_cast<std::size_t>(group));
    sum = Fused(sum, rest.first(count));
    rest = rest.subspan(count);
  }
  return sum;
}

// What the operands are: normal; the first one's ReLU; magnitudes, so that all products have one
// sign.
enum Data { kNormal, kRelu, kMagnitudes };
constexpr const char* kDataNames[] = {"normal", "relu", "magnitudes"};

struct Errors {
  double squares = 0;
  double along = 0;
  double greatest = 0;
  int sums = 0;

  void Add(double error, bool negative) {
    squares += error * error;
    along += negative ? -error : error;
    greatest = std::max(greatest, std::abs(error));
    ++sums;
  }
};

void Measure(const Arithmetic& arithmetic, Data data, int k, int sums) {
  constexpr int kGroups[] = {1, 4, 8, 16};
  Errors errors[std::size(kGroups)];
  std::uint64_t drawn = 0;
  for (int i = 0; i < sums; ++i) {
    std::vector<Word> products;
    Integer exact = 0;
    Integer magnitudes = 0;
    for (int j = 0; j < k; ++j, ++drawn) {
      const auto draw = [&](std::uint32_t operand) {
        const double number = Normal(RandomFor(kSeed, RandomStream::kDiagnose, operand, drawn));
        return static_cast<float>(data == kMagnitudes ? std::abs(number) : number);
      };
      const float a = data == kRelu ? std::max(draw(0), 0.0f) : draw(0);
      const Word product = Multiply(arithmetic, Narrow(ToWord(a), arithmetic.mantissa_bits),
                                    Narrow(ToWord(draw(1)), arithmetic.mantissa_bits));
      products.push_back(product);
      exact += Exact(product);
      magnitudes += Exact(product & kMagnitudeMask);
    }
    for (std::size_t g = 0; g < std::size(kGroups); ++g) {
      const auto error = static_cast<double>(Exact(Sum(products, kGroups[g])) - exact);
      errors[g].Add(std::ldexp(error / static_cast<double>(magnitudes), 24), exact < 0);
    }
  }
  for (std::size_t g = 0; g < std::size(kGroups); ++g) {
    fmt::print("{:<5} {:<5} {:<10} {:>5}  {:<8} {:>9.4f} {:>9.4f} {:>9.4f}\n",
               ProductName(arithmetic.product), FormatName(arithmetic.mantissa_bits),
               kDataNames[data], k, AccumulatorName(kGroups[g]),
               std::sqrt(errors[g].squares / errors[g].sums), errors[g].along / errors[g].sums,
               errors[g].greatest);
  }
}

void Run(int sums) {
  const ScopedFloatMode mode;
  fmt::print("{} sums a line, seed {}; errors by the sum of magnitudes, in 2^-24\n", sums, kSeed);
  fmt::print("{:<5} {:<5} {:<10} {:>5}  {:<8} {:>9} {:>9} {:>9}\n", "mul", "", "data", "K", "",
             "rms", "bias", "greatest");
  for (const Product product : {Product::kPam, Product::kIeee}) {
    for (const int bits : {kMantissaBits, 7}) {
      for (const Data data : {kNormal, kRelu, kMagnitudes}) {
        for (const int k : {64, 256, 1024, 4096}) {
          Measure({.product = product, .mantissa_bits = bits}, data, k, sums);
        }
      }
    }
  }
}

}  // namespace
}  // namespace sumac

int main(int argc, char** argv) {
  const int sums = argc > 1 ? std::atoi(argv[1]) : 1000;
  if (argc > 2 || sums < 1) {
    fmt::print(stderr, "usage: fused_error [SUMS], a number of 1 or more (default 1000)\n");
    return EXIT_FAILURE;
  }
  sumac::Run(sums);
  return EXIT_SUCCESS;
}
