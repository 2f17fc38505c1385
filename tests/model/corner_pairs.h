// SPDX-License-Identifier: Apache-2.0
// Corner operands of the two binary operations, by class, in the manner of J. Hauser's TestFloat
// but made from what the contract tells apart: for add the exponents' distance, the signs, and
// where the rounding falls; for pam the carries and both ends of the exponents, which depend on
// comp.
#ifndef SUMAC_TESTS_MODEL_CORNER_PAIRS_H_
#define SUMAC_TESTS_MODEL_CORNER_PAIRS_H_

#include <string>
#include <vector>

#include "model/word.h"

namespace sumac {

struct WordPair {
  Word a = 0;
  Word b = 0;
};

struct CornerClass {
  std::string name;
  std::vector<WordPair> pairs;
};

// Every distance of the exponents to which the smaller operand can matter (0 to 27), and some
// beyond, each with all signs and in both orders, at the least, middle and greatest exponents:
//   - what is shifted out is nothing, each single bit, all ones; with the guard bit and without it.
//     So ties come to even both ways, and the sticky bit from every place;
//   - the larger significand is least, greatest, one off, or between: the rounding carries out, or
//     the difference loses its leading bit;
//   - at the distances 0 and 1 leading bits cancel, any number of them: flushed at small exponents;
//   - zeros, subnormals, infinities and NaNs with each other and with numbers.
std::vector<CornerClass> AddCorners();

// For operands of so many mantissa bits: mantissa sums about each carry (comp makes two possible),
// sums of magnitudes within two units of where the product becomes 0 and infinity, for every
// exponent of an operand; the ends of the exponents with each other; specials.
std::vector<CornerClass> PamCorners(Word comp, int mantissa_bits);

// Those of all classes.
inline std::vector<WordPair> AllPairs(const std::vector<CornerClass>& classes) {
  std::vector<WordPair> pairs;
  for (const CornerClass& corner_class : classes) {
    pairs.insert(pairs.end(), corner_class.pairs.begin(), corner_class.pairs.end());
  }
  return pairs;
}

}  // namespace sumac

#endif  // SUMAC_TESTS_MODEL_CORNER_PAIRS_H_
