// SPDX-License-Identifier: Apache-2.0
// Weight gradients of convolutions of 3 x 3 taps, stride 1 and padding 1 by the input's nonzero
// words: each is multiplied with the nine output gradients that it met and added to the gradients
// of those nine weights, which stay in registers from word to word. For each input channel words
// are taken in row-major order, image by image, which is for every weight the order of its fold; a
// zero's products are +0 and change no sum (docs/arithmetic.md, "GEMM").
#ifndef SUMAC_MODEL_GEMM_UPDATE_H_
#define SUMAC_MODEL_GEMM_UPDATE_H_

#include <atomic>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/device.h"
#include "model/gemm_kernel.h"
#include "model/gemm_run.h"

namespace sumac::gemm {

class UpdateRun {
 public:
  // Whether the job is of that form.
  static bool Matches(const Job& job, const KernelSet& kernels);

  // Of a job that is, for so many threads; the sums' memory is used until Finish.
  UpdateRun(const Job& job, const KernelSet& kernels, int threads, Scratch<float>& sums);

  // A task is a part of the output channels and a part of the input channels.
  std::int64_t tasks() const { return out_parts_ * in_parts_; }
  void Execute(std::int64_t task, Workspace& space);

  // After all tasks: whether C holds the result. Where some output gradient was an infinity or a
  // NaN it does not, for such a word's products with zeros are no zeros; it is then as it was.
  bool Finish();

 private:
  // Input channels of a task, output channels, and where its sums begin: vector of output channels
  // x input channel x tap x lane.
  struct Part {
    std::int64_t in_begin, in_count, out_begin, out_count;
  };
  Part PartOf(std::int64_t task) const;
  float* Sums(std::int64_t vector, std::int64_t channel) const {
    return sums_ + (vector * channels_ + channel) * kSparseTaps * kernels_.lanes;
  }
  // What is listed at a time: images, or rows of one image, from a pixel of it on.
  struct Strip {
    std::int64_t image, images, begin, pixels;
  };
  // Lists a strip's words and copies its gradients. Which kernel folds them; none where some
  // gradient is not finite.
  std::optional<Kind> Read(const Part& part, const Strip& strip, Workspace& space) const;
  void Fold(const Part& part, const Strip& strip, Kind kind, Workspace& space) const;
  // Vectors of output channels that are folded at once, from channel n of a part on.
  std::int64_t Vectors(const Part& part, std::int64_t n) const;
  std::int64_t ListPitch() const { return group_ * strip_ + kMaxLanes; }
  // Of gradients, before and after those of a strip: what its taps may meet there.
  std::int64_t Margin() const { return width_ + 1; }
  std::int64_t GradientPixels() const { return group_ * strip_ + 2 * Margin(); }

  const Job& job_;
  const KernelSet& kernels_;
  std::int64_t images_;
  std::int64_t width_, pixels_, channels_;  // of an input image; its output has as many pixels
  std::int64_t group_, strip_;              // images and pixels of each that are listed at a time
  std::int64_t out_parts_, in_parts_;
  Word bias_;
  std::vector<KeepTaps> keep_;  // of each pixel of so many images
  float* sums_;
  std::atomic<bool> finite_ = true;
};

}  // namespace sumac::gemm

#endif  // SUMAC_MODEL_GEMM_UPDATE_H_
