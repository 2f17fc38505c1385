// SPDX-License-Identifier: Apache-2.0
#include "sw/driver/plan.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

#include "model/cycles.h"
#include "model/error.h"
#include "sw/driver/region.h"
#include "sw/driver/registers.h"
#include "sw/driver/walk_view.h"

namespace sumac {
namespace {

constexpr std::uint32_t kFormat = 0x5301;
constexpr std::int64_t kMostColumnTiles = 32;
constexpr std::int64_t kMostTerms = 65535;
// Of the estimate by which plans are chosen:
constexpr double kPieceCycles = 8;    // between two pieces on the array
constexpr double kCyclesAWord = 2.5;  // where results are written word by word
constexpr std::int64_t kCoordinateLimit = std::int64_t{1} << 15;

// Ranges of m, n and k and their operands' regions: one descriptor.
struct Piece {
  std::int64_t m0 = 0, m = 0;
  std::int64_t n0 = 0, n = 0;
  std::int64_t k0 = 0, k = 0;
  Region a;
  Region b;

  // What of its operands it needs.
  std::array<std::int64_t, 4> ARanges() const { return {m0, m, k0, k}; }
  std::array<std::int64_t, 4> BRanges() const { return {n0, n, k0, k}; }
};

// How large the pieces of a plan may be.
struct Limits {
  std::int64_t m = 1;
  std::int64_t n = 1;
  std::int64_t k = 1;

  friend bool operator==(const Limits&, const Limits&) = default;
};

// Where a window's halves are: each load goes to the one that the last did not.
struct Window {
  std::int64_t words = 0;
  bool upper = true;  // half of the last load
  bool loaded = false;
  std::array<std::int64_t, 4> held{};  // ranges that are in it

  struct Placed {
    std::int64_t place = 0;
    bool load = false;  // they are not in the window yet
  };
  Placed Place(const std::array<std::int64_t, 4>& ranges) {
    const bool load = !loaded || held != ranges;
    if (load) upper = !upper;
    loaded = true;
    held = ranges;
    return {upper ? words / 2 : 0, load};
  }
};

// The regions of an operand, each made once: pieces of one row chunk share A's, those of one column
// chunk B's.
class Regions {
 public:
  const Region& Get(const View& view, const IndexRange& outer, const IndexRange& k) {
    const auto [place, added] = known_.try_emplace({outer.first, outer.extent, k.first, k.extent});
    if (added) place->second = MakeRegion(view, outer, k);
    return place->second;
  }
  void Clear() { known_.clear(); }

 private:
  using Digits = std::array<std::int64_t, 3>;
  std::map<std::tuple<Digits, Digits, Digits, Digits>, Region> known_;
};

class Planner {
 public:
  Planner(const AcceleratorShape& shape, const Job& job) : shape_(shape), job_(job) {}

  struct Plan {
    std::vector<Piece> pieces;  // in their order; the parts of a fold are neighbours
    double cycles = std::numeric_limits<double>::infinity();
  };

  // The plan that takes least by the estimate: column chunks inside row chunks, or the other way
  // around.
  Plan Best() const {
    Plan best;
    for (const Limits& limits : Candidates()) {
      a_regions_.Clear();
      b_regions_.Clear();
      for (const bool rows_inside : {false, true}) {
        Plan plan{Cut(limits, rows_inside), 0};
        if (plan.pieces.empty()) continue;  // its pieces do not fit the windows
        plan.cycles = Cycles(plan.pieces);
        if (plan.cycles < best.cycles) best = std::move(plan);
      }
    }
    if (best.pieces.empty()) {
      throw Error("GEMM job '" + job_.name + "' does not fit the accelerator's windows.");
    }
    return best;
  }

 private:
  std::vector<Limits> Candidates() const {
    std::vector<Limits> candidates;
    const std::int64_t n_tiles = DivideUp(job_.n, shape_.columns);
    for (std::int64_t tiles = 1;; tiles = std::min(2 * tiles, n_tiles)) {
      for (const std::int64_t share : {1, 2, 4}) {
        for (const std::int64_t k : {kMostTerms, std::int64_t{1024}, std::int64_t{256}}) {
          const std::int64_t m = shape_.psum_depth / tiles / share;
          const Limits limits{std::min(m, job_.m), tiles * shape_.columns, std::min(k, job_.k)};
          const bool known = std::ranges::find(candidates, limits) != candidates.end();
          if (m >= 1 && !known) candidates.push_back(limits);
        }
      }
      if (tiles == n_tiles || tiles == kMostColumnTiles) return candidates;
      if (2 * tiles > kMostColumnTiles) return candidates;
    }
  }

  bool Fits(const Region& a, const Region& b) const {
    return a.load.Size() <= shape_.a_words / 2 && b.load.Size() <= shape_.b_words / 2;
  }

  // The terms from k0 on that are a range in the digits of both operands.
  std::int64_t CommonTerms(std::int64_t k0, std::int64_t limit, IndexRange& a,
                           IndexRange& b) const {
    for (std::int64_t terms = std::min(limit, job_.k - k0);; terms = b.Size()) {
      a = LargestRange(job_.a.k, k0, terms);
      b = LargestRange(job_.b.k, k0, a.Size());
      if (a.Size() == b.Size()) return a.Size();
    }
  }

  // The largest piece from (m0, n0, k0) on within the limits that fits the windows; nothing where
  // even one term of its rows and columns does not.
  std::optional<Piece> LargestPiece(std::int64_t m0, const IndexRange& rows, std::int64_t n0,
                                    const IndexRange& columns, std::int64_t k0,
                                    std::int64_t k_limit) const {
    Piece piece;
    piece.m0 = m0;
    piece.m = rows.Size();
    piece.n0 = n0;
    piece.n = columns.Size();
    piece.k0 = k0;
    for (std::int64_t limit = k_limit; limit >= 1; limit = std::min(limit / 2, piece.k - 1)) {
      IndexRange a;
      IndexRange b;
      piece.k = CommonTerms(k0, limit, a, b);
      piece.a = a_regions_.Get(job_.a, rows, a);
      piece.b = b_regions_.Get(job_.b, columns, b);
      if (Fits(piece.a, piece.b)) return piece;
    }
    return std::nullopt;
  }

  // All parts of the fold of these rows and columns; nothing where one does not fit.
  std::optional<std::vector<Piece>> Fold(std::int64_t m0, const IndexRange& rows, std::int64_t n0,
                                         const IndexRange& columns, std::int64_t k_limit) const {
    std::vector<Piece> pieces;
    for (std::int64_t k = 0; k < job_.k; k += pieces.back().k) {
      std::optional<Piece> piece = LargestPiece(m0, rows, n0, columns, k, k_limit);
      if (!piece) return std::nullopt;
      pieces.push_back(std::move(*piece));
    }
    return pieces;
  }

  std::vector<Piece> Cut(const Limits& limits, bool rows_inside) const {
    std::vector<Piece> pieces;
    if (job_.k == 0) return EmptyFolds(limits);
    // Row chunks that fit with the first columns fit with all: columns are as many or fewer.
    std::vector<IndexRange> row_runs;
    std::vector<IndexRange> column_runs;
    for (std::int64_t n = 0; n < job_.n; n += column_runs.back().Size()) {
      column_runs.push_back(LargestRange(job_.b.outer, n, limits.n, false));
    }
    for (std::int64_t m = 0; m < job_.m; m += row_runs.back().Size()) {
      std::int64_t limit = limits.m;
      while (true) {
        row_runs.push_back(LargestRange(job_.a.outer, m, limit));
        const std::int64_t size = row_runs.back().Size();
        if (size == 1 || KeepsTerms(m, row_runs.back(), column_runs.front(), limits)) break;
        limit = size - 1;
        row_runs.pop_back();
      }
    }
    bool fits = true;
    const auto add = [&](std::size_t i, std::size_t j, std::int64_t m, std::int64_t n) {
      if (!fits) return;
      auto fold = Fold(m, row_runs[i], n, column_runs[j], limits.k);
      if (!fold) {
        fits = false;
        return;
      }
      std::move(fold->begin(), fold->end(), std::back_inserter(pieces));
    };
    if (rows_inside) {
      std::int64_t n = 0;
      for (std::size_t j = 0; j < column_runs.size(); n += column_runs[j++].Size()) {
        std::int64_t m = 0;
        for (std::size_t i = 0; i < row_runs.size(); m += row_runs[i++].Size()) add(i, j, m, n);
      }
    } else {
      std::int64_t m = 0;
      for (std::size_t i = 0; i < row_runs.size(); m += row_runs[i++].Size()) {
        std::int64_t n = 0;
        for (std::size_t j = 0; j < column_runs.size(); n += column_runs[j++].Size()) {
          add(i, j, m, n);
        }
      }
    }
    if (!fits) pieces.clear();
    return pieces;
  }

  // Whether these rows leave room for terms as many as the limits and the columns allow, or for
  // enough of them that more rows are worth it.
  bool KeepsTerms(std::int64_t m, const IndexRange& rows, const IndexRange& columns,
                  const Limits& limits) const {
    const auto piece = LargestPiece(m, rows, 0, columns, 0, limits.k);
    if (!piece) return false;
    const auto one_row = LargestPiece(m, LargestRange(job_.a.outer, m, 1), 0, columns, 0, limits.k);
    if (!one_row) return true;
    const std::int64_t enough = std::min<std::int64_t>(one_row->k, 16 * shape_.rows);
    return piece->k >= enough && Fold(m, rows, 0, columns, limits.k).has_value();
  }

  // Without terms, one tile of +0 passes the partial sums.
  std::vector<Piece> EmptyFolds(const Limits& limits) const {
    std::vector<Piece> pieces;
    for (std::int64_t m = 0; m < job_.m; m += limits.m) {
      for (std::int64_t n = 0; n < job_.n; n += limits.n) {
        Piece piece;
        piece.m0 = m;
        piece.m = std::min(limits.m, job_.m - m);
        piece.n0 = n;
        piece.n = std::min(limits.n, job_.n - n);
        for (View* view : {&piece.a.view, &piece.b.view}) view->y.extent = 0;
        pieces.push_back(piece);
      }
    }
    return pieces;
  }

  // An estimate of the cycles from the first load to the last result: a piece's loads follow those
  // of the piece before, and wait for the array to finish the one before that.
  double Cycles(const std::vector<Piece>& pieces) const {
    const double bus = shape_.bus_words;
    const double columns = static_cast<double>(std::min<std::int64_t>(job_.n, shape_.columns));
    const double row_beats = std::ceil(columns / bus);
    const double write_beats = job_.c.column_stride == 1 ? row_beats : kCyclesAWord * columns;
    Window a_window{.words = shape_.a_words};
    Window b_window{.words = shape_.b_words};
    double loaded = 0;
    double computed = 0;
    double computed_before = 0;
    double written = 0;
    for (const Piece& piece : pieces) {
      const auto tiles = static_cast<double>(DivideUp(piece.n, shape_.columns));
      const double rows = static_cast<double>(piece.m) * tiles;
      double beats = kDescriptorWords / bus;
      if (a_window.Place(piece.ARanges()).load) {
        beats += static_cast<double>(piece.a.load.Size()) / bus;
      }
      if (b_window.Place(piece.BRanges()).load) {
        beats += static_cast<double>(piece.b.load.Size()) / bus;
      }
      const double ready = std::max(loaded, computed_before) + beats;
      loaded = ready;
      const bool last = piece.k0 + piece.k == job_.k;
      if (job_.c_in && piece.k0 == 0) loaded += rows * row_beats;
      if (job_.epilogue.residual && last) loaded += rows * row_beats;
      const double tile = std::max(static_cast<double>(piece.m), 2.0 * shape_.rows);
      const double fold = std::max(tiles * tile, double(shape_.rows * shape_.adder_depth + 2));
      computed_before = computed;
      computed = std::max(computed, ready) +
                 static_cast<double>(DivideUp(piece.k, shape_.rows)) * fold + kPieceCycles;
      if (last) written = std::max(written, computed - rows) + rows * write_beats;
    }
    return std::max(computed, written);
  }

  const AcceleratorShape& shape_;
  const Job& job_;
  mutable Regions a_regions_;
  mutable Regions b_regions_;
};

std::uint32_t Pair(std::int64_t low, std::int64_t high) {
  return static_cast<std::uint32_t>((low & 0xFFFF) | (high & 0xFFFF) << 16);
}

bool Fits(const WalkBound& bound) {
  return bound.start >= -kCoordinateLimit && bound.limit < kCoordinateLimit;
}

void CheckCoordinate(const Job& job, const WalkBound& bound) {
  if (!Fits(bound)) {
    throw Error("GEMM job '" + job.name + "' has an operand with a coordinate from " +
                std::to_string(bound.start) + " to " + std::to_string(bound.limit) +
                "; the accelerator takes -32768 to 32767.");
  }
}

void PutIndex(const WalkIndex& index, std::uint32_t* stride, std::uint32_t& extent,
              std::uint32_t* share) {
  for (std::size_t i = 0; i < 3; ++i) {
    stride[i] = static_cast<std::uint32_t>(index.digits[i].stride);
    share[i] = Pair(index.digits[i].y, index.digits[i].x);
  }
  extent = Pair(index.digits[1].extent, index.digits[2].extent);
}

// Whether steps go along the index `k` and lanes along `outer`.
void PutView(const Job& job, const WalkView& walk, bool lanes_along_outer, std::uint32_t* words) {
  CheckCoordinate(job, walk.y);
  CheckCoordinate(job, walk.x);
  const WalkIndex& steps = lanes_along_outer ? walk.k : walk.outer;
  const WalkIndex& lanes = lanes_along_outer ? walk.outer : walk.k;
  words[kViewStart] = static_cast<std::uint32_t>(walk.start);
  words[kViewY] = Pair(walk.y.start, walk.y.limit);
  words[kViewX] = Pair(walk.x.start, walk.x.limit);
  words[kViewMasks] =
      static_cast<std::uint32_t>(walk.y.mask | walk.x.mask << 8 | std::int64_t{lanes.unit} << 16);
  PutIndex(steps, words + kViewStepStride, words[kViewStepExtent], words + kViewStepShare);
  PutIndex(lanes, words + kViewLaneStride, words[kViewLaneExtent], words + kViewLaneShare);
}

// Whether lanes go along the outer index: where its neighbours, and not k's, are neighbours in
// memory.
bool LanesAlongOuter(const WalkView& walk) { return walk.outer.unit && !walk.k.unit; }

// The job with rows and columns, and so A and B, exchanged. It has no scale and shift.
Job Transposed(const Job& job) {
  Job transposed = job;
  std::swap(transposed.a, transposed.b);
  std::swap(transposed.m, transposed.n);
  const auto turn = [](MatrixView& matrix) { std::swap(matrix.row_stride, matrix.column_stride); };
  turn(transposed.c);
  if (transposed.c_in) turn(*transposed.c_in);
  if (transposed.epilogue.residual) turn(*transposed.epilogue.residual);
  return transposed;
}

void PutLoad(const Load& load, std::int64_t base, std::int64_t place, std::uint32_t* words) {
  words[0] = static_cast<std::uint32_t>(base + load.address);
  words[1] = static_cast<std::uint32_t>(load.row_stride);
  words[2] = static_cast<std::uint32_t>(load.rows);
  words[3] = static_cast<std::uint32_t>(load.words);
  words[4] = static_cast<std::uint32_t>(place);
}

void PutMatrix(const MatrixView& matrix, std::int64_t base, const Piece& piece,
               std::uint32_t* words) {
  words[0] = static_cast<std::uint32_t>(base + matrix.Address(piece.m0, piece.n0));
  words[1] = static_cast<std::uint32_t>(matrix.row_stride);
  words[2] = static_cast<std::uint32_t>(matrix.column_stride);
}

}  // namespace

bool CoordinatesFit(const Job& job) {
  const WalkView a = MakeWalkView(job.a);
  const WalkView b = MakeWalkView(job.b);
  return Fits(a.y) && Fits(a.x) && Fits(b.y) && Fits(b.x);
}

std::vector<Descriptor> MakePlan(const AcceleratorShape& shape, const Job& job,
                                 const AddressOf& address_of) {
  std::vector<Descriptor> plan;
  if (job.m == 0 || job.n == 0) return plan;
  const Planner::Plan best = Planner(shape, job).Best();
  if (job.c.column_stride != 1 && job.c.row_stride == 1 && !job.epilogue.affine) {
    // A product does not depend on the order of its operands, so neither does a fold: the columns
    // of C may be the rows of the same job with A and B exchanged.
    const Job transposed = Transposed(job);
    if (Planner(shape, transposed).Best().cycles < best.cycles) {
      return MakePlan(shape, transposed, address_of);
    }
  }
  Window a_window{.words = shape.a_words};
  Window b_window{.words = shape.b_words};
  for (const Piece& piece : best.pieces) {
    Descriptor& words = plan.emplace_back();
    words.fill(0);
    const bool first = piece.k0 == 0;
    const bool last = piece.k0 + piece.k == job.k;
    const auto [a_place, a_load] = a_window.Place(piece.ARanges());
    const auto [b_place, b_load] = b_window.Place(piece.BRanges());
    View a = piece.a.view;
    View b = piece.b.view;
    a.offset += a_place;
    b.offset += b_place;
    const WalkView a_walk = MakeWalkView(a);
    const WalkView b_walk = MakeWalkView(b);
    const bool a_turn = LanesAlongOuter(a_walk);
    const bool b_turn = !b_walk.outer.unit;
    std::uint32_t flags = kFormat << 16;
    flags |= a_turn ? 1u : 0u;
    flags |= b_turn ? 2u : 0u;
    flags |= (!first ? 2u : job.c_in ? 1u : 0u) << 2;
    const JobEpilogue& epilogue = job.epilogue;
    if (last) {
      flags |= 1u << 4;
      flags |= (epilogue.affine ? 1u : 0u) << 5;
      flags |= (epilogue.residual ? 1u : 0u) << 6;
      flags |= (epilogue.relu ? 1u : 0u) << 7;
    }
    words[kDescFlags] = flags;
    words[kDescM] = static_cast<std::uint32_t>(piece.m);
    words[kDescN] = static_cast<std::uint32_t>(piece.n);
    words[kDescK] = static_cast<std::uint32_t>(std::max<std::int64_t>(1, piece.k));
    if (a_load && piece.k > 0) {
      PutLoad(piece.a.load, address_of(*job.a.buffer), a_place, &words[kDescALoad]);
    }
    if (b_load && piece.k > 0) {
      PutLoad(piece.b.load, address_of(*job.b.buffer), b_place, &words[kDescBLoad]);
    }
    if (job.c_in) PutMatrix(*job.c_in, address_of(*job.c_in->buffer), piece, &words[kDescCIn]);
    if (epilogue.residual) {
      PutMatrix(*epilogue.residual, address_of(*epilogue.residual->buffer), piece,
                &words[kDescResidual]);
    }
    PutMatrix(job.c, address_of(*job.c.buffer), piece, &words[kDescC]);
    if (epilogue.affine) {
      const auto vector = [&](const ColumnVector& v) {
        return static_cast<std::uint32_t>(address_of(*v.buffer) + v.offset + piece.n0);
      };
      words[kDescScale] = vector(epilogue.affine->scale);
      words[kDescShift] = vector(epilogue.affine->shift);
    }
    PutView(job, a_walk, a_turn, &words[kDescAView]);
    PutView(job, b_walk, !b_turn, &words[kDescBView]);
  }
  return plan;
}

}  // namespace sumac
