// SPDX-License-Identifier: Apache-2.0
// `fuzz_replay FOLDER ...`: gives each FOLDER/READER/FILE to its reader. What a fuzzer once found
// stays found, in a build without clang.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "sw/io/file.h"
#include "tests/fuzz/readers.h"

int main(int argc, char** argv) {
  for (const auto& [name, reader] : sumac::Readers()) {
    std::vector<std::string> paths;
    for (int i = 1; i < argc; ++i) {
      const std::filesystem::path folder = std::filesystem::path(argv[i]) / name;
      if (!std::filesystem::is_directory(folder)) continue;
      for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        paths.push_back(entry.path().string());
      }
    }
    if (paths.empty()) {
      fmt::print(stderr, "fuzz_replay: there is no input for {}; give the corpora.\n", name);
      return 1;
    }
    std::ranges::sort(paths);
    for (const std::string& path : paths) {
      fmt::print(stderr, "{}\n", path);  // the last one printed is the one that ended it
      sumac::Feed(reader, sumac::ReadFile(path));
    }
    fmt::print("{}: {} inputs\n", name, paths.size());
  }
  return 0;
}
