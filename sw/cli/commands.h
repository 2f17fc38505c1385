// SPDX-License-Identifier: Apache-2.0
// The subcommands. Each function adds one to the program; when it is the one that was called, its
// callback runs it and stores the exit status. A callback throws Error for a wrong call or input
// (status 2) and WorkFailed for work that could not be finished (status 1). Those that take Ranks
// can share their work with other processes.
#ifndef SUMAC_SW_CLI_COMMANDS_H_
#define SUMAC_SW_CLI_COMMANDS_H_

#include <CLI/CLI.hpp>

#include "model/error.h"
#include "sw/cli/ranks.h"
#include "sw/io/file.h"

namespace sumac {

enum ExitStatus { kDone = 0, kDifferent = 1, kFailed = 1, kWrongCall = 2, kInterrupted = 130 };

// The program's own options and all of the below.
void AddCommands(CLI::App& app, int& status, Ranks& ranks);

void AddInfo(CLI::App& app, int& status);
void AddOp(CLI::App& app, int& status);
void AddGemm(CLI::App& app, int& status);
void AddTrain(CLI::App& app, int& status, Ranks& ranks);
void AddEval(CLI::App& app, int& status);
void AddRun(CLI::App& app, int& status, Ranks& ranks);
void AddImport(CLI::App& app, int& status);
void AddInfer(CLI::App& app, int& status, Ranks& ranks);
void AddExport(CLI::App& app, int& status);
void AddStep(CLI::App& app, int& status, Ranks& ranks);
void AddTrace(CLI::App& app, int& status);
void AddCycles(CLI::App& app, int& status);
void AddSynth(CLI::App& app, int& status);
void AddVerify(CLI::App& app, int& status, Ranks& ranks);
void AddCurves(CLI::App& app, int& status);
void AddDiagnose(CLI::App& app, int& status);
void AddReport(CLI::App& app, int& status);
void AddUpset(CLI::App& app, int& status);

// Runs `work` after the call and its input were found good: an Error is now a failure of the work.
template <typename Work>
auto Working(Work work) {
  try {
    return work();
  } catch (const Error& error) {
    throw WorkFailed(error.what());
  }
}

}  // namespace sumac

#endif  // SUMAC_SW_CLI_COMMANDS_H_
