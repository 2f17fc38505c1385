// SPDX-License-Identifier: Apache-2.0
// The piecewise affine functions a second time: as numbers, in binary64, where every step is exact
// or rounded as docs/arithmetic.md says. And how the references and the vectorised loops are
// compared with them.
#ifndef SUMAC_TESTS_MODEL_PIECEWISE_AFFINE_DEFINITION_H_
#define SUMAC_TESTS_MODEL_PIECEWISE_AFFINE_DEFINITION_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "model/elementwise.h"
#include "model/piecewise_affine.h"
#include "tests/model/word_pairs.h"

namespace sumac::testing {

// e + f of a number (1 + f) 2^e above 0.
inline double AffineLog2(double x) {
  const int e = std::ilogb(x);
  return e + (std::scalbn(x, -e) - 1);
}

// (1 + f) 2^n where y = n + f, as a word: a zero below 2^-126, an infinity from 2^128 on.
inline Word AffinePower(double y) {
  if (y < -126) return 0;
  if (y >= 128) return kInfinity;
  const double n = std::floor(y);
  return ToWord(static_cast<float>(std::scalbn(1 + (y - n), static_cast<int>(n))));
}

// A word's number: subnormals are zeros.
inline double NumberOf(Word w) { return IsZero(w) ? 0.0 : static_cast<double>(ToFloat(w)); }

inline Word PadivByDefinition(Word a, Word b) {
  const double x = std::fabs(NumberOf(a));
  const double y = std::fabs(NumberOf(b));
  const Word sign = (a ^ b) & kSignBit;
  const double quotient = x / y;  // right where one is 0 or infinite, and where there is no number
  if (std::isnan(quotient)) return kNaN;
  if (std::isinf(x) || y == 0) return sign | kInfinity;
  if (x == 0 || std::isinf(y)) return 0;
  const Word magnitude = AffinePower(AffineLog2(x) - AffineLog2(y));
  return magnitude == 0 ? 0 : sign | magnitude;
}

inline Word PasqrtByDefinition(Word a) {
  const double x = NumberOf(a);
  if (!(x >= 0)) return kNaN;
  if (x == 0) return 0;
  if (std::isinf(x)) return kInfinity;
  return AffinePower(std::floor(std::scalbn(AffineLog2(x), kMantissaBits - 1)) *
                     std::scalbn(1.0, -kMantissaBits));
}

inline Word Paexp2ByDefinition(Word a) {
  const double x = NumberOf(a);
  if (std::isnan(x)) return kNaN;
  if (std::fabs(x) >= 128) return x < 0 ? 0 : kInfinity;
  return AffinePower(std::scalbn(std::trunc(std::scalbn(x, kMantissaBits)), -kMantissaBits));
}

inline Word Palog2ByDefinition(Word a) {
  const double x = NumberOf(a);
  if (x == 0) return kInfinity | kSignBit;
  if (!(x > 0)) return kNaN;
  if (std::isinf(x)) return kInfinity;
  return ToWord(static_cast<float>(AffineLog2(x)));
}

struct UnaryFunction {
  const char* name;
  Word (*reference)(Word a);
  void (*loop)(std::span<const Word> a, std::span<Word> out);
  Word (*definition)(Word a);
};

inline std::vector<UnaryFunction> UnaryFunctions() {
  return {{"pasqrt", Pasqrt, SquareRootWords, PasqrtByDefinition},
          {"paexp2", Paexp2, Exp2Words, Paexp2ByDefinition},
          {"palog2", Palog2, Log2Words, Palog2ByDefinition}};
}

// Compares the three on `count` words: the i-th is i * step where `around` is 0, else the words
// from `around` below to `around` above each sign and exponent.
inline void ExpectUnary(const UnaryFunction& function, std::int64_t count, std::int64_t step,
                        std::int64_t around) {
  constexpr std::int64_t kBlock = 4096;
  std::int64_t differing = 0;
  std::int64_t first = std::int64_t{1} << 32;
#pragma omp parallel reduction(+ : differing) reduction(min : first)
  {
    const ScopedFloatMode mode;
    std::vector<Word> words(kBlock);
    std::vector<Word> out(kBlock);
#pragma omp for schedule(static)
    for (std::int64_t block = 0; block < (count + kBlock - 1) / kBlock; ++block) {
      for (std::int64_t i = 0; i < kBlock; ++i) {
        const std::int64_t at = block * kBlock + i;
        words[static_cast<std::size_t>(i)] = static_cast<Word>(
            around == 0 ? at * step : at / (2 * around) * kMinNormal + at % (2 * around) - around);
      }
      function.loop(words, out);
      for (std::size_t i = 0; i < words.size(); ++i) {
        const Word expected = function.definition(words[i]);
        if (function.reference(words[i]) == expected && out[i] == expected) continue;
        ++differing;
        first = std::min<std::int64_t>(first, words[i]);
      }
    }
  }
  const auto word = static_cast<Word>(first);
  EXPECT_EQ(differing, 0) << std::hex << "first 0x" << word << ": the reference gives 0x"
                          << function.reference(word) << ", the definition 0x"
                          << function.definition(word);
}

}  // namespace sumac::testing

#endif  // SUMAC_TESTS_MODEL_PIECEWISE_AFFINE_DEFINITION_H_
