// SPDX-License-Identifier: Apache-2.0
// `synth`: hands its arguments to the synthesis flow, synth/sumac-synth in the source tree.
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include "sw/cli/commands.h"

namespace sumac {

void AddSynth(CLI::App& app, int&) {
  CLI::App* command = app.add_subcommand(
      "synth", "Area, timing and power of a part of the array in standard cells or on an FPGA");
  command->prefix_command();
  command->set_help_flag();  // the flow's own --help tells its options
  command->callback([command] {
    std::vector<std::string> words = command->remaining();
    words.insert(words.begin(), SUMAC_SYNTH);
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    ::execv(SUMAC_SYNTH, arguments.data());
    throw WorkFailed(fmt::format("{} cannot be run: {}.", SUMAC_SYNTH, std::strerror(errno)));
  });
}

}  // namespace sumac
