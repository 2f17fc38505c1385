// SPDX-License-Identifier: Apache-2.0
// Single operations over vectors of words, in plain code that the compiler vectorises.
#ifndef SUMAC_MODEL_ELEMENTWISE_H_
#define SUMAC_MODEL_ELEMENTWISE_H_

#include <span>

#include "model/arithmetic.h"

namespace sumac {

// out[i] = Multiply(arithmetic, a[i], b[i]); the operands are not narrowed. The three have one
// size; `out` may be `a` or `b`.
void MultiplyWords(const Arithmetic& arithmetic, std::span<const Word> a, std::span<const Word> b,
                   std::span<Word> out);

// out[i] = Add(a[i], b[i]).
void AddWords(std::span<const Word> a, std::span<const Word> b, std::span<Word> out);

// out[i] = Padiv(a[i], b[i]), Pasqrt(a[i]), Paexp2(a[i]) and Palog2(a[i]). One size each.
void DivideWords(std::span<const Word> a, std::span<const Word> b, std::span<Word> out);
void SquareRootWords(std::span<const Word> a, std::span<Word> out);
void Exp2Words(std::span<const Word> a, std::span<Word> out);
void Log2Words(std::span<const Word> a, std::span<Word> out);

}  // namespace sumac

#endif  // SUMAC_MODEL_ELEMENTWISE_H_
