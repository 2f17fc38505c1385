// SPDX-License-Identifier: Apache-2.0
// sumac_fused against the reference, in groups of 1 to 16 and at every depth; sumac_fused_pe and
// sumac_fused_array against products of the reference summed by it.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <type_traits>
#include <utility>
#include <vector>

#include "model/arithmetic.h"
#include "model/fused.h"
#include "rtl_fused_1.h"
#include "rtl_fused_16.h"
#include "rtl_fused_4.h"
#include "rtl_fused_8.h"
#include "rtl_fused_array_4.h"
#include "rtl_fused_array_8.h"
#include "rtl_fused_pe_4.h"
#include "rtl_fused_pe_8.h"
#include "sim/power_up.h"
#include "tests/clock.h"
#include "tests/model/fused_terms.h"
#include "tests/rtl/unit_vectors.h"

namespace sumac {
namespace {

// Bits [low, low + width) of a Verilated port of any width.
template <typename Port>
void SetBits(Port& port, int low, int width, Word bits) {
  for (int i = 0; i < width; ++i) {
    const int place = low + i;
    const Word bit = bits >> i & 1;
    if constexpr (std::is_integral_v<Port>) {
      const auto one = static_cast<Port>(Port{1} << place);
      port = static_cast<Port>(bit != 0 ? port | one : port & ~one);
    } else {
      Word& word = port[static_cast<std::size_t>(place) / 32];
      word = (word & ~(Word{1} << place % 32)) | bit << place % 32;
    }
  }
}

template <typename Port>
Word GetBits(const Port& port, int low, int width) {
  Word bits = 0;
  for (int i = 0; i < width; ++i) {
    const int place = low + i;
    if constexpr (std::is_integral_v<Port>) {
      bits |= static_cast<Word>(port >> place & 1) << i;
    } else {
      bits |= (port[static_cast<std::size_t>(place) / 32] >> place % 32 & 1) << i;
    }
  }
  return bits;
}

template <typename Model>
void ExpectSums(int group, int depth) {
  SCOPED_TRACE(::testing::Message() << "group " << group << ", depth " << depth);
  VerilatedContext context;
  RandomPowerUp(context, 1);
  Model model(&context);
  std::mt19937_64 random(static_cast<std::uint64_t>(group));
  std::deque<Word> due;
  int differing = 0;
  for (int i = 0; i < 400'000; ++i) {
    std::vector<Word> terms = DrawTerms(random, group);
    // 1 - 1 - 2^-26, in the window's unit -1: random terms hardly give it.
    if (i == 0 && group > 1) {
      std::ranges::fill(terms, 0);
      terms[0] = 0x3F800000;
      terms[1] = 0xBF800000;
      terms[2] = 0xB2800000;
    }
    model.en_i = i < depth || random() % 8 != 0;
    model.psum_i = terms.front();
    for (int j = 0; j < group; ++j) {
      SetBits(model.products_i, 32 * j, 32, terms[static_cast<std::size_t>(j) + 1]);
    }
    Clock(model);
    if (model.en_i != 0) {
      std::ranges::transform(terms, terms.begin(), Settled);
      due.push_front(Fused(terms.front(), std::span(terms).subspan(1)));
    }
    if (std::ssize(due) > depth) due.pop_back();
    if (std::ssize(due) < depth) continue;
    if (Settled(model.sum_o) != due.back() && ++differing <= 5) {
      ADD_FAILURE() << "case " << i << ": " << std::hex << Settled(model.sum_o) << ", expected "
                    << due.back();
    }
  }
  EXPECT_EQ(differing, 0);
}

TEST(FusedRtl, EqualsTheReferenceAfterDepthEdges) {
  ExpectSums<rtl_fused_1>(1, 1);
  ExpectSums<rtl_fused_4>(4, 2);
  ExpectSums<rtl_fused_8>(8, 3);
  ExpectSums<rtl_fused_16>(16, 4);
}

// Weights go in last lane first, then become active; products follow their activations by an edge,
// sums their partial sums by `depth`. What goes right is what came in an edge ago, what goes down
// what came in `group` loads ago.
template <typename Model>
void ExpectElement(int group, int depth, const Arithmetic& arithmetic) {
  SCOPED_TRACE(::testing::Message() << "group " << group << ", depth " << depth);
  const int low = kMantissaBits - arithmetic.mantissa_bits;
  const int width = 32 - low;
  VerilatedContext context;
  RandomPowerUp(context, 1);
  Model pe(&context);
  std::mt19937_64 random(7);
  std::deque<Word> shadow(static_cast<std::size_t>(group), 0);
  std::vector<Word> active;
  std::vector<Word> products;
  std::deque<Word> due;
  int differing = 0;
  int compared = 0;
  for (int i = 0; i < 60'000; ++i) {
    const std::vector<Word> drawn = DrawTerms(random, group);
    const bool warm_up = i < 2 * group + 8;
    pe.en_i = warm_up || random() % 8 != 0;
    pe.load_i = warm_up || random() % 4 == 0;
    pe.swap_i = i > group && (warm_up || random() % 8 == 0);
    // Weights about 1, so that the products are spread as the terms are.
    Word weight =
        Narrow((static_cast<Word>(random()) & 0x81FFFFFFu) + 0x3F000000u, arithmetic.mantissa_bits);
    if (random() % 16 == 0) weight = Narrow(drawn[1], arithmetic.mantissa_bits);
    const EdgeWord edge = WeightEdge(weight, arithmetic.comp, arithmetic.mantissa_bits);
    pe.wgt_flags_i = static_cast<unsigned char>(edge.special * 2 + edge.sign);
    pe.wgt_offset_i = 0;
    SetBits(pe.wgt_offset_i, 0, width, static_cast<Word>(edge.value));
    std::vector<Word> activations;
    for (int j = 0; j < group; ++j) {
      const Word word = Narrow(drawn[static_cast<std::size_t>(j) + 1], arithmetic.mantissa_bits);
      const EdgeWord activation = ActivationEdge(word, arithmetic.mantissa_bits);
      activations.push_back(word);
      SetBits(pe.act_special_i, j, 1, activation.special);
      SetBits(pe.act_i, j * width, width - 1, static_cast<Word>(activation.value));
      SetBits(pe.act_i, j * width + width - 1, 1, activation.sign);
    }
    pe.psum_i = drawn.front();
    Clock(pe);
    if (pe.en_i != 0) {
      if (!products.empty()) due.push_front(Fused(Settled(drawn.front()), products));
      if (std::ssize(due) > depth) due.pop_back();
      products.clear();
      for (std::size_t j = 0; j < active.size(); ++j) {
        products.push_back(Multiply(arithmetic, activations[j], active[j]));
      }
      if (pe.swap_i != 0) active.assign(shadow.begin(), shadow.end());
      if (pe.load_i != 0) {
        shadow.push_front(weight);
        shadow.pop_back();
      }
    }
    if (warm_up || std::ssize(due) < depth) continue;
    ++compared;
    const EdgeWord down = WeightEdge(shadow.back(), arithmetic.comp, arithmetic.mantissa_bits);
    bool equal =
        Settled(pe.sum_o) == due.back() && pe.wgt_flags_o == down.special * 2 + down.sign &&
        GetBits(pe.wgt_offset_o, 0, width) == (static_cast<Word>(down.value) & (~Word{0} >> low));
    if (pe.en_i != 0) {
      equal = equal && pe.swap_o == pe.swap_i && pe.load_o == pe.load_i &&
              pe.act_special_o == pe.act_special_i;
      for (int bit = 0; bit < group * width; ++bit) {
        equal = equal && GetBits(pe.act_o, bit, 1) == GetBits(pe.act_i, bit, 1);
      }
    }
    if (!equal && ++differing <= 5) {
      ADD_FAILURE() << "beat " << i << ": sum " << std::hex << Settled(pe.sum_o) << ", expected "
                    << due.back();
    }
  }
  EXPECT_EQ(differing, 0);
  EXPECT_GT(compared, 40'000);
}

TEST(FusedRtl, ElementKeepsItsTimingOnWords) {
  ExpectElement<rtl_fused_pe_4>(4, 1, {});
  ExpectElement<rtl_fused_pe_8>(8, 2, {.comp = kCompPamAlpha, .mantissa_bits = 7});
}

// A tile's weights, its first beat and what comes in its beats.
struct ArrayTile {
  std::int64_t first = 0;
  std::vector<std::vector<Word>> weights;      // of each row, by columns
  std::vector<std::vector<Word>> activations;  // of each beat, by rows
  std::vector<std::vector<Word>> psums;        // of each beat, by columns
};

struct ArrayShape {
  int rows, cols, group, depth;
};

// Tiles one after the other without a bubble, of as few beats as let the next one's weights in, and
// of more.
std::vector<ArrayTile> DrawTiles(const ArrayShape& shape, const Arithmetic& arithmetic, int count) {
  std::mt19937_64 random(11);
  const auto narrow = [&](Word word) { return Narrow(word, arithmetic.mantissa_bits); };
  std::vector<ArrayTile> tiles(static_cast<std::size_t>(count));
  std::int64_t first = shape.rows + 1;  // after the first one's weights
  for (ArrayTile& tile : tiles) {
    tile.first = first;
    const int beats = shape.rows + 1 + static_cast<int>(random() % 3);
    first += beats;
    for (int r = 0; r < shape.rows; ++r) {
      std::vector<Word>& row = tile.weights.emplace_back();
      for (int c = 0; c < shape.cols; ++c) {
        const Word near_one = (static_cast<Word>(random()) & 0x81FFFFFFu) + 0x3F000000u;
        row.push_back(narrow(random() % 16 == 0 ? DrawTerms(random, 1).back() : near_one));
      }
    }
    for (int beat = 0; beat < beats; ++beat) {
      const std::vector<Word> terms = DrawTerms(random, shape.rows + shape.cols - 1);
      tile.psums.emplace_back(terms.begin(), terms.begin() + shape.cols);
      std::vector<Word>& row =
          tile.activations.emplace_back(terms.begin() + shape.cols, terms.end());
      std::ranges::transform(row, row.begin(), narrow);
    }
  }
  return tiles;
}

Word ArraySum(const ArrayTile& tile, std::size_t beat, std::size_t column, const ArrayShape& shape,
              const Arithmetic& arithmetic) {
  Word sum = Settled(tile.psums[beat][column]);
  std::vector<Word> products;
  for (std::size_t r = 0; r < tile.weights.size(); ++r) {
    products.push_back(Multiply(arithmetic, tile.activations[beat][r], tile.weights[r][column]));
    if (std::ssize(products) < shape.group) continue;
    sum = Fused(sum, products);
    products.clear();
  }
  return sum;
}

// Every word enters in the cycle that the array's header says, and leaves in it; stalls move all.
template <typename Model>
void ExpectArray(const ArrayShape& shape, const Arithmetic& arithmetic) {
  SCOPED_TRACE(::testing::Message() << "group " << shape.group << ", depth " << shape.depth);
  const int low = kMantissaBits - arithmetic.mantissa_bits;
  const int width = 32 - low;
  const std::vector<ArrayTile> tiles = DrawTiles(shape, arithmetic, 400);
  // The tile and the beat within it of a cycle; null where there is none.
  const auto at = [&](std::int64_t cycle) -> std::pair<const ArrayTile*, std::size_t> {
    const auto next = std::ranges::upper_bound(tiles, cycle, {}, &ArrayTile::first);
    if (next == tiles.begin()) return {nullptr, 0};
    const ArrayTile& tile = *std::prev(next);
    const auto beat = static_cast<std::size_t>(cycle - tile.first);
    if (beat >= tile.psums.size()) return {nullptr, 0};
    return {&tile, beat};
  };
  // The weights that enter at column 0 in a cycle: the next tile's, last row first, from its
  // predecessor's first beat on.
  const auto loading = [&](std::int64_t cycle) -> std::pair<const ArrayTile*, std::int64_t> {
    const ArrayTile* next = nullptr;
    std::int64_t since = cycle;
    if (const auto [tile, beat] = at(cycle); tile != nullptr) {
      if (tile != &tiles.back()) next = tile + 1;
      since = static_cast<std::int64_t>(beat);
    } else if (cycle >= 0 && cycle < tiles.front().first) {
      next = tiles.data();
    }
    if (since >= shape.rows) next = nullptr;
    return {next, since};
  };

  VerilatedContext context;
  RandomPowerUp(context, 1);
  Model array(&context);
  std::mt19937_64 random(5);
  const int groups = shape.rows / shape.group;
  const std::int64_t latency = 1 + groups * shape.depth;
  const std::int64_t end = tiles.back().first + shape.rows + latency + shape.cols;
  int differing = 0;
  int compared = 0;
  for (std::int64_t cycle = 0; cycle < end;) {
    array.en_i = random() % 8 != 0;
    const auto [entering, entered] = loading(cycle);
    for (int g = 0; g < groups; ++g) {
      const auto [tile, beat] = at(cycle - g * shape.depth);
      for (int r = g * shape.group; r < (g + 1) * shape.group; ++r) {
        const Word word =
            tile != nullptr ? tile->activations[beat][static_cast<std::size_t>(r)] : 0;
        const EdgeWord edge = ActivationEdge(word, arithmetic.mantissa_bits);
        SetBits(array.act_special_i, r, 1, edge.special);
        SetBits(array.act_i, r * width, width - 1, static_cast<Word>(edge.value));
        SetBits(array.act_i, r * width + width - 1, 1, edge.sign);
      }
      const auto [swapping, first] = at(cycle + 1 - g * shape.depth);
      SetBits(array.swap_i, g, 1, swapping != nullptr && first == 0);
      SetBits(array.load_i, g, 1, entering != nullptr && entered >= g * shape.group);
    }
    for (int c = 0; c < shape.cols; ++c) {
      const auto column = static_cast<std::size_t>(c);
      const auto [loaded, since] = loading(cycle - c);
      const Word weight =
          loaded != nullptr
              ? loaded->weights[static_cast<std::size_t>(shape.rows - 1 - since)][column]
              : 0;
      const EdgeWord edge = WeightEdge(weight, arithmetic.comp, arithmetic.mantissa_bits);
      SetBits(array.wgt_flags_i, c * 2, 2, edge.special * 2u + edge.sign);
      SetBits(array.wgt_offset_i, c * width, width, static_cast<Word>(edge.value));
      const auto [tile, beat] = at(cycle - 1 - c);
      SetBits(array.psum_i, c * 32, 32, tile != nullptr ? tile->psums[beat][column] : 0);
      const auto [leaving, which] = at(cycle - latency - c);
      if (leaving == nullptr) continue;
      ++compared;
      const Word due = ArraySum(*leaving, which, column, shape, arithmetic);
      const Word sum = GetBits(array.sum_o, c * 32, 32);
      if (sum != due && ++differing <= 5) {
        ADD_FAILURE() << "column " << c << ", cycle " << cycle << ": " << std::hex << sum
                      << ", expected " << due;
      }
    }
    Clock(array);
    cycle += array.en_i;
  }
  EXPECT_EQ(differing, 0);
  EXPECT_GT(compared, 400 * shape.rows * shape.cols);
}

TEST(FusedRtl, ArrayFoldsGroupsInTheDocumentedCycles) {
  ExpectArray<rtl_fused_array_4>({.rows = 8, .cols = 3, .group = 4, .depth = 2}, {});
  ExpectArray<rtl_fused_array_8>({.rows = 16, .cols = 2, .group = 8, .depth = 4},
                                 {.product = Product::kIeee, .mantissa_bits = 7});
}

}  // namespace
}  // namespace sumac
