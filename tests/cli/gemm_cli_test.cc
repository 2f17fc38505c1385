// SPDX-License-Identifier: Apache-2.0
// `gemm`: files in, files out, and what is refused.
#include <random>

#include "model/word.h"
#include "sw/io/file.h"
#include "sw/io/npy.h"
#include "tests/cli/program.h"

namespace sumac {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class Gemm : public ::testing::Test {
 protected:
  Gemm() {
    WriteNpy(a_, {{2, 2}, {1.5f, 2.0f, 1.0f, 0.0f}});
    WriteNpy(b_, {{2, 3}, {1.5f, 1.0f, -1.0f, 1.0f, 0.5f, 0.0f}});
    WriteNpy(c_, {{2, 3}, {10, 20, 30, 40, 50, 60}});
  }
  std::vector<std::string> Call(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> call = {"gemm", "--a", a_, "--b", b_, "--out", out_};
    call.insert(call.end(), more.begin(), more.end());
    return call;
  }

  TemporaryFolder folder_;
  std::string a_ = folder_.File("a.npy");
  std::string b_ = folder_.File("b.npy");
  std::string c_ = folder_.File("c.npy");
  std::string out_ = folder_.File("out.npy");
};

TEST_F(Gemm, Multiplies) {
  for (const char* engine : {"reference", "simd"}) {
    const Result result = Sumac(Call({"--engine", engine}));
    EXPECT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("M 2  N 3  K 2"));
    const Array out = ReadNpy(out_);
    EXPECT_THAT(out.shape, ElementsAre(2, 3));
    EXPECT_THAT(out.values, ElementsAre(4.0f, 2.5f, -1.5f, 1.5f, 1.0f, -1.0f));
  }
  EXPECT_EQ(Sumac(Call({"--mul", "ieee", "--c", c_})).status, 0);
  EXPECT_THAT(ReadNpy(out_).values, ElementsAre(14.25f, 22.5f, 28.5f, 41.5f, 51.0f, 59.0f));
}

TEST_F(Gemm, SumsOverNothing) {
  WriteNpy(a_, {{2, 0}, {}});
  WriteNpy(b_, {{0, 2}, {}});
  WriteNpy(c_, {{2, 2}, {-0.0f, ToFloat(0x00000001), ToFloat(0x7F800001), 1.0f}});
  for (const char* engine : {"reference", "simd"}) {
    EXPECT_EQ(Sumac(Call({"--engine", engine, "--c", c_})).status, 0);
    std::vector<Word> words;
    for (const float value : ReadNpy(out_).values) words.push_back(ToWord(value));
    EXPECT_THAT(words, ElementsAre(0, 0, kNaN, kOne));
  }
}

// 2^24 + 1 + 1 + 1: each 1 by itself is half an ulp; together, or two and one, they are not.
TEST_F(Gemm, AddsByGroups) {
  WriteNpy(a_, {{1, 4}, {0x1p24f, 1.0f, 1.0f, 1.0f}});
  WriteNpy(b_, {{4, 1}, {1.0f, 1.0f, 1.0f, 1.0f}});
  WriteNpy(c_, {{1, 1}, {1.0f}});
  for (const char* engine : {"reference", "simd"}) {
    const auto sum = [&](const char* accumulator, std::vector<std::string> more) {
      more.insert(more.end(), {"--engine", engine, "--accumulator", accumulator});
      EXPECT_EQ(Sumac(Call(more)).status, 0);
      return ReadNpy(out_).values.front();
    };
    EXPECT_EQ(sum("fold", {}), 0x1p24f);
    EXPECT_EQ(sum("fused4", {}), 0x1p24f + 4);
    EXPECT_EQ(sum("fused16", {"--c", c_, "--check"}), 0x1p24f + 4);
    EXPECT_EQ(sum("fold", {"--c", c_}), 0x1p24f);
  }
  ExpectWrongCall(Call({"--accumulator", "fused5"}), "choose fold, fused4, fused8 or fused16");
  ExpectWrongCall(Call({"--accumulator", "fused4", "--engine", "rtl"}), "--accumulator fold");
  ExpectWrongCall(Call({"--accumulator", "fused4", "--engine", "core"}), "--accumulator fold");
}

TEST_F(Gemm, SpeaksJson) {
  const auto json = Sumac(Call({"--json", "--check", "--threads", "1"})).Json();
  EXPECT_EQ(json.at("m"), 2);
  EXPECT_EQ(json.at("n"), 3);
  EXPECT_EQ(json.at("k"), 2);
  EXPECT_EQ(json.at("compared"), 6);
  EXPECT_EQ(json.at("mismatches"), 0);
  EXPECT_GT(json.at("elapsed_ns"), 0);
}

TEST_F(Gemm, EnginesAgreeOnAnyWords) {
  const std::uint64_t seed = 77;
  SCOPED_TRACE("seed 77");
  std::mt19937 random(seed);
  const auto fill = [&](const std::string& path, std::int64_t rows, std::int64_t columns) {
    Array array{{rows, columns}, {}};
    for (std::int64_t i = 0; i < rows * columns; ++i) {
      array.values.push_back(ToFloat((static_cast<Word>(random()) & 0x8FFFFFFF) | 0x38000000));
    }
    array.values[0] = ToFloat(kInfinity);
    WriteNpy(path, array);
  };
  fill(a_, 37, 301);
  fill(b_, 301, 45);
  fill(c_, 37, 45);
  for (const char* format : {"fp32", "bf16"}) {
    ASSERT_EQ(Sumac(Call({"--engine", "reference", "--c", c_, "--format", format})).status, 0);
    const std::string expected = ReadFile(out_);
    ASSERT_EQ(Sumac(Call({"--c", c_, "--format", format})).status, 0);
    EXPECT_TRUE(ReadFile(out_) == expected);
  }
}

TEST_F(Gemm, RefusesWrongInputsAndLeavesTheOutputWhole) {
  WriteFileAtomically(out_, "old");
  const std::string wide = folder_.File("wide.npy");
  const std::string cube = folder_.File("cube.npy");
  const std::string empty = folder_.File("empty.npy");
  const std::string text = folder_.File("text.npy");
  WriteNpy(wide, {{3, 4}, std::vector<float>(12)});
  WriteNpy(cube, {{1, 2, 3}, std::vector<float>(6)});
  WriteNpy(empty, {{0, 2}, {}});
  WriteFileAtomically(text, "1 2\n3 4\n");
  ExpectWrongCall({"gemm", "--a", a_}, "--b is required");
  ExpectWrongCall({"gemm", "--a", a_, "--b", wide, "--out", out_}, "2 x 2 and");
  ExpectWrongCall({"gemm", "--a", cube, "--b", b_, "--out", out_}, "3 dimensions");
  ExpectWrongCall({"gemm", "--a", empty, "--b", b_, "--out", out_}, "at least one element");
  ExpectWrongCall({"gemm", "--a", text, "--b", b_, "--out", out_}, "numpy.save");
  ExpectWrongCall({"gemm", "--a", folder_.File("none"), "--b", b_, "--out", out_}, "No such file");
  ExpectWrongCall({"gemm", "--a", folder_.path(), "--b", b_, "--out", out_}, "is a folder");
  ExpectWrongCall(Call({"--c", wide}), "a matrix of 2 x 3");
  ExpectWrongCall(Call({"--mul", "float"}), "'float' is not a product");
  ExpectWrongCall(Call({"--threads", "-1"}), "--threads");
  ExpectWrongCall(Call({"--array", "16x16"}), "add --engine rtl");
  ExpectWrongCall(Call({"--stall-seed", "3"}), "add --engine rtl");
  ExpectWrongCall({"gemm", "--a", a_, "--b", b_, "--out", folder_.path()}, "is a folder");
  ExpectWrongCall({"gemm", "--a", a_, "--b", b_, "--out", folder_.File("no/out.npy")},
                  "does not exist");
  EXPECT_EQ(ReadFile(out_), "old");
  EXPECT_EQ(folder_.Count(), 8);
}

}  // namespace
}  // namespace sumac
