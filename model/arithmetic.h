// SPDX-License-Identifier: Apache-2.0
// How a job multiplies and adds: which product, compensation, operand format and accumulator.
#ifndef SUMAC_MODEL_ARITHMETIC_H_
#define SUMAC_MODEL_ARITHMETIC_H_

#include "model/mul.h"
#include "model/narrow.h"
#include "model/pam.h"
#include "model/word.h"

namespace sumac {

enum class Product { kPam, kIeee };

struct Arithmetic {
  Product product = Product::kPam;
  Word comp = kCompMogami;            // pam only
  int mantissa_bits = kMantissaBits;  // operands are narrowed into E8Mn before the product
  int group = 1;  // products that are added at once: 1, the fold; 4, 8 or 16, fused

  friend bool operator==(const Arithmetic&, const Arithmetic&) = default;
};

// The product of two operands that are already in the format. Not narrowed again.
inline Word Multiply(const Arithmetic& arithmetic, Word a, Word b) {
  return arithmetic.product == Product::kPam ? Pam(a, b, arithmetic.comp) : Mul(a, b);
}

}  // namespace sumac

#endif  // SUMAC_MODEL_ARITHMETIC_H_
