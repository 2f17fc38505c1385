// SPDX-License-Identifier: Apache-2.0
// sumac_fused against the reference, in groups of 1 to 16 and at every depth; and sumac_fused_pe
// against products of the reference summed by it.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <random>
#include <type_traits>
#include <vector>

#include "model/arithmetic.h"
#include "model/fused.h"
#include "rtl_fused_1.h"
#include "rtl_fused_16.h"
#include "rtl_fused_4.h"
#include "rtl_fused_8.h"
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

}  // namespace
}  // namespace sumac
