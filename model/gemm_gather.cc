// SPDX-License-Identifier: Apache-2.0
// The layout for any view: element by element into a k-major block. Slow, and rarely needed.
#include <algorithm>

#include "model/fused.h"
#include "model/gemm_layouts.h"
#include "model/host_device.h"

namespace sumac::gemm {
namespace {

constexpr std::int64_t kBlockTiles = 4;
constexpr std::int64_t kBlockSteps = 256;
static_assert(kBlockSteps % kMaxFusedGroup == 0);
constexpr std::int64_t kElementCost = 8;

class GatherLayout : public Layout {
 public:
  GatherLayout(const CompactView& view, int mantissa_bits, const KernelSet& kernels)
      : kernels_(kernels),
        compact_(view),
        view_(view.Expanded()),
        source_(reinterpret_cast<const Word*>(WordsAt(view.source.buffer, 0))),
        mantissa_bits_(mantissa_bits),
        outer_(view.source.OuterSize()) {
    const std::int64_t lanes = kernels.lanes * kernels.vectors;
    const std::int64_t tiles = std::min(kBlockTiles, (outer_ + lanes - 1) / lanes);
    block_outer_ = tiles * lanes;
    block_count_ = (outer_ + block_outer_ - 1) / block_outer_;
    for (std::int64_t t = 0; t < tiles; ++t) {
      Tile& tile = tiles_.emplace_back();
      tile.vectors = kernels.vectors;
      for (std::int64_t i = 0; i < lanes; ++i) {
        tile.outer.push_back(static_cast<std::int32_t>(t * lanes + i));
      }
    }
    const std::int64_t k = view.source.KSize();
    for (std::int64_t begin = 0; begin < k; begin += kBlockSteps) {
      k_blocks_.push_back({.begin = begin, .end = std::min(begin + kBlockSteps, k)});
    }
    stage_words_ = kBlockSteps * block_outer_;
    steps_ = block_count_ * tiles * kernels.vectors * k;
    fill_cost_ = outer_ * k * kElementCost;
  }

  void Fill(std::int64_t block, const KBlock& k_block, Stage& stage,
            RangeState& range) const override {
    const ViewIndex index(view_);
    const std::vector<ViewIndex::Part> k_parts = Parts(compact_.k, k_block.begin, k_block.end);
    const std::int64_t first = block_base(block);
    const std::int64_t count = std::min(block_outer_, outer_ - first);
    Word* words = stage.words.data();
    std::fill_n(words, (k_block.end - k_block.begin) * block_outer_, Word{0});
    for (std::int64_t lane = 0; lane < count; ++lane) {
      const ViewIndex::Part outer = index.Outer(first + lane);
      Word* word = words + lane;
      for (const ViewIndex::Part& k : k_parts) {
        const std::int64_t address = index.Address(outer, k);
        if (address >= 0) *word = source_[address];
        word += block_outer_;
      }
    }
    kernels_.copy(words, reinterpret_cast<const float*>(words),
                  (k_block.end - k_block.begin) * block_outer_, mantissa_bits_, &range);
  }

  void Runs(std::int64_t tile, const KBlock& k_block, bool, const Stage& stage,
            std::vector<Run>& runs) const override {
    Run run{.count = k_block.end - k_block.begin, .step = block_outer_};
    for (int v = 0; v < kernels_.vectors; ++v) {
      run.base[v] = stage.words.data() + (tile * kernels_.vectors + v) * kernels_.lanes;
      run.mask[v] = ~0u >> (32 - kernels_.lanes);
    }
    runs.push_back(run);
  }

 private:
  const KernelSet& kernels_;
  CompactView compact_;
  View view_;  // the same, expanded
  const Word* source_;
  int mantissa_bits_;
  std::int64_t outer_;
};

}  // namespace

std::unique_ptr<Layout> MakeGatherLayout(const CompactView& view, int mantissa_bits,
                                         const KernelSet& kernels) {
  return std::make_unique<GatherLayout>(view, mantissa_bits, kernels);
}

std::unique_ptr<Layout> ChooseLayout(const View& view, const Arithmetic& arithmetic,
                                     bool partner_finite, const KernelSet& kernels) {
  const int mantissa_bits = arithmetic.mantissa_bits;
  const CompactView compact(view);
  if (auto layout = MakePlaneLayout(compact, mantissa_bits, partner_finite, kernels)) return layout;
  if (auto layout = MakeStripLayout(compact, arithmetic, kernels)) return layout;
  return MakeGatherLayout(compact, mantissa_bits, kernels);
}

}  // namespace sumac::gemm
