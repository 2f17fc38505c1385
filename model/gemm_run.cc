// SPDX-License-Identifier: Apache-2.0
#include "model/gemm_run.h"

#include <algorithm>
#include <bit>
#include <utility>

#include "model/cycles.h"
#include "model/fused.h"
#include "model/gemm_view.h"
#include "model/host_device.h"

namespace sumac::gemm {
namespace {

constexpr std::int64_t kPackedWords = 1 << 20;  // of the broadcast side, a task
constexpr std::int64_t kAccWords = 1 << 18;     // MACs that are not worth a second thread

Matrix MakeMatrix(const MatrixView& view, bool a_is_vector) {
  Matrix matrix{.data = WordsAt(view.buffer, view.offset),
                .lane_stride = view.row_stride,
                .row_stride = view.column_stride};
  if (!a_is_vector) std::swap(matrix.lane_stride, matrix.row_stride);
  return matrix;
}

// Whether no element of an operand is an infinity or a NaN.
bool AllFinite(const View& view, std::int64_t outer, std::int64_t k, int mantissa_bits) {
  const std::span<const float> words = AsHostBuffer(*view.buffer).floats();
  const CompactView compact(view);
  const View expanded = compact.Expanded();
  const ViewIndex index(expanded);
  const std::vector<ViewIndex::Part> k_parts = Parts(compact.k, 0, k);
  for (std::int64_t i = 0; i < outer; ++i) {
    const ViewIndex::Part part = index.Outer(i);
    for (const ViewIndex::Part& k_part : k_parts) {
      const std::int64_t address = index.Address(part, k_part);
      if (address < 0) continue;
      const Word word = Narrow(ToWord(words[static_cast<std::size_t>(address)]), mantissa_bits);
      if (Magnitude(word) >= kInfinity) return false;
    }
  }
  return true;
}

Sides MakeSides(const Job& job, bool a_is_vector, const KernelSet& kernels) {
  const View& vectors = a_is_vector ? job.a : job.b;
  const View& other = a_is_vector ? job.b : job.a;
  Sides sides;
  sides.a_is_vector = a_is_vector;
  sides.outer = a_is_vector ? job.m : job.n;
  sides.rows = a_is_vector ? job.n : job.m;
  const bool dilated = vectors.y.dilation > 1 || vectors.x.dilation > 1;
  const bool partner_finite =
      dilated && AllFinite(other, sides.rows, job.k, job.arithmetic.mantissa_bits);
  sides.layout = ChooseLayout(vectors, job.arithmetic, partner_finite, kernels);
  sides.broadcast = std::make_unique<BroadcastSide>(other, job.arithmetic, kernels);
  sides.cost = sides.layout->steps() * sides.rows + sides.layout->fill_cost() +
               sides.broadcast->element_cost() * sides.rows * job.k;
  return sides;
}

Sides ChooseSides(const Job& job, const KernelSet& kernels) {
  Sides a = MakeSides(job, true, kernels);
  Sides b = MakeSides(job, false, kernels);
  Sides chosen = b.cost < a.cost ? std::move(b) : std::move(a);
  chosen.broadcast->MakePanels();
  return chosen;
}

// Whether a items divide among `parts` as evenly as b items do: items over parts times the greatest
// share is 1 where that is perfect.
bool AsEven(std::int64_t a, std::int64_t b, std::int64_t parts) {
  return a * DivideUp(b, parts) >= b * DivideUp(a, parts);
}

std::vector<Task> MakeTasks(const Sides& sides, const KernelSet& kernels, std::int64_t k,
                            std::int64_t threads) {
  const Layout& layout = *sides.layout;
  const auto tiles = static_cast<std::int64_t>(layout.tiles().size());
  const auto panels = static_cast<std::int64_t>(sides.broadcast->panels().size());
  const bool one_k_block = layout.k_blocks().size() <= 1;
  const std::int64_t panel_words =
      kernels.rows * (one_k_block ? std::max<std::int64_t>(1, k) : 1024);
  std::int64_t panel_parts = DivideUp(panels * panel_words, kPackedWords);
  std::int64_t tile_parts = 1;
  if (!one_k_block) {
    const std::int64_t acc = tiles * kernels.vectors * kernels.lanes * kernels.rows;
    panel_parts = std::max(panel_parts, DivideUp(panels * acc, kAccWords));
  }
  panel_parts = std::clamp<std::int64_t>(panel_parts, 1, panels);
  // Twice as many tasks as threads, for threads that are not equally fast; but one each where every
  // task has to copy all of k.
  const std::int64_t wanted = one_k_block && threads > 1 ? 2 * threads : threads;
  const std::int64_t missing = DivideUp(wanted, layout.block_count() * panel_parts);
  if (missing > 1) {
    if (!one_k_block && AsEven(panels, tiles, missing)) {
      panel_parts = std::min(panels, panel_parts * missing);
    } else {
      tile_parts = std::min(tiles, missing);
    }
  }
  std::vector<Task> tasks;
  for (std::int64_t p = 0; p < panel_parts; ++p) {
    for (std::int64_t block = 0; block < layout.block_count(); ++block) {
      for (std::int64_t t = 0; t < tile_parts; ++t) {
        tasks.push_back({.block = block,
                         .tile_begin = tiles * t / tile_parts,
                         .tile_end = tiles * (t + 1) / tile_parts,
                         .panel_begin = panels * p / panel_parts,
                         .panel_end = panels * (p + 1) / panel_parts});
      }
    }
  }
  return tasks;
}

// Calls f(lane, count) for every group of lanes that are adjacent words of C.
template <class F>
void ForAdjacent(const std::vector<float*>& lanes, F f) {
  const auto count = static_cast<std::int64_t>(lanes.size());
  for (std::int64_t lane = 0; lane < count;) {
    float* const* first = lanes.data() + lane;
    std::int64_t adjacent = 1;
    if (*first != nullptr) {
      while (lane + adjacent < count && first[adjacent] == *first + adjacent) ++adjacent;
      f(lane, adjacent);
    }
    lane += adjacent;
  }
}

}  // namespace

Word FusedWord(Word psum, const Word* products, int count) {
  return Fused(psum, {products, static_cast<std::size_t>(count)});
}

GemmRun::GemmRun(const Job& job, const KernelSet& kernels)
    : job_(job),
      kernels_(kernels),
      sides_(ChooseSides(job, kernels)),
      layout_(*sides_.layout),
      broadcast_(*sides_.broadcast),
      c_(MakeMatrix(job.c, sides_.a_is_vector)),
      c_in_(job.c_in ? MakeMatrix(*job.c_in, sides_.a_is_vector) : Matrix{}),
      tile_lanes_(kernels.vectors * kernels.lanes) {}

std::vector<Task> GemmRun::Tasks(std::int64_t threads) const {
  return MakeTasks(sides_, kernels_, job_.k, threads);
}

void GemmRun::Reserve(const std::vector<Task>& tasks, Workspace& space) const {
  std::int64_t rows = 0;
  std::int64_t acc = 0;
  const bool one_k_block = layout_.k_blocks().size() <= 1;
  for (const Task& task : tasks) {
    const std::int64_t task_rows = Rows(task.panel_begin, task.panel_end);
    const std::int64_t tiles = one_k_block ? 1 : task.tile_end - task.tile_begin;
    rows = std::max(rows, task_rows);
    acc = std::max(acc, tiles * task_rows * tile_lanes_);
  }
  std::int64_t k = 0;
  for (const Layout::KBlock& block : layout_.k_blocks()) k = std::max(k, block.end - block.begin);
  space.stage.words.Reserve(layout_.stage_words());
  space.words.Reserve(rows * k);
  space.keep.Reserve(rows * k);
  space.acc.Reserve(acc);
  space.owner = this;
  space.packed_first = -1;
}

void GemmRun::Execute(const Task& task, Workspace& space) const {
  const std::vector<Layout::KBlock>& k_blocks = layout_.k_blocks();
  const std::int64_t strip = Rows(task.panel_begin, task.panel_end) * tile_lanes_;
  const std::int64_t base = layout_.block_base(task.block);
  if (base >= sides_.outer) return;
  for (std::size_t b = 0; b < std::max<std::size_t>(1, k_blocks.size()); ++b) {
    Range vectors;
    if (!k_blocks.empty()) {
      const Layout::KBlock& k_block = k_blocks[b];
      if (k_blocks.size() > 1 || space.packed_first != task.panel_begin ||
          space.packed_last != task.panel_end) {
        space.ranges.resize(static_cast<std::size_t>(task.panel_end - task.panel_begin));
        broadcast_.Pack(task.panel_begin, task.panel_end, k_block.begin, k_block.end,
                        space.words.data(), space.keep.data(), space.ranges.data());
        space.packed_first = task.panel_begin;
        space.packed_last = task.panel_end;
      }
      RangeState state;
      Clear(state);
      layout_.Fill(task.block, k_block, space.stage, state);
      vectors = Reduce(state);
    }
    const bool first = b == 0;
    const bool last = b + 1 >= k_blocks.size();
    for (std::int64_t tile = task.tile_begin; tile < task.tile_end; ++tile) {
      float* acc = space.acc.data();
      if (k_blocks.size() > 1) acc += (tile - task.tile_begin) * strip;
      if (first || last) {
        if (!FindLanes(task, tile, space)) continue;
      }
      if (first) Begin(task, space, acc);
      if (!k_blocks.empty()) Fold(task, k_blocks[b], tile, vectors, space, acc);
      if (last) End(task, space, acc);
    }
  }
}

bool GemmRun::FindLanes(const Task& task, std::int64_t tile, Workspace& space) const {
  const std::int64_t base = layout_.block_base(task.block);
  const std::vector<std::int32_t>& outer = layout_.tiles()[static_cast<std::size_t>(tile)].outer;
  const std::int64_t first_row = FirstRow(task);
  const std::int64_t limit = sides_.outer - base;
  const auto find = [&](const Matrix& matrix, std::vector<float*>& lanes) {
    float* first = matrix.data + base * matrix.lane_stride + first_row * matrix.row_stride;
    lanes.resize(outer.size());
    for (std::size_t i = 0; i < outer.size(); ++i) {
      const bool live = outer[i] >= 0 && outer[i] < limit;
      lanes[i] = live ? first + outer[i] * matrix.lane_stride : nullptr;
    }
  };
  find(c_, space.lanes);
  if (job_.c_in) find(c_in_, space.c_in_lanes);
  return std::ranges::any_of(space.lanes, [](const float* lane) { return lane != nullptr; });
}

void GemmRun::Begin(const Task& task, Workspace& space, float* acc) const {
  const std::int64_t rows = Rows(task.panel_begin, task.panel_end);
  std::fill_n(acc, rows * tile_lanes_, 0.0f);
  if (!job_.c_in) return;
  for (std::size_t lane = 0; lane < space.c_in_lanes.size(); ++lane) {
    const float* source = space.c_in_lanes[lane];
    if (source == nullptr) continue;
    for (std::int64_t r = 0; r < rows; ++r) {
      acc[r * tile_lanes_ + static_cast<std::int64_t>(lane)] = source[r * c_in_.row_stride];
    }
  }
}

void GemmRun::Fold(const Task& task, const Layout::KBlock& k_block, std::int64_t tile,
                   const Range& vectors, Workspace& space, float* acc) const {
  const std::int64_t first_row = FirstRow(task);
  const int tile_vectors = layout_.tiles()[static_cast<std::size_t>(tile)].vectors;
  const bool finite = std::ranges::all_of(space.ranges, &Range::finite);
  space.runs.clear();
  layout_.Runs(tile, k_block, finite, space.stage, space.runs);
  for (std::int64_t p = task.panel_begin; p < task.panel_end; ++p) {
    const BroadcastSide::Panel& panel = broadcast_.panels()[static_cast<std::size_t>(p)];
    const std::int64_t row = panel.first - first_row;
    const std::int64_t words = row * (k_block.end - k_block.begin);
    const Range& range = space.ranges[static_cast<std::size_t>(p - task.panel_begin)];
    const Kind kind = ChooseKind(job_.arithmetic, vectors, range);
    const TileWork work{.runs = space.runs.data(),
                        .run_count = static_cast<std::int64_t>(space.runs.size()),
                        .words = space.words.data() + words,
                        .keep = space.keep.data() + words,
                        .acc = acc + row * tile_lanes_,
                        .acc_pitch = tile_lanes_,
                        .bias = broadcast_.bias()};
    if (job_.arithmetic.group == 1) {
      const int rows_log2 = std::bit_width(static_cast<unsigned>(panel.rows)) - 1;
      kernels_.tile[kind][rows_log2][tile_vectors - 1](work);
    } else {
      const auto* group = std::ranges::find(kFusedGroups, job_.arithmetic.group);
      kernels_.fused[kind][group - kFusedGroups](work, panel.rows, tile_vectors);
    }
    ++space.tile_counts[kind];
  }
}

void GemmRun::End(const Task& task, Workspace& space, float* acc) const {
  const std::int64_t rows = Rows(task.panel_begin, task.panel_end);
  const auto lanes = static_cast<std::int64_t>(space.lanes.size());
  if (c_.lane_stride == 1) {
    ForAdjacent(space.lanes, [&](std::int64_t lane, std::int64_t count) {
      float* dst = space.lanes[static_cast<std::size_t>(lane)];
      for (std::int64_t r = 0; r < rows; ++r) {
        kernels_.finish(dst + r * c_.row_stride, acc + r * tile_lanes_ + lane, count);
      }
    });
    return;
  }
  if (c_.row_stride == 1) {
    kernels_.finish_transposed(space.lanes.data(), acc, tile_lanes_, rows, lanes);
    return;
  }
  kernels_.finish(acc, acc, rows * tile_lanes_);
  for (std::int64_t lane = 0; lane < lanes; ++lane) {
    float* dst = space.lanes[static_cast<std::size_t>(lane)];
    if (dst == nullptr) continue;
    for (std::int64_t r = 0; r < rows; ++r) dst[r * c_.row_stride] = acc[r * tile_lanes_ + lane];
  }
}

}  // namespace sumac::gemm
