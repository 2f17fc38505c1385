// SPDX-License-Identifier: Apache-2.0
#include "sim/unit_streams.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "model/host_device.h"

namespace sumac {
namespace {

// A dense matrix of words whose elements outside are +0.
class Padded {
 public:
  Padded(std::vector<Word> words, std::int64_t columns)
      : words_(std::move(words)), columns_(columns) {
    rows_ = columns == 0 ? 0 : std::ssize(words_) / columns;
  }
  Word At(std::int64_t row, std::int64_t column) const {
    if (row >= rows_ || column >= columns_) return 0;
    return words_[static_cast<std::size_t>(row * columns_ + column)];
  }

 private:
  std::vector<Word> words_;
  std::int64_t rows_ = 0;
  std::int64_t columns_;
};

// Row m of C_in in the unit's columns from n on, +0 right of its last.
std::vector<Word> InitialSums(const ArrayShape& array, const Job& job, const WorkUnit& unit,
                              std::int64_t m, std::int64_t n) {
  const std::span<const float> words = AsHostBuffer(*job.c_in->buffer).floats();
  std::vector<Word> sums(static_cast<std::size_t>(array.columns), 0);
  for (std::int64_t c = 0; c < std::min<std::int64_t>(std::ssize(sums), unit.columns - n); ++c) {
    const std::int64_t address = job.c_in->Address(unit.first_row + m, unit.first_column + n + c);
    sums[static_cast<std::size_t>(c)] = ToWord(words[static_cast<std::size_t>(address)]);
  }
  return sums;
}

}  // namespace

CoreWork UnitStreams(const ArrayShape& array, const Job& job, const OperandRows& a_rows,
                     const OperandRows& b_rows, const WorkUnit& unit) {
  const int rows = array.rows;
  const int columns = array.columns;
  const int width = 9 + job.arithmetic.mantissa_bits;
  const Padded a(a_rows.Read(unit.first_row, unit.rows), job.k);
  const Padded b(b_rows.Read(unit.first_column, unit.columns), job.k);
  CoreWork work{{}, Beats(columns, width), Beats(rows, width), Beats(columns, 32)};
  std::vector<Word> lanes;
  // One tile at least: without products the partial sums still pass the adders.
  const std::int64_t k_tiles = std::max<std::int64_t>(1, DivideUp(job.k, rows));
  const std::int64_t n_tiles = DivideUp(unit.columns, columns);
  for (std::int64_t k_tile = 0; k_tile < k_tiles; ++k_tile) {
    const std::int64_t k = k_tile * rows;
    for (std::int64_t n_tile = 0; n_tile < n_tiles; ++n_tile) {
      const std::int64_t n = n_tile * columns;
      const PsumSource source = k_tile > 0 ? PsumSource::kBank
                                : job.c_in ? PsumSource::kStream
                                           : PsumSource::kZero;
      const PsumTarget target = k_tile + 1 < k_tiles ? PsumTarget::kBank : PsumTarget::kResult;
      work.commands.push_back({unit.rows, n_tile * unit.rows, source, target});
      for (int r = rows - 1; r >= 0; --r) {
        lanes.clear();
        for (int c = 0; c < columns; ++c) lanes.push_back(b.At(n + c, k + r));
        work.weights.Append(lanes);
      }
      for (std::int64_t m = 0; m < unit.rows; ++m) {
        lanes.clear();
        for (int r = 0; r < rows; ++r) lanes.push_back(a.At(m, k + r));
        work.activations.Append(lanes);
        if (source == PsumSource::kStream) work.psums.Append(InitialSums(array, job, unit, m, n));
      }
    }
  }
  return work;
}

}  // namespace sumac
