// SPDX-License-Identifier: Apache-2.0
#include "model/gemm_broadcast.h"

#include <cstring>

#include "model/host_device.h"

namespace sumac::gemm {
namespace {

// Panels that are packed at once, so that a line of the operand is read once.
constexpr std::int64_t kGroup = 4;

// words[i * kRows ..] <- the kRows consecutive words at source + k_parts[i].address; the same for
// the next `panels` - 1 panels, each behind the words of the one before.
template <int kRows>
void CopyRows(const Word* source, const std::vector<ViewIndex::Part>& k_parts, std::int64_t panels,
              Word* words) {
  const std::int64_t panel_words = std::ssize(k_parts) * kRows;
  for (const ViewIndex::Part& part : k_parts) {
    for (std::int64_t p = 0; p < panels; ++p) {
      std::memcpy(words + p * panel_words, source + part.address + p * kRows, kRows * sizeof(Word));
    }
    words += kRows;
  }
}

}  // namespace

BroadcastSide::BroadcastSide(const View& view, const Arithmetic& arithmetic,
                             const KernelSet& kernels)
    : kernels_(kernels),
      compact_(view),
      view_(compact_.Expanded()),
      source_(reinterpret_cast<const Word*>(WordsAt(view.buffer, 0))),
      mantissa_bits_(arithmetic.mantissa_bits),
      bias_(EncodeBias(arithmetic)) {}

void BroadcastSide::MakePanels() {
  const std::int64_t outer = view_.OuterSize();
  int rows = kernels_.rows;
  for (std::int64_t first = 0; first < outer; first += rows) {
    while (rows > outer - first) rows /= 2;
    panels_.push_back({.first = first, .rows = rows});
  }
}

void BroadcastSide::Pack(std::int64_t first, std::int64_t last, std::int64_t k_begin,
                         std::int64_t k_end, Word* words, Word* keep, Range* ranges) const {
  const std::vector<ViewIndex::Part> k_parts = Parts(compact_.k, k_begin, k_end);
  std::int64_t gathered = first;
  for (std::int64_t p = first; p < last; ++p) {
    const Panel& panel = panels_[static_cast<std::size_t>(p)];
    if (p == gathered) gathered += Gather(p, last, k_parts, words);
    RangeState state;
    Clear(state);
    const std::int64_t count = panel.rows * (k_end - k_begin);
    kernels_.encode(words, keep, count, mantissa_bits_, bias_, &state);
    *ranges++ = Reduce(state);
    words += count;
    keep += count;
  }
}

std::int64_t BroadcastSide::Adjacent(std::int64_t first, std::int64_t last) const {
  if (compact_.bounded || view_.outer[2].stride != 1) return 0;
  const Panel& panel = panels_[static_cast<std::size_t>(first)];
  const std::int64_t extent = view_.outer[2].extent;
  const std::int64_t rows = extent - panel.first % extent;  // that follow each other
  std::int64_t count = 0;
  while (first + count < last && count < kGroup && (count + 1) * panel.rows <= rows &&
         panels_[static_cast<std::size_t>(first + count)].rows == panel.rows) {
    ++count;
  }
  return count;
}

std::int64_t BroadcastSide::Gather(std::int64_t first, std::int64_t last,
                                   const std::vector<ViewIndex::Part>& k_parts, Word* words) const {
  const ViewIndex index(view_);
  const Panel& panel = panels_[static_cast<std::size_t>(first)];
  const std::int64_t adjacent = Adjacent(first, last);
  if (adjacent > 0 && panel.rows >= 4) {
    const Word* source = source_ + view_.offset + index.Outer(panel.first).address;
    const auto copy = panel.rows == 8 ? CopyRows<8> : CopyRows<4>;
    copy(source, k_parts, adjacent, words);
    return adjacent;
  }
  for (int r = 0; r < panel.rows; ++r) {
    const ViewIndex::Part outer = index.Outer(panel.first + r);
    Word* word = words + r;
    if (compact_.bounded) {
      for (const ViewIndex::Part& part : k_parts) {
        const std::int64_t address = index.Address(outer, part);
        *word = address < 0 ? 0 : source_[address];
        word += panel.rows;
      }
    } else {
      const Word* row = source_ + view_.offset + outer.address;
      for (const ViewIndex::Part& part : k_parts) {
        *word = row[part.address];
        word += panel.rows;
      }
    }
  }
  return 1;
}

}  // namespace sumac::gemm
