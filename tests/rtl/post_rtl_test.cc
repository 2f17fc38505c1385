// SPDX-License-Identifier: Apache-2.0
// sumac_post against EpilogueWord: both products, every choice of steps, with and without stalls.
#include <gtest/gtest.h>

#include <deque>
#include <random>
#include <vector>

#include "model/epilogue.h"
#include "rtl_post_alpha.h"
#include "rtl_post_ieee.h"
#include "rtl_post_pam.h"
#include "sim/power_up.h"
#include "tests/rtl/word_pairs.h"

namespace sumac {
namespace {

constexpr std::size_t kLanes = 3;
constexpr std::uint64_t kSeed = 20261125;

struct Pam {
  using Model = rtl_post_pam;
  static constexpr Arithmetic kArithmetic{Product::kPam, kCompMogami, kMantissaBits};
  static constexpr int kAddDepth = 1;
};
struct PamAlpha {
  using Model = rtl_post_alpha;
  static constexpr Arithmetic kArithmetic{Product::kPam, kCompPamAlpha, kMantissaBits};
  static constexpr int kAddDepth = 4;
};
struct Ieee {
  using Model = rtl_post_ieee;
  static constexpr Arithmetic kArithmetic{Product::kIeee, 0, kMantissaBits};
  static constexpr int kAddDepth = 2;
};

struct Beat {
  std::array<Word, kLanes> acc, scale, shift, residual;
  bool scale_on, residual_on, relu;
};

template <typename Type>
class PostRtl : public testing::Test {
 protected:
  // Half of the words are corners; the others are of moderate size, so that sums cancel and round.
  Word RandomWord() {
    static const std::vector<Word> corners = CornerWords();
    const Word word = static_cast<Word>(random_());
    if (word % 2 == 0) return corners[word / 2 % corners.size()];
    return (word & 0x807FFFFFu) | (120 + static_cast<Word>(random_() % 16)) << kMantissaBits;
  }
  Beat RandomBeat(int steps) {
    Beat beat;
    for (auto* words : {&beat.acc, &beat.scale, &beat.shift, &beat.residual}) {
      for (Word& word : *words) word = RandomWord();
    }
    beat.scale_on = (steps & 1) != 0;
    beat.residual_on = (steps & 2) != 0;
    beat.relu = (steps & 4) != 0;
    return beat;
  }

  // Passes the beats; returns the cycles from the first offer to the last result, both counted.
  int Pass(const std::vector<Beat>& beats, double stall) {
    VerilatedContext context;
    RandomPowerUp(context, 3);
    typename Type::Model post(&context);
    std::bernoulli_distribution stalled(stall);
    const auto edge = [&](bool level) {
      post.clk_i = level;
      post.eval();
    };
    post.in_valid_i = 0;
    post.rst_ni = 1;
    edge(false);
    post.rst_ni = 0;
    edge(false);
    edge(true);
    post.rst_ni = 1;
    std::size_t given = 0;
    std::size_t taken = 0;
    int cycles = 0;
    int differing = 0;
    for (; taken < beats.size() && cycles < 1'000'000; ++cycles) {
      if (!post.in_valid_i && given < beats.size() && !stalled(random_)) {
        const Beat& beat = beats[given];
        post.in_valid_i = 1;
        for (std::size_t i = 0; i < kLanes; ++i) {
          post.in_acc_i.at(i) = beat.acc[i];
          post.in_scale_i.at(i) = beat.scale[i];
          post.in_shift_i.at(i) = beat.shift[i];
          post.in_residual_i.at(i) = beat.residual[i];
        }
        post.in_scale_on_i = beat.scale_on;
        post.in_residual_on_i = beat.residual_on;
        post.in_relu_i = beat.relu;
      }
      post.out_ready_i = !stalled(random_);
      edge(false);
      const bool accepted = post.in_valid_i && post.in_ready_o;
      if (post.out_valid_o && post.out_ready_i) {
        const Beat& beat = beats.at(taken++);
        for (std::size_t i = 0; i < kLanes; ++i) {
          const Word expected =
              EpilogueWord(Type::kArithmetic, beat.acc[i], beat.scale_on ? &beat.scale[i] : nullptr,
                           beat.scale_on ? &beat.shift[i] : nullptr,
                           beat.residual_on ? &beat.residual[i] : nullptr, beat.relu);
          const Word got = post.out_y_o.at(i);
          if (got != expected && ++differing <= 5) {
            ADD_FAILURE() << std::hex << "beat " << taken - 1 << ", lane " << i << ": " << got
                          << ", expected " << expected << " of " << beat.acc[i] << ", "
                          << beat.scale[i] << ", " << beat.shift[i] << ", " << beat.residual[i];
          }
        }
      }
      edge(true);
      if (accepted) {
        ++given;
        post.in_valid_i = 0;
      }
    }
    EXPECT_EQ(taken, beats.size());
    EXPECT_EQ(differing, 0);
    return cycles;
  }

  std::mt19937_64 random_{kSeed};
};

using Products = testing::Types<Pam, PamAlpha, Ieee>;
TYPED_TEST_SUITE(PostRtl, Products);

TYPED_TEST(PostRtl, EqualsTheReferenceOneBeatACycle) {
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::vector<Beat> beats;
  for (int i = 0; i < 100'000; ++i) beats.push_back(this->RandomBeat(i % 8));
  EXPECT_EQ(this->Pass(beats, 0), std::ssize(beats) + 2 + 2 * TypeParam::kAddDepth);
}

TYPED_TEST(PostRtl, StallsChangeNoWord) {
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  std::vector<Beat> beats;
  for (int i = 0; i < 20'000; ++i) beats.push_back(this->RandomBeat(i % 8));
  EXPECT_GT(this->Pass(beats, 0.4), std::ssize(beats) * 3 / 2);
}

}  // namespace
}  // namespace sumac
