// SPDX-License-Identifier: Apache-2.0
// The program `sumac`: subcommands in the manner of git. Results go to standard output, everything
// else to standard error. Exit status 0: done and, where something was compared, equal; 1:
// compared and different, or the work failed; 2: the call or its input is wrong.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <functional>
#include <new>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "model/error.h"
#include "sw/cli/commands.h"
#include "sw/cli/interrupt.h"
#include "sw/cli/ranks.h"

namespace sumac {
namespace {

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

// Exit status of the call; `tell` is given a sentence where it could not be done.
int RunCommand(int argc, char** argv, Ranks& ranks,
               const std::function<void(const std::string&)>& tell) {
  CLI::App app("Sumac: a multiplier-free MAC array, its simulator and its networks.", "sumac");
  int status = kDone;
  AddCommands(app, status, ranks);
  app.parse_complete_callback([&] {
    const CLI::App& command = Innermost(app);
    const std::string& name = command.get_name();
    constexpr std::array kShared = {"train", "run", "step", "verify"};
    if (ranks.size() > 1 && std::ranges::find(kShared, name) == kShared.end()) {
      throw Error("this command works in one process; start it without mpirun.");
    }
  });

  const auto fail = [&](int failed, const std::string& sentence) {
    tell(OneLine(fmt::format("{}: {}", Called(app), sentence)));
    return failed;
  };
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {  // --help, --version
    return app.exit(request);
  } catch (const CLI::ParseError& error) {
    return fail(kWrongCall,
                fmt::format("{}; see `{} --help`.", WrongCall(app, error), Called(app)));
  } catch (const Interruption& interruption) {
    return fail(kInterrupted, interruption.what());
  } catch (const WorkFailed& error) {
    return fail(kFailed, error.what());
  } catch (const Error& error) {
    return fail(kWrongCall, error.what());
  } catch (const std::bad_alloc&) {
    return fail(kFailed, "not enough memory; make the work smaller.");
  } catch (const std::exception& error) {
    return fail(kFailed, error.what());
  }
  if (std::fflush(stdout) != 0) return fail(kFailed, "standard output cannot be written.");
  return status;
}

// Of several ranks the first alone prints; the others tell what they fail of.
int Run(int argc, char** argv) {
  std::optional<Ranks> ranks;
  try {
    ranks.emplace();
  } catch (const Error& error) {
    fmt::print(stderr, "sumac: {}\n", error.what());
    return kFailed;
  }
  std::FILE* errors = stderr;
  if (!ranks->first()) {
    errors = fdopen(dup(STDERR_FILENO), "w");
    const bool silent = std::freopen("/dev/null", "w", stdout) != nullptr &&
                        std::freopen("/dev/null", "w", stderr) != nullptr;
    if (errors == nullptr || !silent) ranks->Abort(kFailed);
  }
  bool failed = false;
  const int status = RunCommand(argc, argv, *ranks, [&](const std::string& sentence) {
    failed = true;
    if (!ranks->first()) {
      // What all fail of is told once, by the first, which then ends the others.
      std::this_thread::sleep_for(std::chrono::seconds(2));
      fmt::print(errors, "rank {}: ", ranks->rank());
    }
    fmt::print(errors, "{}\n", sentence);
    std::fflush(errors);
  });
  if (failed) ranks->Abort(status);
  return status;
}

}  // namespace
}  // namespace sumac

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // too large a file is an error of write(), told as any other
  return sumac::Run(argc, argv);
}
