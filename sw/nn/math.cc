// SPDX-License-Identifier: Apache-2.0
#include "sw/nn/math.h"

#include <array>
#include <bit>
#include <cstdint>
#include <limits>

namespace sumac {
namespace {

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();
// ln 2 in two parts; the first has 20 zero bits at its end, so that its small multiples are exact.
constexpr double kLn2High = 0x1.62e42fee00000p-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

// 1 / i!, each rounded once: the factorials are exact.
constexpr std::array<double, 15> kInverseFactorials = [] {
  std::array<double, 15> inverse{};
  double factorial = 1;
  for (std::size_t i = 0; i < inverse.size(); ++i) {
    if (i > 0) factorial *= static_cast<double>(i);
    inverse[i] = 1.0 / factorial;
  }
  return inverse;
}();

// 2^exponent for a normal result.
double PowerOfTwo(std::int64_t exponent) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
}

// Adding and subtracting this rounds to the nearest integer (ties to even) where |x| < 2^51.
double RoundToInteger(double x) {
  constexpr double kShift = 0x1.8p52;
  return (x + kShift) - kShift;
}

}  // namespace

double Exp(double x) {
  if (x != x) return kNotANumber;
  if (x > 709.8) return kInfinite;
  if (x < -708.4) return 0;
  // x = n ln 2 + r with |r| <= 0.35, then e^r by its Taylor series up to r^14 / 14!.
  const double n = RoundToInteger(x * 0x1.71547652b82fep0);
  const double high = x - n * kLn2High;
  const double low = n * kLn2Low;
  const double r = high - low;
  const double error = (high - r) - low;
  double sum = 0;
  for (std::size_t i = 14; i > 1; --i) sum = sum * r + kInverseFactorials[i];
  // e^r = 1 + (r + (r^2 (1/2! + r/3! + ...) + error)).
  const double value = 1.0 + (r + (r * r * sum + error));
  // Scaled in two steps: 2^n itself may be out of range where the result is not.
  const auto exponent = static_cast<std::int64_t>(n);
  return value * PowerOfTwo(exponent / 2) * PowerOfTwo(exponent - exponent / 2);
}

double Log(double x) {
  if (x != x || x < 0) return kNotANumber;
  if (x < 0x1p-1022) return -kInfinite;
  if (x == kInfinite) return kInfinite;
  // x = m 2^n with m in [sqrt(1/2), sqrt(2)); with s = (m - 1) / (m + 1),
  // ln m = 2 (s + s^3/3 + ... + s^23/23), |s| <= 0.172.
  const auto bits = std::bit_cast<std::uint64_t>(x);
  auto n = static_cast<std::int64_t>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0xFFFFFFFFFFFFFu) | 0x3FF0000000000000u);
  if (m > 0x1.6a09e667f3bcdp0) {
    m *= 0.5;
    ++n;
  }
  const double f = m - 1.0;
  const double s = f / (2.0 + f);
  const double z = s * s;
  double sum = 0;
  for (int i = 23; i > 1; i -= 2) sum = sum * z + 2.0 / i;
  // 2 s = f - s f, so ln m = f - s (f - z sum): the large part, f, is exact.
  const double rest = s * (f - z * sum);
  const auto multiple = static_cast<double>(n);
  return multiple * kLn2High + (f - (rest - multiple * kLn2Low));
}

double CosPi(double x) {
  x = std::bit_cast<double>(std::bit_cast<std::uint64_t>(x) & 0x7FFFFFFFFFFFFFFFu);
  if (!(x < kInfinite)) return kNotANumber;
  if (x >= 0x1p53) return 1.0;  // an even integer
  // Every step is exact: x modulo 2, then quarter turns of 1/2 and r in [-1/4, 1/4].
  x -= 2.0 * static_cast<double>(static_cast<std::int64_t>(x * 0.5));
  const double quarter = RoundToInteger(2.0 * x);
  const double r = x - 0.5 * quarter;
  const double t = r * 0x1.921fb54442d18p1;
  const double z = t * t;
  const auto turn = static_cast<int>(quarter) % 4;
  // Taylor series of cos t up to t^18 / 18!, or of sin t up to t^19 / 19!.
  const bool odd = turn % 2 != 0;
  double sum = 0;
  for (int i = odd ? 19 : 18; i > 1; i -= 2) sum = (1.0 - sum) * z / (i * (i - 1));
  const double value = odd ? t - t * sum : 1.0 - sum;
  return turn == 1 || turn == 2 ? -value : value;
}

}  // namespace sumac
