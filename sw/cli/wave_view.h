// SPDX-License-Identifier: Apache-2.0
// What GTKWave is to show of a recording of sumac_top: a save file with its signals in groups,
// words as floats, states and kinds by name.
#ifndef SUMAC_SW_CLI_WAVE_VIEW_H_
#define SUMAC_SW_CLI_WAVE_VIEW_H_

#include <cstdint>
#include <string>

#include "sim/rtl.h"

namespace sumac {

// The save file of a recording: "tile.gtkw" beside "tile.fst".
std::string WaveViewPath(const std::string& recording);

// Writes it, and the names that it refers to into the folder sumac-names beside it. The recording
// is `cycles` long. Throws Error where they cannot be written.
void WriteWaveView(const std::string& recording, const RtlTop& top, std::int64_t cycles);

}  // namespace sumac

#endif  // SUMAC_SW_CLI_WAVE_VIEW_H_
