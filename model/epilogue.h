// SPDX-License-Identifier: Apache-2.0
// The epilogue of a GEMM (docs/arithmetic.md, "The epilogue").
#ifndef SUMAC_MODEL_EPILOGUE_H_
#define SUMAC_MODEL_EPILOGUE_H_

#include <cstdint>
#include <span>

#include "model/arithmetic.h"

namespace sumac {

// y = add(product(acc, scale[c]), shift[c]); then y = add(y, residual); then ReLU (NaN stays NaN,
// negatives and -0 become +0). A null pointer or false leaves its step out; scale and shift come
// together.
struct Epilogue {
  const float* scale = nullptr;     // one a channel
  const float* shift = nullptr;     // one a channel
  const float* residual = nullptr;  // rows x channels
  bool relu = false;
};

// One element, on the integer reference.
Word EpilogueWord(const Arithmetic& arithmetic, Word acc, const Word* scale, const Word* shift,
                  const Word* residual, bool relu);

// In place over rows x channels words, row-major, on all OpenMP threads; equal to EpilogueWord.
// product and comp are the arithmetic's; its operand format is not applied.
void ApplyEpilogue(const Arithmetic& arithmetic, const Epilogue& epilogue, std::int64_t channels,
                   std::span<float> acc);

// Rows [first, first + rows) of y from those of x, in one pass on this thread; y may be x.
void EpilogueRows(const Arithmetic& arithmetic, const Epilogue& epilogue, std::int64_t first,
                  std::int64_t rows, std::int64_t channels, const float* x, float* y);

}  // namespace sumac

#endif  // SUMAC_MODEL_EPILOGUE_H_
