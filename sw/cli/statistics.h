// SPDX-License-Identifier: Apache-2.0
// The mean of a few values and its interval of 95 %.
#ifndef SUMAC_SW_CLI_STATISTICS_H_
#define SUMAC_SW_CLI_STATISTICS_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <span>

namespace sumac {

// The t that a Student-distributed number of so many degrees of freedom (1 or more) stays below in
// magnitude with probability 0.95: 12.706 for 1, 1.960 in the limit.
double StudentT95(std::int64_t degrees);

// {"n", "mean", "deviation", "low", "high"}: standard deviation with n - 1, mean -+ t deviation /
// sqrt(n). Of one value the last three are null, of none the mean too.
nlohmann::ordered_json Summary(std::span<const double> values);

}  // namespace sumac

#endif  // SUMAC_SW_CLI_STATISTICS_H_
