// SPDX-License-Identifier: Apache-2.0
// The order of every reduction outside the folds (docs/arithmetic.md): in binary64, over one image,
// then over the images in order; so no word depends on the number of threads.
#ifndef SUMAC_SW_NN_SUMS_H_
#define SUMAC_SW_NN_SUMS_H_

#include <cstdint>
#include <vector>

#include "model/float_mode.h"

namespace sumac {

// `count` sums over the images. image_sums(image, sums) adds one image's terms to sums[0 .. count),
// which are zero; it runs on any of OpenMP's threads. Called under a ScopedFloatMode.
template <typename ImageSums>
std::vector<double> SumImages(std::int64_t images, std::int64_t count, ImageSums image_sums) {
  std::vector<double> parts(static_cast<std::size_t>(images * count));
#pragma omp parallel
  {
    const ScopedFloatMode mode;
#pragma omp for schedule(static)
    for (std::int64_t image = 0; image < images; ++image) {
      image_sums(image, parts.data() + image * count);
    }
  }
  std::vector<double> total(static_cast<std::size_t>(count));
  for (std::int64_t image = 0; image < images; ++image) {
    const double* part = parts.data() + image * count;
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += part[i];
  }
  return total;
}

}  // namespace sumac

#endif  // SUMAC_SW_NN_SUMS_H_
