// SPDX-License-Identifier: Apache-2.0
#ifndef SUMAC_MODEL_THREADS_H_
#define SUMAC_MODEL_THREADS_H_

#include <algorithm>
#include <thread>

namespace sumac {

// What a --threads of `threads` means: that many, or for 0 one for each core.
inline int ThreadCount(int threads) {
  if (threads > 0) return threads;
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

}  // namespace sumac

#endif  // SUMAC_MODEL_THREADS_H_
