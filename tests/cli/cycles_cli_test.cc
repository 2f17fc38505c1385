// SPDX-License-Identifier: Apache-2.0
// `cycles`: totals, sizes, and what is refused. rtl_cli_test.cc compares it with a simulation.
#include <fmt/format.h>

#include <sstream>

#include "sw/io/file.h"
#include "tests/cli/program.h"

namespace sumac {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Cycles, AddsUpItsLayers) {
  const auto json = Sumac({"cycles", "--network", "resnet20", "--batch", "3", "--array", "8x4",
                           "--clock-mhz", "250", "--training", "--json"})
                        .Json();
  std::int64_t cycles = 0;
  std::int64_t macs = 0;
  for (const auto& layer : json.at("layers")) {
    cycles += layer.at("cycles").get<std::int64_t>();
    macs += layer.at("macs").get<std::int64_t>();
  }
  EXPECT_EQ(json.at("layers").size(), 20u + 19u + 20u);
  EXPECT_EQ(json.at("total_cycles"), cycles);
  EXPECT_EQ(json.at("macs"), macs);
  EXPECT_DOUBLE_EQ(json.at("utilization"),
                   static_cast<double>(macs) / 32 / static_cast<double>(cycles));
  EXPECT_DOUBLE_EQ(json.at("seconds"), static_cast<double>(cycles) / 250e6);
}

TEST(Cycles, WordsAndJsonAgree) {
  const std::vector<std::string> call = {"cycles",     "--network",  "resnet20",    "--batch",
                                         "2",          "--training", "--array",     "8x4",
                                         "--bus-bits", "64",         "--clock-mhz", "250"};
  std::vector<std::string> with_json = call;
  with_json.push_back("--json");
  const auto json = Sumac(with_json).Json();
  const Result words = Sumac(call);
  ASSERT_EQ(words.status, 0) << words.err;
  const auto figures = [](const nlohmann::json& object, const char* cycles) {
    const auto count = object.at(cycles).get<std::int64_t>();
    return fmt::format("{:>14} {:>10.1f} % {:>12.3f} {:>12.3f} {:>12.3f}", count,
                       100 * object.at("utilization").get<double>(),
                       static_cast<double>(count) / 250e3,
                       object.at("bytes_read").get<double>() * 1e-6,
                       object.at("bytes_written").get<double>() * 1e-6);
  };
  std::istringstream lines(words.out);
  std::string line;
  std::getline(lines, line);
  EXPECT_THAT(line, HasSubstr("written [MB]"));
  for (const auto& layer : json.at("layers")) {
    std::getline(lines, line);
    EXPECT_THAT(line, StartsWith(layer.at("name").get<std::string>()));
    EXPECT_THAT(line, EndsWith(figures(layer, "cycles")));
  }
  std::getline(lines, line);
  EXPECT_THAT(line, HasSubstr(fmt::format("{} MACs", json.at("macs").get<std::int64_t>())));
  EXPECT_THAT(line, EndsWith(figures(json, "total_cycles")));
  EXPECT_FALSE(std::getline(lines, line));
}

TEST(Cycles, AFasterArrayTakesFewer) {
  const auto cycles = [](const std::vector<std::string>& more) {
    std::vector<std::string> call = {"cycles", "--network", "vgg16", "--json"};
    call.insert(call.end(), more.begin(), more.end());
    return Sumac(call).Json().at("total_cycles").get<std::int64_t>();
  };
  EXPECT_LT(cycles({"--array", "32x32"}), cycles({"--array", "16x16"}));
  EXPECT_LT(cycles({"--add-depth", "1"}), cycles({"--add-depth", "4"}));
  EXPECT_LT(cycles({"--psum-depth", "1024"}), cycles({"--psum-depth", "64"}));
  EXPECT_LT(cycles({"--batch", "1"}), cycles({"--batch", "2"}));
}

TEST(Cycles, RefusesWhatItCannotTell) {
  const TemporaryFolder folder;
  const std::string file = folder.File("net.csv");
  WriteFileAtomically(file, "Layer, M, N, K,\nA, 5, 6,\n");
  const std::vector<std::pair<std::vector<std::string>, std::string>> calls = {
      {{}, "--network"},
      {{"--network", "resnet"}, "resnet"},
      {{"--network", "vgg16", "--topology", file}, "excludes"},
      {{"--topology", file}, "net.csv, line 2: 3 columns"},
      {{"--topology", folder.File("none.csv")}, "none.csv"},
      {{"--network", "vgg16", "--array", "16"}, "ROWSxCOLUMNS"},
      {{"--network", "vgg16", "--array", "0x4"}, "ROWSxCOLUMNS"},
      {{"--network", "vgg16", "--array", "4x4x4"}, "ROWSxCOLUMNS"},
      {{"--network", "vgg16", "--array", "4x99999"}, "ROWSxCOLUMNS"},
      {{"--network", "vgg16", "--batch", "1000000"}, "smaller batch"},
      {{"--network", "vgg16", "--clock-mhz", "0"}, "clock-mhz"},
  };
  for (const auto& [options, message] : calls) {
    std::vector<std::string> call = {"cycles"};
    call.insert(call.end(), options.begin(), options.end());
    const Result result = Sumac(call);
    EXPECT_EQ(result.status, 2) << message;
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_EQ(result.out, "");
  }
}

}  // namespace
}  // namespace sumac
