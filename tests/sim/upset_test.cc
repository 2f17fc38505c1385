// SPDX-License-Identifier: Apache-2.0
// Upsets in the elements' registers (sim/upset.h) against folds in which the same bit is flipped.
#include "sim/upset.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <regex>

#include "model/add.h"
#include "model/error.h"
#include "model/host_device.h"
#include "model/names.h"
#include "model/operand_rows.h"
#include "tests/model/gemm_cases.h"

namespace sumac::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr std::uint64_t kSeed = 606;

// The bits of all flip-flops that Yosys finds in an element.
std::int64_t FlipFlopsInYosys(const RtlArray& array) {
  const std::string command =
      "cd " SUMAC_RTL_FOLDER " && yosys -p 'read_verilog -sv '\"$(tr '\\n' ' ' <sumac.f)\"';" +
      std::string(" chparam -set Mul ") + (array.arithmetic.product == Product::kIeee ? "1" : "0") +
      " -set ManBits " + std::to_string(array.arithmetic.mantissa_bits) + " -set AddDepth " +
      std::to_string(array.adder_depth) +
      " sumac_pe; hierarchy -top sumac_pe; proc; flatten; stat -width' 2>&1";
  std::FILE* pipe = popen(command.c_str(), "r");
  std::string text;
  std::array<char, 4096> part{};
  while (std::fgets(part.data(), part.size(), pipe) != nullptr) text += part.data();
  EXPECT_EQ(pclose(pipe), 0) << text;
  std::int64_t bits = 0;
  const std::regex cell(R"(\$[a-z]*(?:dff|latch)[a-z]*_(\d+) +(\d+))");
  for (std::sregex_iterator match(text.begin(), text.end(), cell), end; match != end; ++match) {
    bits += std::stoll((*match)[1]) * std::stoll((*match)[2]);
  }
  return bits;
}

// What a loose word stands for (rtl/sumac_settle.sv).
Word Settle(Word loose) {
  const Word exponent = loose & kInfinity;
  if (exponent == 0) return 0;
  if (exponent < kInfinity) return loose;
  return (loose >> 22 & 1) != 0 ? kNaN : loose & (kSignBit | kInfinity);
}

// A job of one work unit and one column tile, and its folds with something changed.
class UpsetTest : public ::testing::TestWithParam<RtlArray> {
 protected:
  static constexpr std::int64_t kRows = 6;
  static constexpr std::int64_t kTiles = 3;

  UpsetTest() {
    const RtlArray& shape = GetParam();
    array_ = MakeUpsetArray(shape.Geometry(), shape.arithmetic);
    SCOPED_TRACE(::testing::Message() << "seed " << kSeed);
    job_ = MakeMatrixJob(*device_, {.m = kRows, .n = shape.columns, .k = kTiles * shape.rows},
                         random_, Words::kNormal, Words::kNormal);
    job_.arithmetic = shape.arithmetic;
    unit_ = CutIntoUnits(shape, job_.m, job_.n).at(0);
    a_ = OperandRows(job_.a, shape.arithmetic.mantissa_bits).Read(0, job_.m);
    b_ = OperandRows(job_.b, shape.arithmetic.mantissa_bits).Read(0, job_.n);
  }

  std::size_t Register(const std::string& name) const {
    const auto& registers = array_->registers();
    const auto found = std::ranges::find(registers, name, &ElementRegister::name);
    EXPECT_NE(found, registers.end()) << name;
    return static_cast<std::size_t>(found - registers.begin());
  }

  // The cycle in which row m of a k-tile enters the array (model/cycles.cc).
  std::int64_t Beat(std::int64_t tile, std::int64_t m) const {
    const std::int64_t rows = GetParam().rows;
    const std::int64_t depth = GetParam().adder_depth;
    const std::int64_t weights = rows + std::max<std::int64_t>(1, (rows - 1) * (depth - 1));
    return rows + tile * std::max({kRows, weights, rows * depth + 2}) + m;
  }

  // A place at random: element, tile and row of activations.
  struct Place {
    int r, c;
    std::int64_t tile, m;
  };
  Place Draw() {
    const auto below = [&](std::int64_t bound) {
      return std::uniform_int_distribution<std::int64_t>(0, bound - 1)(random_);
    };
    return {static_cast<int>(below(GetParam().rows)), static_cast<int>(below(GetParam().columns)),
            below(kTiles), below(kRows)};
  }
  std::int64_t K(const Place& place) const { return place.tile * GetParam().rows + place.r; }
  // The cycle in which the place's activation is at the product; its product is in the register a
  // cycle later, its sum L cycles after that (docs/rtl.md, "Timing").
  std::int64_t AtProduct(const Place& place) const {
    return Beat(place.tile, place.m) + 2 + place.r * GetParam().adder_depth + place.c;
  }

  // How one step of one fold is changed.
  struct Step {
    std::int64_t m, n, k;
    Word a, b;
  };
  using Change = std::function<void(Step& step)>;
  using ChangeWord = std::function<Word(const Step& step, Word word)>;

  std::vector<Word> Folds(const Change& operands, const ChangeWord& product,
                          const ChangeWord& sum) const {
    std::vector<Word> words;
    for (std::int64_t m = 0; m < job_.m; ++m) {
      for (std::int64_t n = 0; n < job_.n; ++n) {
        Word acc = 0;
        for (std::int64_t k = 0; k < job_.k; ++k) {
          Step step{m, n, k, a_[static_cast<std::size_t>(m * job_.k + k)],
                    b_[static_cast<std::size_t>(n * job_.k + k)]};
          if (operands) operands(step);
          Word term = Multiply(job_.arithmetic, step.a, step.b);
          if (product) term = Settle(product(step, term));
          acc = Add(acc, term);
          if (sum) acc = Settle(sum(step, acc));
        }
        words.push_back(Add(acc, 0));
      }
    }
    return words;
  }
  std::vector<Word> CleanFolds() const { return Folds(nullptr, nullptr, nullptr); }

  // Runs the unit with one bit flipped; its cycles are what they are without.
  std::vector<Word> Strike(const std::string& name, int bit, int row, int column,
                           std::int64_t cycle) const {
    const Upset upset{cycle, row, column, Register(name), bit};
    const UnitSums sums = array_->Run(job_, unit_, &upset);
    EXPECT_EQ(sums.cycles, Cycles());
    return sums.words;
  }

  std::int64_t Cycles() const { return JobCycles(GetParam(), job_.m, job_.n, job_.k); }

  Random random_{kSeed};
  std::unique_ptr<Device> device_ = MakeReferenceDevice(1);
  std::unique_ptr<UpsetArray> array_;
  Job job_;
  WorkUnit unit_;
  std::vector<Word> a_;
  std::vector<Word> b_;
};

INSTANTIATE_TEST_SUITE_P(Arrays, UpsetTest, ::testing::ValuesIn(UpsetArrays()),
                         [](const ::testing::TestParamInfo<RtlArray>& subject) {
                           return subject.param.Geometry() + "_" +
                                  ProductName(subject.param.arithmetic.product) + "_" +
                                  FormatName(subject.param.arithmetic.mantissa_bits);
                         });

TEST_P(UpsetTest, TheRegistersAreAllFlipFlopsOfAnElement) {
  std::int64_t bits = 0;
  for (const ElementRegister& reg : array_->registers()) bits += reg.bits;
  EXPECT_EQ(bits, FlipFlopsInYosys(GetParam()));
}

TEST_P(UpsetTest, WithoutOneTheSumsAreTheFolds) {
  const UnitSums sums = array_->Run(job_, unit_, nullptr);
  EXPECT_EQ(sums.words, CleanFolds());
  EXPECT_EQ(sums.cycles, Cycles());
}

TEST_P(UpsetTest, InTheSumItIsAFlippedPartialSum) {
  for (int bit = 0; bit < 32; ++bit) {
    const Place place = Draw();
    SCOPED_TRACE(::testing::Message() << "bit " << bit << " row " << place.r << " column "
                                      << place.c << " tile " << place.tile << " m " << place.m);
    const auto expected = Folds(nullptr, nullptr, [&](const Step& step, Word acc) {
      const bool hit = step.m == place.m && step.n == place.c && step.k == K(place);
      return hit ? acc ^ Word { 1 } << bit : acc;
    });
    EXPECT_EQ(Strike("u_add.u_rnd_word.gen_register.value_q", bit, place.r, place.c,
                     AtProduct(place) + 1 + GetParam().adder_depth),
              expected);
    if (bit == 31) {  // a sign
      EXPECT_NE(expected, CleanFolds());
    }
  }
}

TEST_P(UpsetTest, InTheProductItIsAFlippedProduct) {
  for (int bit = 0; bit < 32; ++bit) {
    const Place place = Draw();
    SCOPED_TRACE(bit);
    const auto expected = Folds(
        nullptr,
        [&](const Step& step, Word product) {
          const bool hit = step.m == place.m && step.n == place.c && step.k == K(place);
          return hit ? product ^ Word { 1 } << bit : product;
        },
        nullptr);
    EXPECT_EQ(Strike("product_q", bit, place.r, place.c, AtProduct(place) + 1), expected);
  }
}

TEST_P(UpsetTest, InTheWeightItLastsToTheTilesEnd) {
  const int mantissa = GetParam().arithmetic.mantissa_bits;
  for (int bit = 0; bit < mantissa; ++bit) {
    const Place place = Draw();
    SCOPED_TRACE(bit);
    const Word flip = Word{1} << (bit + 23 - mantissa);
    const auto from = [&](std::int64_t m) {
      return Folds(
          [&, m](Step& step) {
            if (step.m >= m && step.n == place.c && step.k == K(place)) step.b ^= flip;
          },
          nullptr, nullptr);
    };
    EXPECT_EQ(Strike("active_offset_q", bit, place.r, place.c, AtProduct(place)), from(place.m));
    // In the shadow, in the cycle that copies it: in the whole tile.
    const Place first{place.r, place.c, place.tile, 0};
    EXPECT_EQ(Strike("shadow_offset_q", bit, place.r, place.c, AtProduct(first) - 1), from(0));
  }
}

TEST_P(UpsetTest, InTheActivationItGoesToTheRight) {
  const int mantissa = GetParam().arithmetic.mantissa_bits;
  for (int bit = 0; bit < mantissa; ++bit) {
    const Place place = Draw();
    SCOPED_TRACE(bit);
    const auto expected = Folds(
        [&](Step& step) {
          if (step.m == place.m && step.n > place.c && step.k == K(place)) {
            step.a ^= Word{1} << (bit + 23 - mantissa);
          }
        },
        nullptr, nullptr);
    EXPECT_EQ(Strike("act_q", bit, place.r, place.c, AtProduct(place) + 1), expected);
  }
}

TEST_P(UpsetTest, WhereNobodyLooksItIsMasked) {
  const std::vector<Word> clean = CleanFolds();
  const int last = GetParam().columns - 1;
  for (int bit = 0; bit < 9 + GetParam().arithmetic.mantissa_bits; ++bit) {
    const Place place = Draw();
    SCOPED_TRACE(bit);
    // Nobody is right of the last column.
    EXPECT_EQ(Strike("act_q", bit, place.r, last, AtProduct(place)), clean);
    // The last tile's shadow weights have been copied; the sum's register holds no row's sum.
    const std::int64_t end = Cycles() - 1;
    EXPECT_EQ(Strike("shadow_offset_q", bit, place.r, place.c, end), clean);
    EXPECT_EQ(Strike("product_q", bit, place.r, place.c, end), clean);
  }
}

TEST(Upset, UnknownArraysAreRefused) {
  const RtlArray first = UpsetArrays().front();
  EXPECT_THAT([] { MakeUpsetArray("3x5", {}); },
              ThrowsMessage<Error>(HasSubstr("No array 3x5 of pam fp32 comp mogami was Verilated "
                                             "for upsets; there are " +
                                             first.Geometry() + " " +
                                             ProductName(first.arithmetic.product) + " " +
                                             FormatName(first.arithmetic.mantissa_bits))));
}

}  // namespace
}  // namespace sumac::testing
