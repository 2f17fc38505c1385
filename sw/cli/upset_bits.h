// SPDX-License-Identifier: Apache-2.0
// What the bits of a processing element's registers are, for the tables of `sumac upset`.
#ifndef SUMAC_SW_CLI_UPSET_BITS_H_
#define SUMAC_SW_CLI_UPSET_BITS_H_

#include <string>
#include <vector>

#include "sim/upset.h"

namespace sumac {

struct BitMeaning {
  std::string kind;   // of the register: "weight"
  std::string field;  // of the bit: sign, exponent, mantissa, flag or control

  friend auto operator<=>(const BitMeaning&, const BitMeaning&) = default;
};

// Throws Error where the register, or a bit of its width, is not known.
BitMeaning MeaningOf(const ElementRegister& reg, int bit, int mantissa_bits);

// All kinds and fields, in the order of a table.
const std::vector<BitMeaning>& BitMeanings();

}  // namespace sumac

#endif  // SUMAC_SW_CLI_UPSET_BITS_H_
