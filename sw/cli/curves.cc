// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/curves.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "model/error.h"
#include "sw/cli/commands.h"
#include "sw/cli/run_record.h"
#include "sw/io/file.h"

namespace sumac {
namespace {

// One run's metrics as gnuplot's data: epoch, train and test loss, train and test accuracy in %.
struct Run {
  std::string name;
  std::string data;
  std::int64_t epochs = 0;
};

Run CurvesOf(const std::string& folder) {
  Run run;
  // On one line: gnuplot would take the next one for a command.
  run.name = OneLine(std::filesystem::weakly_canonical(folder).filename().string());
  for (const EpochRecord& epoch : ReadMetrics(folder)) {
    run.epochs = epoch.epoch;
    run.data += fmt::format("{} {} {} {} {}\n", epoch.epoch, epoch.train_loss, epoch.test_loss,
                            100 * epoch.train_accuracy, 100 * epoch.test_accuracy);
  }
  return run;
}

// A text in gnuplot's single quotes.
std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + "'";
}

// Two plots side by side; a run has a colour, its training line is thin and dashed.
std::string Script(const std::vector<Run>& runs) {
  constexpr std::array<const char*, 6> kColours = {"#0060ad", "#d95319", "#2e8b57",
                                                   "#8b3a9c", "#b8860b", "#555555"};
  std::int64_t epochs = 1;
  for (const Run& run : runs) epochs = std::max(epochs, run.epochs);
  std::string script =
      "set terminal svg size 960,460 font 'sans-serif,14' noenhanced background rgb 'white'\n";
  for (std::size_t i = 0; i < runs.size(); ++i) {
    script += fmt::format("$run{} << END\n{}END\n", i, runs[i].data);
  }
  script +=
      fmt::format("set xrange [0.7:{}.3]\nset xtics 1,{} nomirror\n", epochs, (epochs + 9) / 10);
  script +=
      "set multiplot layout 1,2\n"
      "set grid linecolor rgb '#dddddd'\n"
      "set xlabel 'epoch' offset 0,0.5\n"
      "set ytics nomirror\nset border 3\n"
      "set key bmargin center horizontal maxcols 2 samplen 3 spacing 1.2\n"
      "set offsets 0, 0, graph 0.05, graph 0.02\n";
  const auto plot = [&](const char* title, int train_column) {
    script += fmt::format("set title '{}'\nplot ", title);
    for (std::size_t i = 0; i < runs.size(); ++i) {
      const std::string name = runs.size() == 1 ? "" : runs[i].name + ", ";
      const char* colour = kColours[i % kColours.size()];
      script += fmt::format(
          "{}$run{} using 1:{} with linespoints pointtype 7 pointsize 0.4 linewidth 1.5 dashtype 2 "
          "linecolor rgb '{}' title {}, $run{} using 1:{} with linespoints pointtype 7 pointsize "
          "0.5 linewidth 2.5 linecolor rgb '{}' title {}",
          i == 0 ? "" : ", ", i, train_column, colour, Quoted(name + "train"), i, train_column + 1,
          colour, Quoted(name + "test"));
    }
    script += "\n";
  };
  plot("loss (cross-entropy)", 2);
  plot("accuracy (%)", 4);
  return script + "unset multiplot\n";
}

// What gnuplot draws for the script.
std::string Gnuplot(const std::string& script) {
  std::string path = (std::filesystem::temp_directory_path() / "sumac-curves-XXXXXX").string();
  const int file = mkstemp(path.data());
  if (file < 0) throw WorkFailed(fmt::format("No file can be made at {}.", path));
  close(file);
  const std::unique_ptr<const char, int (*)(const char*)> remove(path.c_str(), unlink);
  WriteFileAtomically(path, script);
  std::FILE* pipe = popen(fmt::format("gnuplot '{}' 2>/dev/null", path).c_str(), "re");
  if (pipe == nullptr) throw WorkFailed("gnuplot cannot be started.");
  std::string svg;
  std::array<char, 4096> chunk;
  for (std::size_t got; (got = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;) {
    svg.append(chunk.data(), got);
  }
  if (pclose(pipe) != 0 || svg.empty()) {
    throw WorkFailed("gnuplot is missing or failed, so no curves are drawn; install gnuplot-nox.");
  }
  return svg;
}

struct CurvesOptions {
  std::vector<std::string> folders;
  std::string out;
};

}  // namespace

void DrawCurves(const std::vector<std::string>& run_folders, const std::string& svg_path) {
  std::vector<Run> runs;
  for (const std::string& folder : run_folders) runs.push_back(CurvesOf(folder));
  CheckWritable(svg_path);
  WriteFileAtomically(svg_path, Gnuplot(Script(runs)));
}

void AddCurves(CLI::App& app, int&) {
  const auto options = std::make_shared<CurvesOptions>();
  CLI::App* command = app.add_subcommand(
      "curves", "Draw the losses and accuracies of training runs in one picture");
  command->add_option("DIR", options->folders, "Folders of runs of `sumac train`")->required();
  command->add_option("--out", options->out, "The SVG file to write")->required();
  command->footer("Example:\n  sumac curves runs/pam runs/ieee --out curves.svg");
  command->callback([options] { DrawCurves(options->folders, options->out); });
}

}  // namespace sumac
