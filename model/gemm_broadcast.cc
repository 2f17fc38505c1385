// SPDX-License-Identifier: Apache-2.0
#include "model/gemm_broadcast.h"

#include <cstring>

#include "model/host_device.h"

namespace sumac::gemm {
namespace {

// words[i * kRows ..] <- the kRows consecutive words at source + k_parts[i].address.
template <int kRows>
void CopyRows(const Word* source, const std::vector<ViewIndex::Part>& k_parts, Word* words) {
  for (const ViewIndex::Part& part : k_parts) {
    std::memcpy(words, source + part.address, kRows * sizeof(Word));
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
      mantissa_bits_(arithmetic.mantissa_bits) {
  const bool pam = arithmetic.product == Product::kPam;
  bias_ = pam ? kOne - arithmetic.comp : 0;
}

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
  for (std::int64_t p = first; p < last; ++p) {
    const Panel& panel = panels_[static_cast<std::size_t>(p)];
    Gather(panel, k_parts, words);
    RangeState state;
    Clear(state);
    const std::int64_t count = panel.rows * (k_end - k_begin);
    kernels_.encode(words, keep, count, mantissa_bits_, bias_, &state);
    *ranges++ = Reduce(state);
    words += count;
    keep += count;
  }
}

void BroadcastSide::Gather(const Panel& panel, const std::vector<ViewIndex::Part>& k_parts,
                           Word* words) const {
  const ViewIndex index(view_);
  const bool adjacent = view_.outer[2].stride == 1 &&
                        panel.first % view_.outer[2].extent + panel.rows <= view_.outer[2].extent;
  if (!compact_.bounded && adjacent && panel.rows == 8) {
    return CopyRows<8>(source_ + view_.offset + index.Outer(panel.first).address, k_parts, words);
  }
  if (!compact_.bounded && adjacent && panel.rows == 4) {
    return CopyRows<4>(source_ + view_.offset + index.Outer(panel.first).address, k_parts, words);
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
}

}  // namespace sumac::gemm
