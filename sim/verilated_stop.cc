// SPDX-License-Identifier: Apache-2.0
// What Verilator's run-time library calls where the simulated hardware stops: a failed assertion,
// $fatal or $stop. It would end the process; we throw.
#include <verilated.h>

#include <string>

#include "model/error.h"

void vl_stop(const char* filename, int linenum, const char* hier) {
  throw sumac::Error("The simulated hardware stopped at " + std::string(filename) + ":" +
                     std::to_string(linenum) + " in " + hier +
                     ": an assertion failed; the line above names it.");
}

void vl_fatal(const char* filename, int linenum, const char* hier, const char* msg) {
  throw sumac::Error("The simulated hardware failed at " + std::string(filename) + ":" +
                     std::to_string(linenum) + " in " + hier + ": " + msg);
}
