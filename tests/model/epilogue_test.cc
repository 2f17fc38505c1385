// SPDX-License-Identifier: Apache-2.0
// ApplyEpilogue against EpilogueWord, and EpilogueWord against the contract's words.
#include "model/epilogue.h"

#include <gtest/gtest.h>

#include "tests/model/word_pairs.h"

namespace sumac::testing {
namespace {

const Arithmetic kArithmetics[] = {
    {}, {.comp = kCompPamAlpha}, {.comp = kCompLimit - 1}, {.product = Product::kIeee}};

struct Steps {
  bool scale;
  bool residual;
  bool relu;
};

std::vector<Steps> AllSteps() {
  std::vector<Steps> all;
  for (const bool scale : {false, true}) {
    for (const bool residual : {false, true}) {
      for (const bool relu : {false, true}) all.push_back({scale, residual, relu});
    }
  }
  return all;
}

std::vector<float> Floats(const std::vector<Word>& words) {
  std::vector<float> floats;
  for (const Word word : words) floats.push_back(ToFloat(word));
  return floats;
}

// Applies every choice of steps under every arithmetic and compares each word.
void ExpectEqual(const std::vector<Word>& acc, const std::vector<Word>& residual,
                 const std::vector<Word>& scale, const std::vector<Word>& shift) {
  const std::vector<float> residuals = Floats(residual);
  const std::vector<float> scales = Floats(scale);
  const std::vector<float> shifts = Floats(shift);
  for (const Arithmetic& arithmetic : kArithmetics) {
    for (const Steps& steps : AllSteps()) {
      std::vector<float> got = Floats(acc);
      ApplyEpilogue(arithmetic,
                    {.scale = steps.scale ? scales.data() : nullptr,
                     .shift = steps.scale ? shifts.data() : nullptr,
                     .residual = steps.residual ? residuals.data() : nullptr,
                     .relu = steps.relu},
                    static_cast<std::int64_t>(scale.size()), got);
      for (std::size_t i = 0; i < got.size(); ++i) {
        const std::size_t c = i % scale.size();
        const Word expected = EpilogueWord(arithmetic, acc[i], steps.scale ? &scale[c] : nullptr,
                                           steps.scale ? &shift[c] : nullptr,
                                           steps.residual ? &residual[i] : nullptr, steps.relu);
        ASSERT_EQ(ToWord(got[i]), expected)
            << i << " comp " << arithmetic.comp << " scale " << steps.scale << " residual "
            << steps.residual << " relu " << steps.relu;
      }
    }
  }
}

// Every special accumulator against every special scale and shift (channels), random residuals.
TEST(Epilogue, SpecialWords) {
  const std::vector<Word> special = SpecialWords();
  SplitMix64 random(1);
  std::vector<Word> scale;
  std::vector<Word> shift;
  for (const Word x : special) {
    for (const Word y : special) {
      scale.push_back(x);
      shift.push_back(y);
    }
  }
  std::vector<Word> acc;
  std::vector<Word> residual;
  for (const Word x : special) {
    for (std::size_t c = 0; c < scale.size(); ++c) {
      acc.push_back(x);
      residual.push_back(special[random() % special.size()]);
    }
  }
  ExpectEqual(acc, residual, scale, shift);
}

// Random words at channel counts on either side of the vectors' widths.
TEST(Epilogue, RandomWords) {
  SplitMix64 random(2);
  for (const std::size_t channels : {1u, 3u, 8u, 16u, 17u, 64u, 100u}) {
    const auto draw = [&](std::size_t count) {
      std::vector<Word> words;
      for (std::size_t i = 0; i < count; ++i) words.push_back(static_cast<Word>(random()));
      return words;
    };
    ExpectEqual(draw(41 * channels), draw(41 * channels), draw(channels), draw(channels));
  }
  ApplyEpilogue({}, {.relu = true}, 0, {});
}

TEST(Epilogue, StepsOfTheContract) {
  const Word scale = 0x3FC00000;  // 1.5
  const Word shift = 0x3F800000;
  const Word residual = 0xC1200000;  // -10
  EXPECT_EQ(EpilogueWord({}, 0x3FC00000, &scale, &shift, nullptr, false), 0x40400000u)
      << "2 + 1 by pam";
  EXPECT_EQ(EpilogueWord({.product = Product::kIeee}, 0x3FC00000, &scale, &shift, nullptr, false),
            0x40500000u)
      << "2.25 + 1";
  EXPECT_EQ(EpilogueWord({}, 0x3FC00000, &scale, &shift, &residual, false), 0xC0E00000u)
      << "3 - 10";
  EXPECT_EQ(EpilogueWord({}, 0x3FC00000, &scale, &shift, &residual, true), 0u);
  EXPECT_EQ(EpilogueWord({}, 0x80000000, nullptr, nullptr, nullptr, true), 0u) << "-0 becomes +0";
  EXPECT_EQ(EpilogueWord({}, 0xFFC00000, nullptr, nullptr, nullptr, true), 0xFFC00000u)
      << "NaN stays";
  EXPECT_EQ(EpilogueWord({}, 0xFF800000, nullptr, nullptr, nullptr, true), 0u);
}

}  // namespace
}  // namespace sumac::testing
