// SPDX-License-Identifier: Apache-2.0
// Ctrl-C: the first one asks long work to stop at a good place, the second ends the program.
#ifndef SUMAC_SW_CLI_INTERRUPT_H_
#define SUMAC_SW_CLI_INTERRUPT_H_

#include <stdexcept>
#include <string>

namespace sumac {

// From now on SIGINT and SIGTERM set a flag; where `again_ends`, the first of them alone. Ranks of
// mpirun want more: it sends them several, and ends those that take too long.
void CatchInterrupts(bool again_ends = true);

// Whether one has arrived.
bool Interrupted();

// Leaves work that cannot be continued later; what() says how far it had come.
class Interruption : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Throws Interruption("interrupted " + place + ".") where one has arrived.
void StopIfInterrupted(const std::string& place);

}  // namespace sumac

#endif  // SUMAC_SW_CLI_INTERRUPT_H_
