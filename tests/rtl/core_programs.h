// SPDX-License-Identifier: Apache-2.0
// Work for a sumac_core, random but seeded: GEMM jobs cut into tiles, sequences of any commands,
// and what the core must give for them and when.
#ifndef SUMAC_TESTS_RTL_CORE_PROGRAMS_H_
#define SUMAC_TESTS_RTL_CORE_PROGRAMS_H_

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "model/add.h"
#include "model/arithmetic.h"
#include "model/narrow.h"
#include "model/word.h"
#include "sim/core.h"

namespace sumac {

// Of the tests' programs, and of those that other simulators replay.
inline constexpr std::uint64_t kCoreSeed = 20260719;

using Row = std::vector<Word>;  // one beat of a stream: a binary32 word a lane

struct CoreShape {
  int rows = 0;
  int cols = 0;
  int add_depth = 0;
  int psum_depth = 0;
  Arithmetic arithmetic;
};

// One command with its data: `weights` is [rows][cols], row r for k = r; `activations` is
// [m][rows]; `psums` is [m][cols] where the source is the stream.
struct Tile {
  int base = 0;
  PsumSource source = PsumSource::kZero;
  PsumTarget target = PsumTarget::kResult;
  std::vector<Row> weights;
  std::vector<Row> activations;
  std::vector<Row> psums;
};

// C = fold(C_in, A, B): a is [m][k], b is [k][cols], c_in is [m][cols] or empty.
struct CoreJob {
  std::vector<Row> a, b, c_in;
};

// ---- Random work ----

// Words of the kinds that the arithmetic tells apart: mostly around 1, so that sums mean something,
// but also zeros, subnormals, words so tiny or huge that products leave the range, and now and then
// an infinity, a NaN or any word at all.
inline Word RandomWord(std::mt19937_64& random) {
  const Word bits = static_cast<Word>(random());
  const Word sign = bits & kSignBit;
  const Word mantissa = bits & 0x007FFFFFu;
  const auto exponent = [&](Word low, Word count) {
    return (low + static_cast<Word>(random() % count)) << kMantissaBits;
  };
  const auto kind = random() % 128;
  if (kind < 84) return sign | exponent(120, 14) | mantissa;
  if (kind < 100) return sign;
  if (kind < 106) return sign | mantissa;                    // subnormal
  if (kind < 113) return sign | exponent(1, 66) | mantissa;  // two of them underflow
  if (kind < 120) return sign | exponent(188, 66) | mantissa;
  if (kind < 122) return sign | kInfinity;
  if (kind < 123) return sign | kInfinity | mantissa | 1;
  return bits;
}

inline std::vector<Row> RandomRows(std::mt19937_64& random, int rows, int lanes) {
  std::vector<Row> result(static_cast<std::size_t>(rows), Row(static_cast<std::size_t>(lanes)));
  for (Row& row : result) {
    for (Word& word : row) word = RandomWord(random);
  }
  return result;
}

// A subnormal stays one, of the bits that the format has: the array reads it as zero.
inline std::vector<Row> RandomOperands(std::mt19937_64& random, const CoreShape& shape, int rows,
                                       int lanes) {
  const int mantissa_bits = shape.arithmetic.mantissa_bits;
  const Word kept = ~Word{0} << (kMantissaBits - mantissa_bits);
  std::vector<Row> result = RandomRows(random, rows, lanes);
  for (Row& row : result) {
    for (Word& word : row) {
      word = Magnitude(word) < kMinNormal ? word & kept : Narrow(word, mantissa_bits);
    }
  }
  return result;
}

inline int RandomIn(std::mt19937_64& random, int low, int high) {
  return std::uniform_int_distribution<int>(low, high)(random);
}

inline CoreJob RandomJob(std::mt19937_64& random, const CoreShape& shape, int m, int k,
                         bool has_c_in) {
  CoreJob job;
  job.a = RandomOperands(random, shape, m, k);
  job.b = RandomOperands(random, shape, k, shape.cols);
  if (has_c_in) job.c_in = RandomRows(random, m, shape.cols);
  return job;
}

// ---- Jobs as tiles ----

// The k-tiles of a job, one at least, which keep their partial sums in the bank rows from `base`
// on. Past the job's k both operands are +0.
inline std::vector<Tile> TilesOf(const CoreShape& shape, const CoreJob& job, int base) {
  const auto rows = static_cast<std::size_t>(shape.rows);
  const std::size_t depth = job.b.size();
  std::vector<Tile> tiles;
  for (std::size_t k0 = 0; k0 == 0 || k0 < depth; k0 += rows) {
    Tile& tile = tiles.emplace_back();
    tile.base = base;
    tile.weights.assign(rows, Row(static_cast<std::size_t>(shape.cols), 0));
    tile.activations.assign(job.a.size(), Row(rows, 0));
    for (std::size_t r = 0; r < rows && k0 + r < depth; ++r) {
      tile.weights[r] = job.b[k0 + r];
      for (std::size_t m = 0; m < job.a.size(); ++m) tile.activations[m][r] = job.a[m][k0 + r];
    }
    tile.source = PsumSource::kBank;
    tile.target = PsumTarget::kBank;
  }
  tiles.front().source = job.c_in.empty() ? PsumSource::kZero : PsumSource::kStream;
  tiles.front().psums = job.c_in;
  tiles.back().target = PsumTarget::kResult;
  return tiles;
}

// The tiles of several jobs of equal depth in turn: the first of each, the second of each ...
inline std::vector<Tile> Interleave(const std::vector<std::vector<Tile>>& jobs) {
  std::vector<Tile> tiles;
  for (std::size_t k = 0; k < jobs.front().size(); ++k) {
    for (const std::vector<Tile>& job : jobs) tiles.push_back(job[k]);
  }
  return tiles;
}

// `count` commands in any order: any source and target, any base, few or many rows. The first one
// writes every bank row, as a row must be written before it is read.
inline std::vector<Tile> RandomTiles(std::mt19937_64& random, const CoreShape& shape, int count) {
  std::vector<Tile> tiles;
  for (int i = 0; i < count; ++i) {
    Tile& tile = tiles.emplace_back();
    const int most = RandomIn(random, 0, 1) == 0 ? std::min(4, shape.psum_depth) : shape.psum_depth;
    const int m = i == 0 ? shape.psum_depth : RandomIn(random, 1, most);
    tile.base = RandomIn(random, 0, shape.psum_depth - 1);
    tile.source = static_cast<PsumSource>(RandomIn(random, 0, i == 0 ? 1 : 2));
    tile.target = i == 0 ? PsumTarget::kBank : static_cast<PsumTarget>(RandomIn(random, 0, 1));
    tile.weights = RandomOperands(random, shape, shape.rows, shape.cols);
    tile.activations = RandomOperands(random, shape, m, shape.rows);
    if (tile.source == PsumSource::kStream) tile.psums = RandomRows(random, m, shape.cols);
  }
  return tiles;
}

// ---- What they must give ----

// The fold of docs/arithmetic.md over the job's own k, row by row.
inline std::vector<Row> Fold(const CoreShape& shape, const CoreJob& job) {
  std::vector<Row> c = job.c_in;
  c.resize(job.a.size(), Row(static_cast<std::size_t>(shape.cols), 0));
  for (std::size_t m = 0; m < c.size(); ++m) {
    for (std::size_t n = 0; n < c[m].size(); ++n) {
      for (std::size_t k = 0; k < job.b.size(); ++k) {
        c[m][n] = Add(c[m][n], Multiply(shape.arithmetic, job.a[m][k], job.b[k][n]));
      }
      c[m][n] = Add(c[m][n], 0);
    }
  }
  return c;
}

// The rows of the result stream for these commands in this order.
inline std::vector<Row> Execute(const CoreShape& shape, const std::vector<Tile>& tiles) {
  const auto cols = static_cast<std::size_t>(shape.cols);
  std::vector<Row> banks(static_cast<std::size_t>(shape.psum_depth), Row(cols, 0));
  std::vector<Row> results;
  for (const Tile& tile : tiles) {
    CoreJob job{tile.activations, tile.weights, tile.psums};
    const auto bank_row = [&](std::size_t m) -> Row& {
      return banks[(static_cast<std::size_t>(tile.base) + m) % banks.size()];
    };
    for (std::size_t m = 0; tile.source == PsumSource::kBank && m < job.a.size(); ++m) {
      job.c_in.push_back(bank_row(m));
    }
    const std::vector<Row> sums = Fold(shape, job);
    for (std::size_t m = 0; m < sums.size(); ++m) {
      (tile.target == PsumTarget::kBank ? bank_row(m) : results.emplace_back()) = sums[m];
    }
  }
  return results;
}

// ---- When: the timing of docs/rtl.md, for inputs that are always there and results always taken

// Cycles from a tile's first beat to that of the next one, set by the loading of its weights.
inline std::int64_t LoadPeriod(const CoreShape& shape) {
  return shape.rows + std::max(1, (shape.rows - 1) * (shape.add_depth - 1));
}
// Cycles from a beat that writes a bank row to the next beat that may touch it.
inline std::int64_t BankPeriod(const CoreShape& shape) {
  return std::int64_t{shape.rows} * shape.add_depth + 2;
}
// Cycles from a beat to its result.
inline std::int64_t ResultLatency(const CoreShape& shape) {
  return std::int64_t{shape.rows} * shape.add_depth + shape.cols + 3;
}

// The cycle of each activation beat, the first weights being offered in cycle 0.
inline std::vector<std::int64_t> BeatCycles(const CoreShape& shape,
                                            const std::vector<Tile>& tiles) {
  std::vector<std::int64_t> cycles;
  std::vector<std::int64_t> row_free(static_cast<std::size_t>(shape.psum_depth), 0);
  std::int64_t weights_there = shape.rows;
  std::int64_t next = 0;
  for (const Tile& tile : tiles) {
    next = std::max(next, weights_there);
    for (std::size_t m = 0; m < tile.activations.size(); ++m) {
      std::int64_t& free = row_free[(static_cast<std::size_t>(tile.base) + m) % row_free.size()];
      const bool writes = tile.target == PsumTarget::kBank;
      if (writes || tile.source == PsumSource::kBank) next = std::max(next, free);
      if (writes) free = next + BankPeriod(shape);
      if (m == 0) weights_there = next + LoadPeriod(shape);
      cycles.push_back(next++);
    }
  }
  return cycles;
}

}  // namespace sumac

#endif  // SUMAC_TESTS_RTL_CORE_PROGRAMS_H_
