// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/statistics.h"

#include <cmath>
#include <numbers>

namespace sumac {
namespace {

// The probability that |T| is below t: the finite sums of Abramowitz and Stegun, 26.7.3 and 26.7.4.
double ProbabilityBelow(double t, std::int64_t degrees) {
  const double theta = std::atan(t / std::sqrt(static_cast<double>(degrees)));
  const double cosine = std::cos(theta);
  const bool odd = degrees % 2 == 1;
  double term = odd ? cosine : 1;
  double sum = degrees == 1 ? 0 : term;
  for (std::int64_t i = odd ? 3 : 2; i < degrees; i += 2) {
    term *= cosine * cosine * static_cast<double>(i - 1) / static_cast<double>(i);
    sum += term;
  }
  // The last term of both sums is cos^(degrees - 2).
  if (odd) return 2 / std::numbers::pi * (theta + std::sin(theta) * sum);
  return std::sin(theta) * sum;
}

}  // namespace

double StudentT95(std::int64_t degrees) {
  double low = 0;
  double high = 13;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (ProbabilityBelow(middle, degrees) < 0.95 ? low : high) = middle;
  }
  return low;
}

nlohmann::ordered_json Summary(std::span<const double> values) {
  nlohmann::ordered_json summary = {{"n", values.size()},
                                    {"mean", nullptr},
                                    {"deviation", nullptr},
                                    {"low", nullptr},
                                    {"high", nullptr}};
  if (values.empty()) return summary;
  const auto n = static_cast<double>(values.size());
  double mean = 0;
  for (const double value : values) mean += value / n;
  summary["mean"] = mean;
  if (values.size() == 1) return summary;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double deviation = std::sqrt(squares / (n - 1));
  const double half =
      StudentT95(static_cast<std::int64_t>(values.size()) - 1) * deviation / std::sqrt(n);
  summary["deviation"] = deviation;
  summary["low"] = mean - half;
  summary["high"] = mean + half;
  return summary;
}

}  // namespace sumac
