// SPDX-License-Identifier: Apache-2.0
// Training runs grouped by configuration and compared seed by seed.
#ifndef SUMAC_SW_CLI_COMPARE_RUNS_H_
#define SUMAC_SW_CLI_COMPARE_RUNS_H_

#include <nlohmann/json.hpp>
#include <vector>

#include "sw/cli/run_record.h"

namespace sumac {

// The data of the report's page: {"runs", "arms", "differences", "differing"}. An arm is the runs
// of one configuration, seeds apart; its figures and the differences are of finished runs. Seeds
// are texts: a browser's numbers have 53 bits. Throws Error where two runs are of one configuration
// and seed.
nlohmann::ordered_json CompareRuns(const std::vector<RunRecord>& runs);

}  // namespace sumac

#endif  // SUMAC_SW_CLI_COMPARE_RUNS_H_
