// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/commands.h"

namespace sumac {
namespace {

constexpr char kExamples[] =
    "Examples:\n"
    "  sumac info\n"
    "  echo '3fc00000 3fc00000' | sumac op pam\n"
    "  sumac train --model resnet8 --data fashion-mnist --epochs 3 --out runs/pam\n"
    "  sumac run --checkpoint runs/pam/model.safetensors --data fashion-mnist --images 8 "
    "--engine rtl --check\n"
    "\n"
    "`sumac COMMAND --help` tells each command's options.";

}  // namespace

void AddCommands(CLI::App& app, int& status, Ranks& ranks) {
  app.set_version_flag("--version", "sumac " SUMAC_VERSION);
  app.footer(kExamples);
  app.require_subcommand(1);
  app.fallthrough(false);
  AddInfo(app, status);
  AddOp(app, status);
  AddGemm(app, status);
  AddTrain(app, status, ranks);
  AddEval(app, status);
  AddRun(app, status, ranks);
  AddStep(app, status, ranks);
  AddImport(app, status);
  AddInfer(app, status, ranks);
  AddExport(app, status);
  AddTrace(app, status);
  AddCycles(app, status);
  AddSynth(app, status);
  AddVerify(app, status, ranks);
  AddCurves(app, status);
  AddDiagnose(app, status);
  AddReport(app, status);
  AddUpset(app, status);
}

}  // namespace sumac
