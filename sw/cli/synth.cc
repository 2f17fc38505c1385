// SPDX-License-Identifier: Apache-2.0
// `synth`: hands its arguments to the synthesis flow, synth/sumac-synth, which lies where the
// program's data are, in an installation or in the build.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "sw/cli/commands.h"

namespace sumac {
namespace {

std::string SynthesisFlow() {
  std::error_code none;  // the path is then wrong, and execv says so
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", none);
  return (program.parent_path() / SUMAC_DATA / "synth" / "sumac-synth").lexically_normal();
}

}  // namespace

void AddSynth(CLI::App& app, int&) {
  CLI::App* command = app.add_subcommand(
      "synth", "Area, timing and power of a part of the array in standard cells or on an FPGA");
  command->prefix_command();
  command->set_help_flag();  // the flow's own --help tells its options
  command->callback([command] {
    std::vector<std::string> words = command->remaining();
    words.insert(words.begin(), SynthesisFlow());
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execv(arguments.front(), arguments.data());
    throw WorkFailed(fmt::format("{} cannot be run: {}.", words.front(), std::strerror(errno)));
  });
}

}  // namespace sumac
