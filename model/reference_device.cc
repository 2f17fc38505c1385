// SPDX-License-Identifier: Apache-2.0
// The reference device: docs/arithmetic.md's fold, one output element after the other.
#include <omp.h>

#include <algorithm>
#include <vector>

#include "model/add.h"
#include "model/devices.h"
#include "model/host_device.h"

namespace sumac {
namespace {

// Rows [first, first + count) of an operand as a dense count x K matrix of narrowed words.
class DenseRows {
 public:
  DenseRows(const View& view, std::int64_t k, int mantissa_bits)
      : view_(view),
        index_(view_),
        words_(AsHostBuffer(*view.buffer).floats()),
        mantissa_bits_(mantissa_bits) {
    for (std::int64_t i = 0; i < k; ++i) parts_.push_back(index_.K(i));
  }

  std::vector<Word> Read(std::int64_t first, std::int64_t count) const {
    std::vector<Word> rows;
    rows.reserve(static_cast<std::size_t>(count) * parts_.size());
    for (std::int64_t row = first; row < first + count; ++row) {
      const ViewIndex::Part outer = index_.Outer(row);
      for (const ViewIndex::Part& part : parts_) {
        const std::int64_t address = index_.Address(outer, part);
        const Word word = address < 0 ? 0 : ToWord(words_[static_cast<std::size_t>(address)]);
        rows.push_back(Narrow(word, mantissa_bits_));
      }
    }
    return rows;
  }

 private:
  const View& view_;
  ViewIndex index_;
  std::span<const float> words_;
  int mantissa_bits_;
  std::vector<ViewIndex::Part> parts_;
};

class ReferenceDevice : public HostDevice {
 public:
  explicit ReferenceDevice(int threads) : threads_(threads > 0 ? threads : omp_get_max_threads()) {}

  std::string name() const override { return "reference"; }

 protected:
  JobReport Execute(const Job& job) override {
    // B is read in blocks of columns, to bound its copy; every element is still one whole fold.
    const std::int64_t block =
        std::max<std::int64_t>(1, kBlockWords / std::max<std::int64_t>(1, job.k));
    for (std::int64_t n = 0; n < job.n; n += block) {
      FoldColumns(job, n, std::min(block, job.n - n));
    }
    return {};
  }

 private:
  static constexpr std::int64_t kBlockWords = 1 << 24;

  void FoldColumns(const Job& job, std::int64_t first, std::int64_t count) const {
    const DenseRows a(job.a, job.k, job.arithmetic.mantissa_bits);
    const std::vector<Word> b =
        DenseRows(job.b, job.k, job.arithmetic.mantissa_bits).Read(first, count);
    const std::span<float> c = AsHostBuffer(*job.c.buffer).floats();
#pragma omp parallel for num_threads(threads_) schedule(dynamic)
    for (std::int64_t m = 0; m < job.m; ++m) {
      const std::vector<Word> row = a.Read(m, 1);
      const Word* column = b.data();
      for (std::int64_t n = first; n < first + count; ++n) {
        Word acc = InitialWord(job, m, n);
        for (const Word word : row) acc = Add(acc, Multiply(job.arithmetic, word, *column++));
        c[Place(job.c, m, n)] = ToFloat(Add(acc, 0));
      }
    }
  }

  static std::size_t Place(const MatrixView& view, std::int64_t m, std::int64_t n) {
    return static_cast<std::size_t>(view.offset + m * view.row_stride + n * view.column_stride);
  }

  static Word InitialWord(const Job& job, std::int64_t m, std::int64_t n) {
    if (!job.c_in) return 0;
    return ToWord(AsHostBuffer(*job.c_in->buffer).floats()[Place(*job.c_in, m, n)]);
  }

  int threads_;
};

}  // namespace

std::unique_ptr<Device> MakeReferenceDevice(int threads) {
  return std::make_unique<ReferenceDevice>(threads);
}

}  // namespace sumac
