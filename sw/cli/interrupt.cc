// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/interrupt.h"

#include <csignal>

namespace sumac {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void Note(int) { interrupted = 1; }

}  // namespace

void CatchInterrupts(bool again_ends) {
  struct sigaction action {};
  action.sa_handler = Note;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART | (again_ends ? static_cast<int>(SA_RESETHAND) : 0);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

bool Interrupted() { return interrupted != 0; }

void StopIfInterrupted(const std::string& place) {
  if (Interrupted()) throw Interruption("interrupted " + place + ".");
}

}  // namespace sumac
