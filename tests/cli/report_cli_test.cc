// SPDX-License-Identifier: Apache-2.0
// `report`: the page's data against the runs' files and figures computed by hand. What a browser
// makes of it is in report_page_test.py.
#include <fmt/format.h>

#include <cmath>
#include <regex>

#include "sw/cli/statistics.h"
#include "tests/cli/program.h"
#include "tests/cli/run_folders.h"

namespace sumac {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kChartJs[] = "/usr/share/javascript/chart.js/chart.min.js";

class Report : public ::testing::Test {
 protected:
  // The library's place is taken by a stub: what it draws is the browser test's.
  Report() { WriteFileAtomically(folder_.File("chart.js"), "/* Chart.js v3.0 */"); }

  std::string Run(const std::string& name, const json& config,
                  const std::vector<double>& accuracies = {0.5, 0.75}) {
    json all = {{"model", "resnet8"}, {"epochs", 2}};
    all.update(config);
    WriteRun(folder_.File(name), all, accuracies);
    return folder_.File(name);
  }

  std::vector<std::string> Call(const std::vector<std::string>& folders) const {
    std::vector<std::string> call = {"report", "--chart-js", folder_.File("chart.js"), "--out",
                                     folder_.File("report.html")};
    call.insert(call.end(), folders.begin(), folders.end());
    return call;
  }

  // The data in the page.
  json Data(const std::vector<std::string>& folders) const {
    const Result result = Sumac(Call(folders));
    EXPECT_EQ(result.status, 0) << result.err;
    const std::string page = ReadFile(folder_.File("report.html"));
    const std::string start = "id=\"data\">";
    const std::size_t at = page.find(start) + start.size();
    return json::parse(page.substr(at, page.find("</script>", at) - at));
  }

  TemporaryFolder folder_;
};

TEST(Statistics, StudentsTIsThatOfTheTables) {
  const std::vector<std::pair<std::int64_t, double>> table = {
      {1, 12.7062}, {2, 4.3027},  {3, 3.1824},  {4, 2.7764},
      {9, 2.2622},  {30, 2.0423}, {100, 1.9840}};
  for (const auto& [degrees, t] : table) EXPECT_NEAR(StudentT95(degrees), t, 5e-5) << degrees;
}

TEST_F(Report, NumbersAreThoseOfTheRuns) {
  const std::string run =
      Run("one", {{"mul", "ieee"}, {"seed", 18446744073709551615U}}, {0.512345678901234, 0.7});
  const json data = Data({run});
  ASSERT_EQ(data.at("runs").size(), 1u);
  const json& shown = data.at("runs")[0];
  EXPECT_EQ(shown.at("name"), "one");
  EXPECT_EQ(shown.at("finished"), true);
  EXPECT_EQ(shown.at("config").at("seed"), 18446744073709551615U);
  EXPECT_EQ(shown.at("seed"), "18446744073709551615");
  EXPECT_EQ(shown.at("config").at("mul-backward"), "ieee");
  std::istringstream lines(ReadFile(run + "/metrics.jsonl"));
  std::size_t epoch = 0;
  for (std::string line; std::getline(lines, line); ++epoch) {
    EXPECT_EQ(shown.at("epochs").at(epoch), json::parse(line));
  }
  EXPECT_EQ(epoch, 2u);
  EXPECT_EQ(shown.at("diagnostics"), nullptr);
  EXPECT_EQ(data.at("differences"), json::array());
  EXPECT_EQ(data.at("differing"), json::array());
}

TEST_F(Report, DifferencesArePairedBySeed) {
  std::vector<std::string> folders;
  for (int seed = 1; seed <= 3; ++seed) {
    const double ieee = 0.7 + 0.05 * seed;
    const double pam = ieee + 0.01 * seed;
    folders.push_back(
        Run(fmt::format("i{}", seed), {{"mul", "ieee"}, {"seed", seed}}, {0.1, ieee}));
    folders.push_back(Run(fmt::format("p{}", seed), {{"mul", "pam"}, {"seed", seed}}, {0.1, pam}));
  }
  folders.push_back(Run("p4", {{"mul", "pam"}, {"seed", 4}}, {0.1, 0.2}));  // of no pair
  folders.push_back(Run("p5", {{"mul", "pam"}, {"seed", 5}}, {0.1}));       // unfinished
  folders.push_back(Run("i5", {{"mul", "ieee"}, {"seed", 5}}, {0.1, 0.9}));
  const json data = Data(folders);
  EXPECT_EQ(data.at("arms").size(), 2u);
  EXPECT_EQ(data.at("arms")[1].at("name"), "pam");
  EXPECT_EQ(data.at("arms")[1].at("test_accuracy").at("n"), 4);
  ASSERT_EQ(data.at("differences").size(), 1u);
  const json& difference = data.at("differences")[0];
  EXPECT_EQ(difference.at("arm"), 1);
  EXPECT_EQ(difference.at("baseline"), 0);
  ASSERT_EQ(difference.at("pairs").size(), 3u);
  EXPECT_EQ(difference.at("pairs")[1].at("seed"), "2");
  // 0.01, 0.02, 0.03: mean 0.02, deviation 0.01, t of two degrees 4.302653, and
  // 4.302653 * 0.01 / sqrt(3) = 0.0248414.
  const json& accuracy = difference.at("test_accuracy");
  EXPECT_NEAR(accuracy.at("mean").get<double>(), 0.02, 1e-12);
  EXPECT_NEAR(accuracy.at("deviation").get<double>(), 0.01, 1e-12);
  EXPECT_NEAR(accuracy.at("low").get<double>(), -0.0048414, 1e-7);
  EXPECT_NEAR(accuracy.at("high").get<double>(), 0.0448414, 1e-7);
  EXPECT_NEAR(difference.at("test_loss").at("mean").get<double>(), -0.02, 1e-12);
}

TEST_F(Report, JsonIsThePagesData) {
  const std::vector<std::string> runs = {Run("pam", {{"mul", "pam"}}),
                                         Run("ieee", {{"mul", "ieee"}})};
  json expected = Data(runs);
  const Result alone = Sumac({"report", "--json", runs[0], runs[1]});
  EXPECT_EQ(alone.status, 0) << alone.err;
  EXPECT_EQ(alone.Json(), expected);
  std::vector<std::string> both = Call(runs);
  both.emplace_back("--json");
  std::filesystem::remove(folder_.File("report.html"));
  EXPECT_EQ(Sumac(both).Json(), expected);
  EXPECT_TRUE(std::filesystem::exists(folder_.File("report.html")));
  ExpectWrongCall({"report", runs[0]}, "give --out FILE");
}

TEST_F(Report, TheBaselineIsTheNearestOfIeee) {
  const json data =
      Data({Run("wide", {{"mul", "ieee"}}), Run("narrow", {{"mul", "ieee"}, {"format", "bf16"}}),
            Run("other", {{"mul", "ieee"}, {"lr", 0.2}}),
            Run("pam", {{"mul", "pam"}, {"format", "bf16"}}),
            Run("alone", {{"mul", "pam"}, {"batch", 64}})});
  ASSERT_EQ(data.at("differences").size(), 1u);
  const json& difference = data.at("differences")[0];
  EXPECT_EQ(difference.at("arm"), 3);
  EXPECT_EQ(difference.at("baseline"), 1);
  EXPECT_EQ(difference.at("test_accuracy").at("mean"), 0);
  EXPECT_EQ(difference.at("test_accuracy").at("low"), nullptr);  // one seed
  EXPECT_EQ(data.at("differing"), (json{"batch", "lr", "mul", "mul-backward", "format"}));
}

TEST_F(Report, ThePageFetchesNothing) {
  if (!std::filesystem::exists(kChartJs)) GTEST_SKIP() << "libjs-chart.js is not installed";
  // A tag in a name is text.
  const std::vector<std::string> call = {"report", Run("<b>bold", json::object()), "--out",
                                         folder_.File("report.html")};
  ASSERT_EQ(Sumac(call).status, 0);
  std::string page = ReadFile(folder_.File("report.html"));
  EXPECT_THAT(page, HasSubstr("Permission is hereby granted"));
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  EXPECT_THAT(page, Not(HasSubstr("<b>")));
  const std::string chart_js = ReadFile(kChartJs);
  const std::size_t at = page.find(chart_js);
  ASSERT_NE(at, std::string::npos);
  page.erase(at, chart_js.size());
  EXPECT_FALSE(
      std::regex_search(page, std::regex("https?:|src *=|href|@import|url\\(|fetch\\(|Http")));
  // Of the library only comments name addresses.
  const std::string code =
      std::regex_replace(chart_js, std::regex("/\\*![^*]*(\\*[^/][^*]*)*\\*/"), "");
  EXPECT_THAT(code, Not(HasSubstr("://")));
}

TEST_F(Report, RefusesWhatIsNoRun) {
  const std::string good = Run("good", json::object());
  const auto refused = [&](const std::string& folder, const std::string& sentence) {
    ExpectWrongCall(Call({good, folder}), sentence);
    EXPECT_FALSE(std::filesystem::exists(folder_.File("report.html")));
  };
  refused(folder_.File("none"), "none/config.json");
  refused(Run("again", json::object()), "one configuration and seed");
  refused(Run("long", {{"epochs", 1}, {"seed", 2}}), "long/metrics.jsonl has 2 epochs");
  refused(Run("unknown", {{"colour", "red"}}), "unknown/config.json: configuration key colour");

  const std::string bad = Run("bad", {{"seed", 3}});
  for (const char* text : {"", "{\"epoch\": 1}\n", "[]\n", "{\"epoch\": "}) {
    WriteFileAtomically(bad + "/metrics.jsonl", text);
    refused(bad, "bad/metrics.jsonl");
  }
  std::filesystem::remove(bad + "/metrics.jsonl");
  refused(bad, "bad/metrics.jsonl");
  WriteFileAtomically(bad + "/config.json", "[1]");
  refused(bad, "bad/config.json");

  const std::string odd = Run("odd", {{"seed", 4}});
  for (const char* text : {"", "{}", "[]", R"({"images": 1, "layers": [{"layer": "a"}]})"}) {
    WriteFileAtomically(odd + "/diagnostics.json", text);
    refused(odd, "odd/diagnostics.json");
  }
  WriteFileAtomically(folder_.File("chart.js"), "alert(1)");
  refused(Run("fine", {{"seed", 5}}), "libjs-chart.js");
  std::filesystem::remove(folder_.File("chart.js"));
  refused(folder_.File("fine"), "libjs-chart.js");
}

}  // namespace
}  // namespace sumac
