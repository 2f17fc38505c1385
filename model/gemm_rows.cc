// SPDX-License-Identifier: Apache-2.0
#include "model/gemm_rows.h"

#include <algorithm>
#include <vector>

#include "model/cycles.h"
#include "model/gemm_view.h"
#include "model/host_device.h"

namespace sumac::gemm {
namespace {

// Of k, so that a panel's part of B stays in an L1 cache.
constexpr std::int64_t kStep = 64;
// Words of A whose lists are held at a time: a part of an L2 cache.
constexpr std::int64_t kGroupWords = 1 << 18;
constexpr std::int64_t kFewestTasks = 4;  // for as many threads
// Products of fewer rows or columns than these are not worth the packing.
constexpr std::int64_t kFewestRows = 64;
constexpr std::int64_t kFewestSteps = 32;

// Rows one after the other, each of adjacent words.
bool HasContiguousRows(const View& view) {
  const CompactView compact(view);
  return !compact.bounded && compact.outer.size() == 1 && compact.k.size() == 1 &&
         compact.k.front().stride == 1;
}

// Whether a quarter of the words or more are zeros, as far as some parts of some rows tell.
bool HasZeros(const Job& job) {
  constexpr std::int64_t kRows = 16;
  constexpr std::int64_t kWords = 64;
  const CompactView compact(job.a);
  const float* words = WordsAt(job.a.buffer, compact.offset);
  std::int64_t seen = 0;
  std::int64_t zeros = 0;
  for (std::int64_t i = 0; i < kRows; ++i) {
    const std::int64_t count = std::min(kWords, job.k);
    const float* part = words + i * job.m / kRows * compact.outer.front().stride +
                        i * (job.k - count) / (kRows - 1);
    seen += count;
    zeros += std::count(part, part + count, 0.0f);
  }
  return 4 * zeros >= seen;
}

}  // namespace

bool RowsRun::Matches(const Job& job, const KernelSet& kernels) {
  if (job.arithmetic.group != 1 || kernels.list_nonzeros == nullptr || job.m < kFewestRows ||
      job.k < kFewestSteps || job.c.column_stride != 1 || !HasContiguousRows(job.a) ||
      (job.c_in && job.c_in->column_stride != 1)) {
    return false;
  }
  const std::int64_t panel = kSparseTaps * kernels.lanes;
  const std::int64_t columns = DivideUp(job.n, panel) * panel;
  return 4 * columns <= 5 * job.n && !CompactView(job.b).bounded && HasZeros(job);
}

RowsRun::RowsRun(const Job& job, const KernelSet& kernels)
    : job_(job),
      kernels_(kernels),
      panel_(kSparseTaps * kernels.lanes),
      panels_(DivideUp(job.n, panel_)),
      group_(std::clamp<std::int64_t>(kGroupWords / job.k, 1, DivideUp(job.m, kFewestTasks))),
      bias_(EncodeBias(job.arithmetic)) {}

std::unique_ptr<RowsRun> RowsRun::Make(const Job& job, const KernelSet& kernels, Workspace& space) {
  if (!Matches(job, kernels)) return nullptr;
  std::unique_ptr<RowsRun> run(new RowsRun(job, kernels));
  if (!run->Pack(space)) return nullptr;
  return run;
}

bool RowsRun::Pack(Workspace& space) {
  const CompactView compact(job_.b);
  const auto* source = reinterpret_cast<const Word*>(WordsAt(job_.b.buffer, compact.offset));
  const std::vector<ViewIndex::Part> columns = Parts(compact.outer, 0, job_.n);
  const std::vector<ViewIndex::Part> rows = Parts(compact.k, 0, job_.k);
  const bool adjacent = compact.outer.size() == 1 && compact.outer.front().stride == 1;
  space.weights.Reserve(panels_ * job_.k * panel_);
  space.keep.Reserve(kStep * panel_);
  Word* packed = space.weights.data();
  b_ = packed;
  for (std::int64_t first = 0; first < job_.n; first += panel_) {
    const std::int64_t width = std::min(panel_, job_.n - first);
    for (std::int64_t k = 0; k < job_.k; k += kStep) {
      const std::int64_t count = std::min(kStep, job_.k - k) * panel_;
      for (Word* row = packed; row != packed + count; row += panel_) {
        const std::int64_t index = k + (row - packed) / panel_;
        const Word* words = source + rows[static_cast<std::size_t>(index)].address;
        if (adjacent) {
          std::copy_n(words + first, width, row);
        } else {
          for (std::int64_t i = 0; i < width; ++i) {
            row[i] = words[columns[static_cast<std::size_t>(first + i)].address];
          }
        }
        // Columns that nobody has: a word that changes no range.
        std::fill(row + width, row + panel_, row[0]);
      }
      RangeState state;
      Clear(state);
      kernels_.encode(packed, space.keep.data(), count, job_.arithmetic.mantissa_bits, bias_,
                      &state);
      const Range range = Reduce(state);
      if (!range.finite() || range.zeros) return false;
      b_range_ = {.empty = false,
                  .low = b_range_.empty ? range.low : std::min(b_range_.low, range.low),
                  .high = std::max(b_range_.high, range.high)};
      packed += count;
    }
  }
  return true;
}

NonzeroLists RowsRun::ListsOf(std::int64_t rows, std::int64_t row, std::int64_t k,
                              Workspace& space) const {
  const std::int64_t first = k * rows + row * std::min(kStep, job_.k - k);
  return {.words = space.words.data() + first,
          .places = space.places.data() + first,
          .counts = space.counts.data() + k / kStep * rows + row};
}

Range RowsRun::List(std::int64_t first, std::int64_t rows, Workspace& space) const {
  space.words.Reserve(rows * job_.k + kMaxLanes);
  space.places.Reserve(rows * job_.k + kMaxLanes);
  space.counts.Reserve(rows * DivideUp(job_.k, kStep));
  const CompactView compact(job_.a);
  const std::int64_t pitch = compact.outer.front().stride;
  const float* a = WordsAt(job_.a.buffer, compact.offset) + first * pitch;
  RangeState state;
  Clear(state);
  for (std::int64_t k = 0; k < job_.k; k += kStep) {
    kernels_.list_nonzeros(a + k, rows, pitch, std::min(kStep, job_.k - k),
                           static_cast<Word>(panel_), job_.arithmetic.mantissa_bits, 0,
                           ListsOf(rows, 0, k, space), &state);
  }
  return Reduce(state);
}

void RowsRun::Execute(std::int64_t task, Workspace& space) const {
  const std::int64_t first = task * group_;
  const std::int64_t rows = std::min(group_, job_.m - first);
  const Kind kind = ChooseKind(job_.arithmetic, List(first, rows, space), b_range_);
  space.acc.Reserve(rows * panel_);
  float* acc = space.acc.data();
  float* c = WordsAt(job_.c.buffer, job_.c.offset) + first * job_.c.row_stride;
  for (std::int64_t p = 0; p < panels_; ++p) {
    const std::int64_t column = p * panel_;
    const std::int64_t width = std::min(panel_, job_.n - column);
    std::fill_n(acc, rows * panel_, 0.0f);
    if (job_.c_in) {
      const float* source = WordsAt(job_.c_in->buffer, job_.c_in->offset) + column;
      for (std::int64_t r = 0; r < rows; ++r) {
        std::copy_n(source + (first + r) * job_.c_in->row_stride, width, acc + r * panel_);
      }
    }
    for (std::int64_t k = 0; k < job_.k; k += kStep) {
      // Tap t of a pixel's nine vectors at acc + t * lanes.
      ScatterWork work{.lists = {},
                       .pixels = 1,
                       .weights = b_ + (p * job_.k + k) * panel_,
                       .acc_pixel = -kernels_.lanes,
                       .acc_row = -3 * kernels_.lanes,
                       .bias = bias_};
      for (std::int64_t r = 0; r < rows; ++r) {
        work.lists = ListsOf(rows, r, k, space);
        work.acc[0] = acc + r * panel_;
        kernels_.scatter[kind](work);
      }
    }
    for (std::int64_t r = 0; r < rows; ++r) {
      kernels_.finish(c + r * job_.c.row_stride + column, acc + r * panel_, width);
    }
    ++space.tile_counts[kind];
  }
}

}  // namespace sumac::gemm
