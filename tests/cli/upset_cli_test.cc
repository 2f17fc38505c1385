// SPDX-License-Identifier: Apache-2.0
// `sumac upset`: a small campaign on an array, confirmed wholly on it, stopped and continued.
#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "sw/io/file.h"
#include "tests/cli/program.h"

namespace sumac {
namespace {

using ::testing::HasSubstr;

class UpsetCli : public ::testing::Test {
 protected:
  void SetUp() override {
    const Result trained =
        Sumac({"train", "--model", "resnet8", "--limit-train", "16", "--validation", "8", "--batch",
               "8", "--epochs", "1", "--out", folder_.File("run")});
    ASSERT_EQ(trained.status, 0) << trained.err;
  }

  std::vector<std::string> Call(const std::string& out,
                                const std::vector<std::string>& more = {}) const {
    std::vector<std::string> call = {"upset",
                                     "--checkpoint",
                                     folder_.File("run/model.safetensors"),
                                     "--images",
                                     "2",
                                     "--upsets",
                                     "60",
                                     "--seed",
                                     "4",
                                     "--out",
                                     out,
                                     "--json"};
    call.insert(call.end(), more.begin(), more.end());
    return call;
  }

  TemporaryFolder folder_;
};

// Of some registers of an element with 23 mantissa bits.
const std::map<std::pair<std::string, std::string>, int> kBits = {
    {{"activation", "sign"}, 1}, {{"activation", "exponent"}, 8}, {{"activation", "mantissa"}, 23},
    {{"weight", "sign"}, 1},     {{"weight", "exponent"}, 9},     {{"weight", "mantissa"}, 23},
    {{"product", "sign"}, 1},    {{"product", "exponent"}, 8},    {{"product", "mantissa"}, 23},
    {{"sum", "sign"}, 1},        {{"sum", "exponent"}, 8},        {{"sum", "mantissa"}, 23}};

TEST_F(UpsetCli, ACampaignIsConfirmedOnTheRtlAndGoesOnWhereItWasStopped) {
  const std::string out = folder_.File("upsets.jsonl");
  const Result whole = Sumac(Call(out, {"--confirm", "6"}));
  ASSERT_EQ(whole.status, 0) << whole.err;
  const auto json = whole.Json();
  EXPECT_EQ(json.at("confirmed"), 6);
  EXPECT_EQ(json.at("differing"), 0);
  std::int64_t upsets = 0;
  std::int64_t bits = 0;
  for (const auto& row : json.at("table")) {
    const std::int64_t sum =
        row.at("masked").get<std::int64_t>() + row.at("same_logits").get<std::int64_t>() +
        row.at("same_class").get<std::int64_t>() + row.at("wrong_class").get<std::int64_t>();
    EXPECT_EQ(row.at("upsets"), sum) << row;
    if (row.at("register") == "all") {
      EXPECT_EQ(sum, 60);
      EXPECT_EQ(row.at("bits"), bits);
      EXPECT_GT(row.at("masked"), 0);
      EXPECT_LT(row.at("masked"), 60);
    } else {
      upsets += sum;
      bits += row.at("bits").get<std::int64_t>();
      const auto width = kBits.find({row.at("register"), row.at("field")});
      if (width != kBits.end()) {
        EXPECT_EQ(row.at("bits"), width->second) << row;
      }
    }
  }
  EXPECT_EQ(upsets, 60);

  const std::string text = ReadFile(out);
  EXPECT_EQ(std::ranges::count(text, '\n'), 61);
  std::istringstream lines(text.substr(text.find('\n') + 1));
  for (std::string line; std::getline(lines, line);) {
    const auto upset = nlohmann::json::parse(line);
    const bool wrong = upset.at("class") != upset.at("clean_class");
    EXPECT_EQ(upset.at("outcome") == "masked", upset.at("wrong_words") == 0) << line;
    EXPECT_EQ(upset.at("outcome") == "wrong class", wrong) << line;
    EXPECT_LE(upset.at("wrong_words"), upset.at("wrong_sums")) << line;
  }
  // As a kill leaves it: in the middle of a line.
  WriteFileAtomically(out, text.substr(0, text.size() * 2 / 3));
  const Result rest = Sumac(Call(out));
  ASSERT_EQ(rest.status, 0) << rest.err;
  EXPECT_TRUE(ReadFile(out) == text);
  EXPECT_EQ(rest.Json().at("table"), json.at("table"));
}

TEST_F(UpsetCli, OtherFilesAreRefusedAndStayWhole) {
  const std::string out = folder_.File("upsets.jsonl");
  ASSERT_EQ(Sumac(Call(out, {"--upsets", "3"})).status, 2);  // given twice
  WriteFileAtomically(out, "{\"seed\":7}\n");
  ExpectWrongCall(Call(out), "is of another campaign");
  EXPECT_EQ(ReadFile(out), "{\"seed\":7}\n");
  ExpectWrongCall(Call(folder_.File("none/upsets.jsonl")), "none");
  ExpectWrongCall(Call(out, {"--confirm", "61"}), "--confirm 61 is more than --upsets 60");
  ExpectWrongCall(Call(out, {"--array", "3x5"}), "No array 3x5");
}

}  // namespace
}  // namespace sumac
