// SPDX-License-Identifier: Apache-2.0
// Matrix products by A's nonzero words: each is multiplied with a row of B and added to its own row
// of C. A row of A is taken by k ascending, which is for every output the order of its fold; a
// zero's products are +0 and change no sum (docs/arithmetic.md, "GEMM"), so that after a ReLU half
// of the work is left out. The kernels are those of gemm_scatter.h: the nine vectors of outputs
// that a word meets lie side by side in a row of C.
#ifndef SUMAC_MODEL_GEMM_ROWS_H_
#define SUMAC_MODEL_GEMM_ROWS_H_

#include <cstdint>
#include <memory>

#include "model/device.h"
#include "model/gemm_certificate.h"
#include "model/gemm_kernel.h"
#include "model/gemm_run.h"

namespace sumac::gemm {

class RowsRun {
 public:
  // Whether the job is such a product, of some size, and enough of A's words are zero. Looks at a
  // sample of them.
  static bool Matches(const Job& job, const KernelSet& kernels);

  // Null where it is not, or some word of B is zero, an infinity or a NaN. The space keeps the
  // packed B until the run is over.
  static std::unique_ptr<RowsRun> Make(const Job& job, const KernelSet& kernels, Workspace& space);

  // A task is a group of rows.
  std::int64_t tasks() const { return (job_.m + group_ - 1) / group_; }
  void Execute(std::int64_t task, Workspace& space) const;

 private:
  RowsRun(const Job& job, const KernelSet& kernels);

  bool Pack(Workspace& space);
  // Lists the nonzero words of some rows, and gives their range.
  Range List(std::int64_t first, std::int64_t rows, Workspace& space) const;
  // Of a row of those for the steps from k on, k a multiple of theirs.
  NonzeroLists ListsOf(std::int64_t rows, std::int64_t row, std::int64_t k, Workspace& space) const;

  const Job& job_;
  const KernelSet& kernels_;
  std::int64_t panel_;   // columns of B together
  std::int64_t panels_;  // of them
  std::int64_t group_;
  Word bias_;
  const Word* b_ = nullptr;  // panel x k x column
  Range b_range_;
};

}  // namespace sumac::gemm

#endif  // SUMAC_MODEL_GEMM_ROWS_H_
