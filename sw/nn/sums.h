// SPDX-License-Identifier: Apache-2.0
// The order of every reduction outside the folds (docs/arithmetic.md): in binary64, over one image,
// then over the images in order; so no word depends on the number of threads or ranks.
#ifndef SUMAC_SW_NN_SUMS_H_
#define SUMAC_SW_NN_SUMS_H_

#include <cstdint>
#include <utility>
#include <vector>

#include "model/float_mode.h"
#include "sw/nn/batch.h"

namespace sumac {

// `count` sums over the batch's images. image_sums(image, sums) adds the terms of one of this
// rank's images, counted from 0, to sums[0 .. count), which are zero; it runs on any of OpenMP's
// threads. Called under a ScopedFloatMode.
template <typename ImageSums>
std::vector<double> SumImages(const Batch& batch, std::int64_t count, ImageSums image_sums) {
  const std::int64_t images = batch.Own();
  std::vector<double> parts(static_cast<std::size_t>(images * count));
#pragma omp parallel
  {
    const ScopedFloatMode mode;
#pragma omp for schedule(static)
    for (std::int64_t image = 0; image < images; ++image) {
      image_sums(image, parts.data() + image * count);
    }
  }
  parts = batch.Gather(std::move(parts), count);
  std::vector<double> total(static_cast<std::size_t>(count));
  for (std::int64_t image = 0; image < batch.images(); ++image) {
    const double* part = parts.data() + image * count;
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += part[i];
  }
  return total;
}

}  // namespace sumac

#endif  // SUMAC_SW_NN_SUMS_H_
