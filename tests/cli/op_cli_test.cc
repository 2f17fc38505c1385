// SPDX-License-Identifier: Apache-2.0
// The program at large, `info` and `op`.
#include <fmt/format.h>

#include <random>

#include "model/add.h"
#include "model/arithmetic.h"
#include "tests/cli/program.h"

namespace sumac {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(Program, TellsItsVersionAndHelp) {
  const Result version = Sumac({"--version"});
  EXPECT_EQ(version.status, 0);
  EXPECT_EQ(version.out, "sumac " SUMAC_VERSION "\n");
  const Result help = Sumac({"--help"});
  EXPECT_EQ(help.status, 0);
  EXPECT_EQ(help.err, "");
  for (const char* command :
       {"info", "op", "gemm", "train", "eval", "run", "verify", "curves", "diagnose", "report"}) {
    EXPECT_THAT(help.out, HasSubstr(fmt::format("  {} ", command)));
    const Result own = Sumac({command, "--help"});
    EXPECT_EQ(own.status, 0) << command;
    EXPECT_THAT(own.out, HasSubstr("Example")) << command;
  }
}

TEST(Program, RefusesWrongCalls) {
  ExpectWrongCall({}, "subcommand is required");
  ExpectWrongCall({"nonsense"}, "'nonsense' is not a command");
  ExpectWrongCall({"op", "sub"}, "'sub' is not a command");
  ExpectWrongCall({"info", "--nonsense"}, "--nonsense");
  ExpectWrongCall({"op"}, "subcommand is required");
  ExpectWrongCall({"op", "pam", "--engine", "fpga"}, "fpga");
  ExpectWrongCall({"op", "pam", "--comp", "0x800000"}, "'0x800000' is not a compensation");
  ExpectWrongCall({"op", "pam", "--comp", "8"}, "'8' is not a compensation");
  ExpectWrongCall({"op", "pam", "--format", "e8m2"}, "'e8m2' is not an operand format");
  ExpectWrongCall({"op", "pam", "--format", "e8m24"}, "e8mN with N from 3 to 23");
}

TEST(Program, SaysWhenItCannotPrint) {
  const Result info = Program({"info"}, "", "/dev/full").Wait();
  EXPECT_EQ(info.status, 1);
  EXPECT_THAT(info.err, Not(IsEmpty()));
  const Result op = Program({"op", "pam"}, "3f800000 3f800000\n", "/dev/full").Wait();
  EXPECT_EQ(op.status, 1);
  EXPECT_THAT(op.err, HasSubstr("standard output cannot be written"));
}

TEST(Info, ListsWhatThereIs) {
  const auto info = Sumac({"info", "--json"}).Json();
  EXPECT_EQ(info.at("version"), SUMAC_VERSION);
  EXPECT_TRUE(info.at("compiler").is_string());
  EXPECT_EQ(info.at("kernels").back(), "portable");
  EXPECT_EQ(!info.at("arrays").empty(), SUMAC_HAS_RTL == 1);
  for (const auto& array : info.at("arrays")) {
    for (const char* key : {"array", "format", "mul", "comp"}) {
      EXPECT_TRUE(array.at(key).is_string()) << key;
    }
  }
  const Result text = Sumac({"info"});
  EXPECT_EQ(text.status, 0);
  EXPECT_THAT(text.out, HasSubstr("kernels"));
}

TEST(Op, KnowsEachOperation) {
  EXPECT_EQ(Sumac({"op", "pam"}, "3fc00000 3fc00000\n").out, "3fc00000 3fc00000 40000000\n");
  EXPECT_EQ(Sumac({"op", "mul"}, "3fc00000 3fc00000\n").out, "3fc00000 3fc00000 40100000\n");
  EXPECT_EQ(Sumac({"op", "add"}, "3fc00000 3fc00000\n").out, "3fc00000 3fc00000 40400000\n");
}

TEST(Op, ReadsLinesLeniently) {
  EXPECT_EQ(Sumac({"op", "pam"}, "  0x3F800000\t40000000 ignored\r\n\n1 80000000").out,
            "3f800000 40000000 40000000\n00000001 80000000 00000000\n");
  const Result none = Sumac({"op", "pam"}, "");
  EXPECT_EQ(none.status, 0);
  EXPECT_EQ(none.out, "");
}

TEST(Op, NamesAMalformedLine) {
  for (const char* line : {"3f800000", "3f800000 xyz", "123456789 0", "0x 1", "1,2", "-1 2"}) {
    const Result result = Sumac({"op", "pam"}, fmt::format("3f800000 3f800000\n{}\n1 1\n", line));
    EXPECT_EQ(result.status, 2) << line;
    EXPECT_EQ(result.out, "3f800000 3f800000 3f800000\n") << line;
    EXPECT_THAT(result.err, HasSubstr("line 2")) << line;
    EXPECT_THAT(result.err, HasSubstr(line));
  }
}

// Random words and edges, every engine and operation against the library's reference; more lines
// than are answered at a time.
TEST(Op, EnginesAgree) {
  const std::uint64_t seed = 20260;
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  std::vector<std::pair<Word, Word>> pairs;
  for (int i = 0; i < 60'000; ++i) {
    const auto word = [&] {
      const Word w = static_cast<Word>(random());
      switch (random() % 8) {
        case 0:
          return w & 0x807FFFFFu;  // zeros and subnormals
        case 1:
          return w | 0x7F800000u;  // NaNs
        case 2:
          return (w & kSignBit) | kInfinity;
        case 3:
          return (w & 0x80FFFFFFu) | 0x3F000000u;  // near one
        default:
          return w;
      }
    };
    pairs.emplace_back(word(), word());
  }
  struct Case {
    const char* op;
    const char* comp;
    const char* format;
    Arithmetic arithmetic;
  };
  for (const Case& one :
       {Case{"pam", "mogami", "fp32", {}},
        Case{"pam", "0x710cb", "bf16", {Product::kPam, 0x710CB, 7}},
        Case{"pam", "l-mul", "e8m10", {Product::kPam, 0x80000, 10}},
        Case{"mul", "mogami", "fp32", {Product::kIeee, 0, 23}},
        Case{"mul", "mogami", "e8m3", {Product::kIeee, 0, 3}}, Case{"add", "l-mul", "bf16", {}}}) {
    std::string in;
    std::string expected;
    for (const auto& [a, b] : pairs) {
      const int bits = one.arithmetic.mantissa_bits;
      const Word result = std::string(one.op) == "add"
                              ? Add(a, b)
                              : Multiply(one.arithmetic, Narrow(a, bits), Narrow(b, bits));
      in += fmt::format("{:08x} {:08x} 12345678\n", a, b);
      expected += fmt::format("{:08x} {:08x} {:08x}\n", a, b, result);
    }
    for (const char* engine : {"reference", "simd"}) {
      const Result result =
          Sumac({"op", one.op, "--engine", engine, "--comp", one.comp, "--format", one.format}, in);
      EXPECT_EQ(result.status, 0) << result.err;
      EXPECT_TRUE(result.out == expected) << one.op << " " << engine << " " << one.format;
    }
  }
}

}  // namespace
}  // namespace sumac
