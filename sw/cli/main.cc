// SPDX-License-Identifier: Apache-2.0
// The program `sumac`: subcommands in the manner of git. Results go to standard output, everything
// else to standard error. Exit status 0: done and, where something was compared, equal; 1:
// compared and different, or the work failed; 2: the call or its input is wrong.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "sw/cli/commands.h"
#include "sw/cli/interrupt.h"

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

// The innermost command that was called.
const CLI::App& Innermost(const CLI::App& app) {
  const std::vector<CLI::App*> called = app.get_subcommands();
  return called.empty() ? app : Innermost(*called.front());
}

// The command that was called, for messages: "sumac op pam".
std::string Called(const CLI::App& app) {
  std::string name = app.get_name();
  for (const CLI::App* sub : app.get_subcommands()) name += " " + Called(*sub);
  return name;
}

// What is wrong with the call, without a full stop.
std::string WrongCall(const CLI::App& app, const CLI::ParseError& error) {
  const CLI::App& command = Innermost(app);
  const std::vector<std::string> rest = command.remaining();
  if (command.get_require_subcommand_min() > 0 && !rest.empty()) {
    return fmt::format("'{}' is not a command", rest.front());
  }
  std::string sentence = error.what();
  if (sentence.ends_with('.')) sentence.pop_back();
  return sentence;
}

int Run(int argc, char** argv) {
  CLI::App app("Sumac: a multiplier-free MAC array, its simulator and its networks.", "sumac");
  app.set_version_flag("--version", "sumac " SUMAC_VERSION);
  app.footer(kExamples);
  app.require_subcommand(1);
  app.fallthrough(false);
  int status = kDone;
  AddInfo(app, status);
  AddOp(app, status);
  AddGemm(app, status);
  AddTrain(app, status);
  AddEval(app, status);
  AddRun(app, status);
  AddStep(app, status);
  AddTrace(app, status);
  AddCycles(app, status);
  AddSynth(app, status);

  AddVerify(app, status);
  AddCurves(app, status);

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {  // --help, --version
    return app.exit(request);
  } catch (const CLI::ParseError& error) {
    const std::string called = Called(app);
    fmt::print(stderr, "{}: {}; see `{} --help`.\n", called, WrongCall(app, error), called);
    return kWrongCall;
  } catch (const Interruption& interruption) {
    fmt::print(stderr, "{}: {}\n", Called(app), interruption.what());
    return kInterrupted;
  } catch (const WorkFailed& error) {
    fmt::print(stderr, "{}: {}\n", Called(app), error.what());
    return kFailed;
  } catch (const Error& error) {
    fmt::print(stderr, "{}: {}\n", Called(app), error.what());
    return kWrongCall;
  } catch (const std::bad_alloc&) {
    fmt::print(stderr, "{}: not enough memory; make the work smaller.\n", Called(app));
    return kFailed;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}: {}\n", Called(app), error.what());
    return kFailed;
  }
  if (std::fflush(stdout) != 0) {
    fmt::print(stderr, "{}: standard output cannot be written.\n", Called(app));
    return kFailed;
  }
  return status;
}

}  // namespace
}  // namespace sumac

int main(int argc, char** argv) { return sumac::Run(argc, argv); }
