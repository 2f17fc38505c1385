// SPDX-License-Identifier: Apache-2.0
// How much of a network goes without floating-point multiplications (docs/arithmetic.md, "Outside
// the folds, --mul-free all").
#ifndef SUMAC_SW_NN_MUL_FREE_H_
#define SUMAC_SW_NN_MUL_FREE_H_

namespace sumac {

enum class MulFree {
  kGemm,  // the GEMMs, where their product is pam; batch norm, loss and optimizer are IEEE
  kAll,   // these too: integer-add products and the piecewise affine functions
};

}  // namespace sumac

#endif  // SUMAC_SW_NN_MUL_FREE_H_
