// SPDX-License-Identifier: Apache-2.0
// `report`: training runs compared on one page that needs nothing else.
#include "sw/cli/report.h"

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "sw/cli/commands.h"
#include "sw/cli/compare_runs.h"
#include "sw/cli/options.h"
#include "sw/cli/run_record.h"

namespace sumac {
namespace {

constexpr char kChartJs[] = "/usr/share/javascript/chart.js/chart.min.js";

struct ReportOptions {
  std::vector<std::string> folders;
  std::string out;
  std::string chart_js = kChartJs;
  bool as_json = false;
};

std::string ReadChartJs(const std::string& path) {
  if (!std::filesystem::exists(path)) {
    throw Error(fmt::format(
        "{} is missing, so no charts can be drawn; install the package libjs-chart.js, or give "
        "Chart.js 3 by --chart-js.",
        path));
  }
  std::string text = ReadFile(path, kLargestText);
  if (text.find("Chart.js v3.") == std::string::npos ||
      text.find("</script") != std::string::npos) {
    throw Error(fmt::format(
        "{} is not a Chart.js 3 that a page can hold; install the package libjs-chart.js.", path));
  }
  return text;
}

// JSON for a script element: no text in it can end the element.
std::string Embedded(const nlohmann::ordered_json& data) {
  std::string text;
  for (const char c : data.dump(-1, ' ', true)) {
    if (c == '<') {
      text += "\\u003c";
    } else {
      text += c;
    }
  }
  return text;
}

// The page with its four places filled. What is filled in is not searched.
std::string FillPage(const std::string& chart_js, const std::string& data) {
  std::string page;
  std::string_view rest = kPageHtml;
  const std::pair<std::string_view, std::string_view> places[] = {
      {"@STYLE@", kPageStyle}, {"@CHARTS@", chart_js}, {"@DATA@", data}, {"@SCRIPT@", kPageScript}};
  for (const auto& [place, text] : places) {
    const std::size_t at = rest.find(place);
    page += rest.substr(0, at);
    page += text;
    rest = rest.substr(at + place.size());
  }
  return page += rest;
}

void RunReport(const ReportOptions& options) {
  if (options.out.empty() && !options.as_json) {
    throw Error("There is nowhere to report to: give --out FILE for a page, or --json.");
  }
  std::vector<RunRecord> runs;
  for (const std::string& folder : options.folders) runs.push_back(ReadRun(folder));
  nlohmann::ordered_json data = CompareRuns(runs);
  data["version"] = SUMAC_VERSION;
  if (!options.out.empty()) {
    const std::string chart_js = ReadChartJs(options.chart_js);
    CheckWritable(options.out);
    WriteFileAtomically(options.out, FillPage(chart_js, Embedded(data)));
  }
  if (options.as_json) fmt::print("{}\n", data.dump(2));
}

}  // namespace

void AddReport(CLI::App& app, int&) {
  const auto options = std::make_shared<ReportOptions>();
  CLI::App* command =
      app.add_subcommand("report", "Compare training runs on one page for a browser");
  command->add_option("DIR", options->folders, "Folders of runs of `sumac train`")->required();
  command->add_option("--out", options->out, "The HTML file to write");
  command
      ->add_option("--chart-js", options->chart_js,
                   "The charting library that the page will hold: chart.min.js of Chart.js 3")
      ->capture_default_str();
  AddJsonOption(*command, options->as_json);
  command->footer(
      "The page needs no network and no other file. Runs of one configuration and several seeds\n"
      "are compared with those of ieee seed by seed; a folder's diagnostics.json is drawn too.\n"
      "--json prints what is compared, with the page or without.\n\n"
      "Example:\n"
      "  sumac report runs/pam-1 runs/pam-2 runs/ieee-1 runs/ieee-2 --out report.html");
  command->callback([options] { RunReport(*options); });
}

}  // namespace sumac
