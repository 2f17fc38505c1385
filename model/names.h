// SPDX-License-Identifier: Apache-2.0
// How an arithmetic is written on the command line, in configurations and in reports.
#ifndef SUMAC_MODEL_NAMES_H_
#define SUMAC_MODEL_NAMES_H_

#include <string>
#include <string_view>

#include "model/arithmetic.h"

namespace sumac {

// Each Parse throws Error, naming the text and what is accepted.
Product ParseProduct(std::string_view text);  // "pam" or "ieee"
Word ParseComp(std::string_view text);        // "mogami", "pam-alpha", "l-mul" or 0xHEX
int ParseFormat(std::string_view text);       // "fp32", "bf16" or "e8mN": mantissa bits
int ParseAccumulator(std::string_view text);  // "fold", "fused4", "fused8", "fused16": its group

// Each Name is what the Parse reads.
std::string ProductName(Product product);
std::string CompName(Word comp);
std::string FormatName(int mantissa_bits);
std::string AccumulatorName(int group);

}  // namespace sumac

#endif  // SUMAC_MODEL_NAMES_H_
