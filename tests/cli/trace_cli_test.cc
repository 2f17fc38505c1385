// SPDX-License-Identifier: Apache-2.0
// `sumac trace`: what is recorded, and what its save file names. Waveforms are read back by
// GTKWave's fst2vcd.
#include <fmt/format.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <sstream>

#include "sw/io/file.h"
#include "sw/io/npy.h"
#include "tests/cli/program.h"

namespace sumac {
namespace {

using ::testing::HasSubstr;

constexpr int kRows = 4;          // of the array 4x4, whose adders are two deep
constexpr int kSumAfterRow = 15;  // cycles from a row's beat to its result: 3 + R L + C
constexpr int kMargin = 4;

std::vector<std::string> Join(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

// What fst2vcd prints of a recording; `option` may ask for enumerations too.
std::string Vcd(const std::string& recording, const std::string& option = "") {
  std::FILE* pipe = popen(("fst2vcd " + option + " '" + recording + "'").c_str(), "r");
  if (pipe == nullptr) throw Error("fst2vcd cannot be run; install gtkwave.");
  std::string text;
  std::array<char, 1 << 16> part{};
  for (std::size_t n = 0; (n = fread(part.data(), 1, part.size(), pipe)) > 0;) {
    text.append(part.data(), n);
  }
  EXPECT_EQ(pclose(pipe), 0);
  return text;
}

// A recording's signals, "TOP.sumac_top.beat" or "TOP.sumac_top.m[15:0]", and their values as they
// are before each rising edge.
class Waves {
 public:
  explicit Waves(const std::string& recording) {
    std::istringstream in(Vcd(recording));
    std::string scope;
    std::string line;
    while (std::getline(in, line) && !line.starts_with("$enddefinitions")) {
      std::istringstream words(line);
      std::string kind, type, width, code, name, range;
      words >> kind;
      if (kind == "$scope") {
        words >> type >> name;
        scope += name + ".";
      } else if (kind == "$upscope") {
        scope.erase(scope.rfind('.', scope.size() - 2) + 1);
      } else if (kind == "$var") {
        words >> type >> width >> code >> name >> range;
        codes_[scope + name + (range == "$end" ? "" : range)] = code;
      }
    }
    std::map<std::string, std::string> now;
    while (std::getline(in, line)) {
      if (line.empty()) continue;
      if (line[0] == '#') {
        if (line.ends_with("500")) cycles_.push_back(now);
      } else if (line[0] == 'b') {
        const std::size_t space = line.find(' ');
        now[line.substr(space + 1)] = line.substr(1, space - 1);
      } else if (line[0] != '$') {
        now[line.substr(1)] = line.substr(0, 1);
      }
    }
  }

  std::int64_t cycles() const { return std::ssize(cycles_); }
  bool Has(const std::string& signal) const { return codes_.contains(signal); }
  std::string Value(const std::string& signal, std::int64_t cycle) const {
    return cycles_.at(static_cast<std::size_t>(cycle)).at(codes_.at("TOP.sumac_top." + signal));
  }
  // The cycles in which all of these bits are high.
  std::vector<std::int64_t> High(const std::vector<std::string>& signals) const {
    std::vector<std::int64_t> high;
    for (std::int64_t c = 0; c < cycles(); ++c) {
      bool all = true;
      for (const std::string& signal : signals) all = all && Value(signal, c) == "1";
      if (all) high.push_back(c);
    }
    return high;
  }

 private:
  std::map<std::string, std::string> codes_;
  std::vector<std::map<std::string, std::string>> cycles_;
};

void WriteMatrix(const std::string& path, std::int64_t rows, std::int64_t columns) {
  Array array{{rows, columns}, {}};
  for (std::int64_t i = 0; i < rows * columns; ++i) {
    array.values.push_back(static_cast<float>(i % 13) - 5.75f);
  }
  WriteNpy(path, array);
}

// A trace of the product of two matrices that lie in the folder.
std::vector<std::string> TraceCall(const TemporaryFolder& folder, const std::string& out) {
  return {"trace", "--a",           folder.File("a.npy"), "--b", folder.File("b.npy"),
          "--out", folder.File(out)};
}

std::string TrainedNetwork(const TemporaryFolder& folder) {
  const Result trained =
      Sumac({"train", "--model", "resnet8", "--limit-train", "16", "--validation", "8", "--batch",
             "8", "--epochs", "1", "--out", folder.File("run")});
  EXPECT_EQ(trained.status, 0) << trained.err;
  return folder.File("run") + "/model.safetensors";
}

TEST(Trace, RecordsATileFromItsFirstWeightsToItsLastSum) {
  const TemporaryFolder folder;
  const std::int64_t rows = 6;
  WriteMatrix(folder.File("a.npy"), rows, 10);
  WriteMatrix(folder.File("b.npy"), 10, 7);  // two tiles of columns, three of terms
  for (const char* seed : {"0", "5"}) {
    SCOPED_TRACE(seed);
    const std::vector<std::string> options = {"--array", "4x4", "--stall-seed", seed, "--json"};
    ASSERT_EQ(Sumac(Join(Join(TraceCall(folder, "whole.fst"), options), {"--whole"})).status, 0);
    const Waves whole(folder.File("whole.fst"));
    const auto weights = whole.High({"wgt_valid", "wgt_ready"});
    const auto beats = whole.High({"act_valid", "act_ready"});
    ASSERT_EQ(std::ssize(weights), 6 * kRows);
    ASSERT_EQ(std::ssize(beats), 6 * rows);
    EXPECT_EQ(std::ssize(whole.High({"core_valid"})), 2 * rows);
    for (std::int64_t i = 0; i < 6; ++i) {
      const Result result =
          Sumac(Join(Join(TraceCall(folder, "tile.fst"), options), {"--tile", std::to_string(i)}));
      ASSERT_EQ(result.status, 0) << result.err;
      const auto json = result.Json();
      EXPECT_EQ(json.at("tiles"), 6);
      EXPECT_EQ(json.at("result"), i >= 4) << i;
      EXPECT_EQ(json.at("m"), (std::vector<std::int64_t>{0, rows}));
      EXPECT_EQ(json.at("n"), (i % 2 == 0 ? std::vector{0, 4} : std::vector{4, 3})) << i;
      EXPECT_EQ(json.at("k"), (i < 4 ? std::vector{i < 2 ? 0 : 4, 4} : std::vector{8, 2})) << i;

      const Waves tile(folder.File("tile.fst"));
      const std::int64_t first = weights[static_cast<std::size_t>(i * kRows)];
      const std::int64_t last_row = beats[static_cast<std::size_t>((i + 1) * rows - 1)];
      ASSERT_EQ(tile.cycles(), last_row + kSumAfterRow + kMargin - first + 1) << i;
      EXPECT_EQ(json.at("cycles"), tile.cycles());
      EXPECT_EQ(tile.High({"wgt_valid", "wgt_ready"}).front(), 0) << i;
      for (std::int64_t c = 0; c < tile.cycles(); ++c) {
        for (const char* signal : {"u_core.act_data_i[127:0]", "u_core.wgt_data_i[127:0]",
                                   "u_core.res_data_o[127:0]", "core_valid", "beat"}) {
          ASSERT_EQ(tile.Value(signal, c), whole.Value(signal, first + c)) << i << signal << c;
        }
      }
      // The last tile's results end with its last row; no other tile's come after.
      if (i == 5) {
        EXPECT_EQ(tile.High({"core_valid"}).back(), tile.cycles() - 1 - kMargin);
        EXPECT_GE(std::ssize(tile.High({"core_valid"})), rows);
      }
    }
  }
}

TEST(Trace, ATileOfItsOwnHasAsManyResultsAsRows) {
  const TemporaryFolder folder;
  WriteMatrix(folder.File("a.npy"), 9, 4);
  WriteMatrix(folder.File("b.npy"), 4, 4);
  WriteMatrix(folder.File("c.npy"), 9, 4);
  const Result result = Sumac(Join(TraceCall(folder, "tile.fst"),
                                   {"--c", folder.File("c.npy"), "--array", "4x4", "--json"}));
  ASSERT_EQ(result.status, 0) << result.err;
  const Waves tile(folder.File("tile.fst"));
  EXPECT_EQ(std::ssize(tile.High({"core_valid"})), 9);
  EXPECT_EQ(std::ssize(tile.High({"psum_valid", "psum_ready"})), 9);
  EXPECT_EQ(std::ssize(tile.High({"wgt_valid", "wgt_ready"})), kRows);
}

// Every signal that the save file names is in the recording, on every accelerator; so are the names
// that it gives to states.
TEST(Trace, TheSaveFileNamesWhatIsRecorded) {
  const TemporaryFolder folder;
  WriteMatrix(folder.File("a.npy"), 3, 5);
  WriteMatrix(folder.File("b.npy"), 5, 3);
  const auto info = Sumac({"info", "--json"}).Json();
  ASSERT_FALSE(info.at("arrays").empty());
  for (const auto& top : info.at("arrays")) {
    SCOPED_TRACE(top.dump());
    const Result result = Sumac(Join(
        TraceCall(folder, "t.fst"),
        {"--array", top.at("array"), "--format", top.at("format"), "--mul", top.at("mul"), "--comp",
         top.at("comp"), "--bus-bits", std::to_string(top.at("bus_bits").get<int>())}));
    ASSERT_EQ(result.status, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("gtkwave " + folder.File("t.gtkw")));
    const Waves waves(folder.File("t.fst"));
    const std::string view = ReadFile(folder.File("t.gtkw"));
    const std::regex name(R"(TOP\.[^ \n]+)");
    std::set<std::string> names;
    for (std::sregex_iterator at(view.begin(), view.end(), name), end; at != end; ++at) {
      names.insert(at->str());
    }
    EXPECT_GT(names.size(), 100u);
    for (const std::string& signal : names) EXPECT_TRUE(waves.Has(signal)) << signal;

    const std::regex file(R"(\^[0-9]+ ([^ \n]+))");
    int files = 0;
    for (std::sregex_iterator at(view.begin(), view.end(), file), end; at != end; ++at, ++files) {
      EXPECT_TRUE(std::filesystem::exists(folder.File(at->str(1)))) << at->str(1);
    }
    EXPECT_GE(files, 8);
  }
  // States: the recording itself has their names. "misc 07 sumac_program.state_e 2 Idle First 0 1"
  const std::string vcd = Vcd(folder.File("t.fst"), "-e");
  for (const std::string unit : {"program", "operand", "writer"}) {
    const std::size_t at = vcd.find("misc 07 sumac_" + unit + ".state_e ");
    ASSERT_NE(at, std::string::npos) << unit;
    std::istringstream words(vcd.substr(at, vcd.find('\n', at) - at));
    std::string word;
    int count = 0;
    words >> word >> word >> word >> count;
    std::string expected;
    for (int i = 0; i < count && words >> word; ++i) expected += fmt::format("{} {}\n", i, word);
    EXPECT_EQ(ReadFile(folder.File("sumac-names/" + unit + ".txt")), expected);
  }
  // Kinds of requests: rtl/sumac_kinds.svh.
  const std::string kinds = ReadFile(SUMAC_RTL_FOLDER "/sumac_kinds.svh");
  const std::regex kind(R"(Kind(\w+) *= 3'd([0-9]))");
  std::string expected;
  for (std::sregex_iterator at(kinds.begin(), kinds.end(), kind), end; at != end; ++at) {
    expected += at->str(2) + " " + at->str(1) + "\n";
  }
  EXPECT_EQ(ReadFile(folder.File("sumac-names/kind.txt")), expected);
}

TEST(Trace, RecordsALayerForwardAndBackward) {
  const TemporaryFolder folder;
  const std::string checkpoint = TrainedNetwork(folder);
  const std::string out = folder.File("tile.fst");
  const std::vector<std::string> call = {"trace", "--checkpoint", checkpoint, "--out",
                                         out,     "--json"};
  for (const std::string layer :
       {"linear", "layer3.0.conv1 weight-gradient", "layer3.0.conv1 input-gradient"}) {
    const Result result = Sumac(Join(call, {"--layer", layer, "--images", "2", "--tile", "1"}));
    ASSERT_EQ(result.status, 0) << result.err;
    const auto json = result.Json();
    EXPECT_THAT(json.at("layer").get<std::string>(), ::testing::StartsWith(layer));
    EXPECT_GT(json.at("tiles"), 1) << layer;
    EXPECT_GT(json.at("cycles"), 0) << layer;
    EXPECT_EQ(json.at("bytes"), std::filesystem::file_size(out)) << layer;
    EXPECT_LT(std::filesystem::file_size(out), 4'000'000u) << layer;
  }
  // Nothing is written where something is wrong, and what was there stays.
  const std::string before = ReadFile(out);
  ExpectWrongCall(Join(call, {"--layer", "layer9"}), "layer2.0.conv1 forward, ");
  ExpectWrongCall(Join(call, {"--layer", "layer9 input-gradient"}), "conv1 weight-gradient");
  ExpectWrongCall(Join(call, {"--layer", "linear", "--tile", "4"}), "has 4 tiles");
  EXPECT_TRUE(ReadFile(out) == before);
  EXPECT_FALSE(std::filesystem::exists(out + ".partial"));
}

TEST(Trace, RefusesWhatItCannotDo) {
  const TemporaryFolder folder;
  WriteMatrix(folder.File("a.npy"), 3, 5);
  WriteMatrix(folder.File("b.npy"), 5, 3);
  const std::vector<std::string> call = TraceCall(folder, "t.fst");
  ExpectWrongCall(TraceCall(folder, "t.vcd"), "end it with .fst");
  ExpectWrongCall(TraceCall(folder, "missing/t.fst"), "missing");
  ExpectWrongCall(Join(call, {"--layer", "linear"}), "either --checkpoint and --layer");
  ExpectWrongCall({"trace", "--a", folder.File("a.npy"), "--out", folder.File("t.fst")},
                  "or --a and --b");
  ExpectWrongCall(Join(call, {"--c", folder.File("a.npy")}), "expected a matrix of 3 x 3");
  ExpectWrongCall(Join(call, {"--array", "3x17"}), "No array 3x17");
  ExpectWrongCall(Join(call, {"--tile", "2", "--array", "16x16"}), "has 1 tiles");
  EXPECT_FALSE(std::filesystem::exists(folder.File("t.fst")));
  EXPECT_FALSE(std::filesystem::exists(folder.File("t.gtkw")));
}

}  // namespace
}  // namespace sumac
