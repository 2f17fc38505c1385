// SPDX-License-Identifier: Apache-2.0
// Memory that a thread of the SIMD device keeps from job to job.
#ifndef SUMAC_MODEL_GEMM_SCRATCH_H_
#define SUMAC_MODEL_GEMM_SCRATCH_H_

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>

namespace sumac::gemm {

// A growing array of words, aligned to a cache line. Growing forgets its contents.
template <class T>
class Scratch {
 public:
  // At least `count` elements. Throws std::bad_alloc where memory is short.
  void Reserve(std::int64_t count) {
    if (count <= size_) return;
    const std::size_t bytes = (static_cast<std::size_t>(count) * sizeof(T) + 63) / 64 * 64;
    data_.reset(static_cast<T*>(std::aligned_alloc(64, bytes)));
    size_ = data_ == nullptr ? 0 : count;
    if (data_ == nullptr) throw std::bad_alloc();
  }
  T* data() const { return data_.get(); }

 private:
  struct Free {
    void operator()(T* data) const { std::free(data); }
  };
  std::unique_ptr<T[], Free> data_;
  std::int64_t size_ = 0;
};

}  // namespace sumac::gemm

#endif  // SUMAC_MODEL_GEMM_SCRATCH_H_
