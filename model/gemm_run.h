// SPDX-License-Identifier: Apache-2.0
// One GEMM job on the SIMD kernels: cut into tasks of a block of the vector side and some panels of
// the broadcast side, each of which folds its tiles over k in order. What a task computes does not
// depend on the cut, so neither do the words.
#ifndef SUMAC_MODEL_GEMM_RUN_H_
#define SUMAC_MODEL_GEMM_RUN_H_

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "model/device.h"
#include "model/gemm_broadcast.h"
#include "model/gemm_certificate.h"
#include "model/gemm_kernel.h"
#include "model/gemm_layout.h"
#include "model/gemm_scratch.h"

namespace sumac::gemm {

// Tiles computed, by Kind: how often certificates held.
using TileCounts = std::array<std::int64_t, kKinds>;

// What a thread keeps from job to job.
struct Workspace {
  Stage stage;
  Scratch<Word> words;  // packed panels of the broadcast side
  Scratch<Word> keep;
  Scratch<float> acc;    // tile by tile: rows x a tile's lanes
  Scratch<Word> places;  // of lists of nonzero words, which are in `words`
  Scratch<std::int32_t> counts;
  Scratch<Word> weights;
  std::vector<const Word*> all;  // of images without a zero: their words
  std::vector<Range> ranges;
  std::vector<Run> runs;
  std::vector<float*> lanes;       // of one tile: where C[lane][first row] lies, or null
  std::vector<float*> c_in_lanes;  // the same of C_in
  TileCounts tile_counts{};

  // The panels that `words` holds, and whose.
  const void* owner = nullptr;
  std::int64_t packed_first = -1;
  std::int64_t packed_last = -1;
};

// C or C_in as the vector side sees it.
struct Matrix {
  float* data = nullptr;
  std::int64_t lane_stride = 0;  // along the vector side's outer index
  std::int64_t row_stride = 0;   // along the broadcast side's
};

// One side chosen for the vectors, the other for the broadcasts.
struct Sides {
  std::unique_ptr<Layout> layout;
  std::unique_ptr<BroadcastSide> broadcast;
  std::int64_t outer = 0;  // of the vector side
  std::int64_t rows = 0;   // outer of the broadcast side
  bool a_is_vector = true;
  std::int64_t cost = 0;
};

struct Task {
  std::int64_t block = 0;
  std::int64_t tile_begin = 0;
  std::int64_t tile_end = 0;
  std::int64_t panel_begin = 0;
  std::int64_t panel_end = 0;
};

// One job in execution; shared by its threads.
class GemmRun {
 public:
  GemmRun(const Job& job, const KernelSet& kernels);

  std::vector<Task> Tasks(std::int64_t threads) const;
  // Makes room for any of the tasks; once before the first that runs in the space, and again after
  // anything else has used it.
  void Reserve(const std::vector<Task>& tasks, Workspace& space) const;
  void Execute(const Task& task, Workspace& space) const;

 private:
  std::int64_t Rows(std::int64_t panel_begin, std::int64_t panel_end) const {
    const auto& panels = broadcast_.panels();
    const auto& last = panels[static_cast<std::size_t>(panel_end - 1)];
    return last.first + last.rows - panels[static_cast<std::size_t>(panel_begin)].first;
  }
  std::int64_t FirstRow(const Task& task) const {
    return broadcast_.panels()[static_cast<std::size_t>(task.panel_begin)].first;
  }
  // Finds the lanes of a tile; false where all are past the operand's end.
  bool FindLanes(const Task& task, std::int64_t tile, Workspace& space) const;
  void Begin(const Task& task, Workspace& space, float* acc) const;
  void Fold(const Task& task, const Layout::KBlock& k_block, std::int64_t tile,
            const Range& vectors, Workspace& space, float* acc) const;
  void End(const Task& task, Workspace& space, float* acc) const;

  const Job& job_;
  const KernelSet& kernels_;
  Sides sides_;
  const Layout& layout_;
  const BroadcastSide& broadcast_;
  Matrix c_;
  Matrix c_in_;
  std::int64_t tile_lanes_;
};

}  // namespace sumac::gemm

#endif  // SUMAC_MODEL_GEMM_RUN_H_
