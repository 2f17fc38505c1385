// SPDX-License-Identifier: Apache-2.0
// Convolutions of 3 x 3 taps and stride 1 (forward, input gradient) by their input's nonzero words:
// each is multiplied with the weights it meets and added to the nine outputs around it. Input
// pixels are taken in row-major order and channels ascending, which is for every output the order
// of its fold; a zero's products are +0 and change no sum (docs/arithmetic.md, "GEMM"), so that
// after a ReLU half of the work is left out. Outputs have a margin for what falls outside.
#ifndef SUMAC_MODEL_GEMM_SCATTER_H_
#define SUMAC_MODEL_GEMM_SCATTER_H_

#include <cstdint>
#include <memory>

#include "model/cycles.h"
#include "model/device.h"
#include "model/gemm_certificate.h"
#include "model/gemm_kernel.h"
#include "model/gemm_run.h"

namespace sumac::gemm {

class ScatterRun {
 public:
  // Whether the job is of that form.
  static bool Matches(const Job& job, const KernelSet& kernels);

  // Null where it is not, or some weight is zero, an infinity or a NaN. The space
  // keeps the packed weights until the run is over.
  static std::unique_ptr<ScatterRun> Make(const Job& job, const KernelSet& kernels,
                                          Workspace& space);

  // A task is a group of images.
  std::int64_t tasks() const { return DivideUp(images_, group_); }
  void Execute(std::int64_t task, Workspace& space) const;

 private:
  ScatterRun(const Job& job, const KernelSet& kernels);

  bool PackWeights(Workspace& space);
  void Begin(std::int64_t image, float* acc) const;
  void End(std::int64_t image, const float* acc) const;
  // Where output (y, x) lies in an image's sums.
  std::int64_t Output(std::int64_t y, std::int64_t x) const {
    return ((y + 2 - padding_y_) * columns_ + x + 2 - padding_x_) * job_.n;
  }

  const Job& job_;
  const KernelSet& kernels_;
  std::int64_t images_;
  std::int64_t height_, width_, channels_;  // of the input
  std::int64_t out_height_, out_width_;
  std::int64_t padding_y_, padding_x_;
  std::int64_t columns_;      // of an image's sums, which are (height + 2) x (width + 2) x n
  std::int64_t image_words_;  // of them
  std::int64_t group_;
  Word bias_;
  const Word* weights_ = nullptr;  // vector of n x channel x tap x lane
  Range weight_range_;
};

}  // namespace sumac::gemm

#endif  // SUMAC_MODEL_GEMM_SCATTER_H_
