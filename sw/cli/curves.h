// SPDX-License-Identifier: Apache-2.0
// A picture of training runs: loss and accuracy against epochs.
#ifndef SUMAC_SW_CLI_CURVES_H_
#define SUMAC_SW_CLI_CURVES_H_

#include <string>
#include <vector>

namespace sumac {

// Draws the runs' metrics.jsonl (training and test loss and accuracy) with gnuplot into one SVG
// file; each run is named by its folder's last part. Throws Error where a folder has no such
// metrics or the file cannot be written, WorkFailed where gnuplot is missing or fails.
void DrawCurves(const std::vector<std::string>& run_folders, const std::string& svg_path);

}  // namespace sumac

#endif  // SUMAC_SW_CLI_CURVES_H_
