// SPDX-License-Identifier: Apache-2.0
// The vector side of a SIMD GEMM: how one operand is copied, block by block, into a form that tiles
// read in vectors. A block is a group of outer indices that one task computes; within it k is
// walked in k-blocks. An im2col matrix is never built: a tile reads shifted or strided vectors of
// the copied tensor.
#ifndef SUMAC_MODEL_GEMM_LAYOUT_H_
#define SUMAC_MODEL_GEMM_LAYOUT_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "model/arithmetic.h"
#include "model/gemm_kernel.h"
#include "model/gemm_scratch.h"
#include "model/view.h"

namespace sumac::gemm {

// What one thread keeps of the block it works on.
struct Stage {
  Scratch<Word> words;
  std::vector<const float*> pointers;
};

class Layout {
 public:
  // Up to `vectors` vectors; lane i of the tile (vectors * lanes of them, row by row) is outer
  // index base + outer[i] of a block that starts at `base`, or nothing where outer[i] is negative
  // or the sum is past the operand's end.
  struct Tile {
    int vectors = 0;
    std::vector<std::int32_t> outer;
  };
  struct KBlock {
    std::int64_t begin = 0;
    std::int64_t end = 0;
  };

  virtual ~Layout() = default;

  std::int64_t block_count() const { return block_count_; }
  std::int64_t block_base(std::int64_t block) const { return block * block_outer_; }
  const std::vector<Tile>& tiles() const { return tiles_; }  // of every block alike
  const std::vector<KBlock>& k_blocks() const { return k_blocks_; }
  // Words that Fill may use in Stage::words.
  std::int64_t stage_words() const { return stage_words_; }

  // Estimates, in about a CPU's cycles: vector steps for one row of the other side, and what Fill
  // takes over all blocks.
  std::int64_t steps() const { return steps_; }
  std::int64_t fill_cost() const { return fill_cost_; }

  // Copies a block's words of one k-block, cleaned; gathers their range.
  virtual void Fill(std::int64_t block, const KBlock& k_block, Stage& stage,
                    RangeState& range) const = 0;
  // The runs of one tile over what Fill has copied. Where `skip`, runs of zeros alone may be left
  // out: the partners are finite. k counts from the k-block's begin.
  virtual void Runs(std::int64_t tile, const KBlock& k_block, bool skip, const Stage& stage,
                    std::vector<Run>& runs) const = 0;

 protected:
  std::int64_t block_count_ = 0;
  std::int64_t block_outer_ = 0;
  std::int64_t stage_words_ = 0;
  std::int64_t steps_ = 0;
  std::int64_t fill_cost_ = 0;
  std::vector<Tile> tiles_;
  std::vector<KBlock> k_blocks_;
};

// The layout for a view. `partner_finite`: no infinity or NaN on the other side, so that the
// structural zeros of a dilated view may be left out. All its k-blocks but the last are whole
// groups of products.
std::unique_ptr<Layout> ChooseLayout(const View& view, const Arithmetic& arithmetic,
                                     bool partner_finite, const KernelSet& kernels);

}  // namespace sumac::gemm

#endif  // SUMAC_MODEL_GEMM_LAYOUT_H_
