// SPDX-License-Identifier: Apache-2.0
// Ctrl-C: the first one asks long work to stop at a good place, the second ends the program.
#ifndef SUMAC_SW_CLI_INTERRUPT_H_
#define SUMAC_SW_CLI_INTERRUPT_H_

namespace sumac {

// From now on SIGINT and SIGTERM set a flag.
void CatchInterrupts();

// Whether one has arrived.
bool Interrupted();

}  // namespace sumac

#endif  // SUMAC_SW_CLI_INTERRUPT_H_
