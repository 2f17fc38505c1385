// SPDX-License-Identifier: Apache-2.0
// The reference device: docs/arithmetic.md's fold, one output element after the other.
#include <omp.h>

#include <algorithm>
#include <vector>

#include "model/add.h"
#include "model/devices.h"
#include "model/fused.h"
#include "model/host_device.h"
#include "model/operand_rows.h"

namespace sumac {
namespace {

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
    const OperandRows a(job.a, job.arithmetic.mantissa_bits);
    const std::vector<Word> b = OperandRows(job.b, job.arithmetic.mantissa_bits).Read(first, count);
    const std::span<float> c = AsHostBuffer(*job.c.buffer).floats();
#pragma omp parallel for num_threads(threads_) schedule(dynamic)
    for (std::int64_t m = 0; m < job.m; ++m) {
      const std::vector<Word> row = a.Read(m, 1);
      const Word* column = b.data();
      for (std::int64_t n = first; n < first + count; ++n) {
        const Word acc = Fold(job.arithmetic, InitialWord(job, m, n), row, column);
        column += row.size();
        c[static_cast<std::size_t>(job.c.Address(m, n))] =
            ToFloat(EpilogueOfJob(job, m, n, Add(acc, 0)));
      }
    }
  }

  // acc and the products of the row and the column, in order.
  static Word Fold(const Arithmetic& arithmetic, Word acc, std::span<const Word> row,
                   const Word* column) {
    if (arithmetic.group == 1) {
      for (const Word word : row) acc = Add(acc, Multiply(arithmetic, word, *column++));
      return acc;
    }
    Word products[kMaxFusedGroup];
    while (!row.empty()) {
      const std::size_t count = std::min<std::size_t>(arithmetic.group, row.size());
      for (std::size_t i = 0; i < count; ++i) products[i] = Multiply(arithmetic, row[i], *column++);
      acc = Fused(acc, std::span(products).first(count));
      row = row.subspan(count);
    }
    return acc;
  }

  static Word InitialWord(const Job& job, std::int64_t m, std::int64_t n) {
    if (!job.c_in) return 0;
    return ToWord(AsHostBuffer(*job.c_in->buffer)
                      .floats()[static_cast<std::size_t>(job.c_in->Address(m, n))]);
  }

  int threads_;
};

}  // namespace

std::unique_ptr<Device> MakeReferenceDevice(int threads) {
  return std::make_unique<ReferenceDevice>(threads);
}

}  // namespace sumac
