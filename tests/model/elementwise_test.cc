// SPDX-License-Identifier: Apache-2.0
// MultiplyWords and AddWords against the integer references.
#include "model/elementwise.h"

#include <gtest/gtest.h>

#include "model/add.h"
#include "tests/model/word_pairs.h"

namespace sumac::testing {
namespace {

template <class Reference>
void ExpectWords(const ManyPairs& operands, const std::vector<Word>& got, Reference reference) {
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i], reference(operands.a[i], operands.b[i]))
        << std::hex << operands.a[i] << " " << operands.b[i];
  }
}

TEST(Elementwise, MultiplyWords) {
  const ManyPairs operands;
  std::vector<Word> out(operands.a.size());
  for (const Arithmetic& arithmetic :
       {Arithmetic{}, Arithmetic{.comp = 1}, Arithmetic{.comp = kCompPamAlpha},
        Arithmetic{.comp = kCompLMul}, Arithmetic{.comp = kCompLimit - 1},
        Arithmetic{.product = Product::kIeee},
        Arithmetic{.product = Product::kPam, .mantissa_bits = 3}}) {
    SCOPED_TRACE("comp " + std::to_string(arithmetic.comp));
    MultiplyWords(arithmetic, operands.a, operands.b, out);
    ExpectWords(operands, out, [&](Word a, Word b) { return Multiply(arithmetic, a, b); });
  }
}

TEST(Elementwise, AddWords) {
  const ManyPairs operands;
  std::vector<Word> out(operands.a.size());
  AddWords(operands.a, operands.b, out);
  ExpectWords(operands, out, Add);
}

TEST(Elementwise, WorksInPlaceAndOnNothing) {
  const ManyPairs operands;
  std::vector<Word> out = operands.b;
  AddWords(operands.a, out, out);
  ExpectWords(operands, out, Add);
  MultiplyWords({}, {}, {}, {});
}

// The caller's floating-point mode is left as it was.
TEST(Elementwise, KeepsTheHostsMode) {
  const unsigned mode = _mm_getcsr();
  std::vector<Word> out(1);
  AddWords(std::vector<Word>{kOne}, std::vector<Word>{kOne}, out);
  EXPECT_EQ(_mm_getcsr(), mode);
}

}  // namespace
}  // namespace sumac::testing
