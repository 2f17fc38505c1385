// SPDX-License-Identifier: Apache-2.0
// The integers that the reference computes with. A proof (tests/formal/) compiles the reference
// with a solver's terms of the same names in the place of this file, and so is about its source.
#ifndef SUMAC_MODEL_INTEGERS_H_
#define SUMAC_MODEL_INTEGERS_H_

#include <bit>
#include <cstdint>

namespace sumac {

using Word = std::uint32_t;   // a binary32 pattern
using Wide = std::uint64_t;   // an exact significand
using Signed = std::int64_t;  // an exponent, a sum or a difference of magnitude fields

constexpr Signed BitWidth(Wide value) { return std::bit_width(value); }

constexpr Word ToWord(float value) { return std::bit_cast<Word>(value); }
constexpr float ToFloat(Word w) { return std::bit_cast<float>(w); }

}  // namespace sumac

#endif  // SUMAC_MODEL_INTEGERS_H_
