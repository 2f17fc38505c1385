// SPDX-License-Identifier: Apache-2.0
// Calls of the program by mpirun.
#ifndef SUMAC_TESTS_CLI_MPI_H_
#define SUMAC_TESTS_CLI_MPI_H_

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/cli/program.h"

namespace sumac {

class MpiTest : public ::testing::Test {
 protected:
  MpiTest() {
    // The tests may run as root, and on fewer cores than ranks.
    setenv("OMPI_ALLOW_RUN_AS_ROOT", "1", 1);
    setenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM", "1", 1);
    setenv("OMPI_MCA_rmaps_base_oversubscribe", "1", 1);
    setenv("OMPI_MCA_hwloc_base_binding_policy", "none", 1);
  }

  static std::vector<std::string> Launcher(int ranks) {
    return {SUMAC_MPIRUN, "-n", std::to_string(ranks)};
  }
  static Result Sumac(int ranks, const std::vector<std::string>& arguments) {
    return Program(arguments, "", "", Launcher(ranks)).Wait();
  }

  // The processes of a program that was launched, once there are so many.
  static std::vector<pid_t> RanksOf(const Program& program, std::size_t ranks) {
    std::vector<pid_t> processes;
    for (int tries = 0; tries < 300 && processes.size() < ranks; ++tries) {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      processes = Children(program.pid());
    }
    EXPECT_EQ(processes.size(), ranks);
    return processes;
  }

  TemporaryFolder folder_;

 private:
  // Processes whose parent is `parent`.
  static std::vector<pid_t> Children(pid_t parent) {
    std::vector<pid_t> children;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
      const std::string name = entry.path().filename();
      if (name.find_first_not_of("0123456789") != std::string::npos) continue;
      std::ifstream file(entry.path() / "stat");
      std::string stat;
      std::getline(file, stat);
      // pid (name) state parent ...
      const std::size_t end = stat.rfind(')');
      if (end == std::string::npos) continue;  // it has ended
      if (std::stoi(stat.substr(end + 4)) == parent) children.push_back(std::stoi(name));
    }
    return children;
  }
};

}  // namespace sumac

#endif  // SUMAC_TESTS_CLI_MPI_H_
