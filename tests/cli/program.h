// SPDX-License-Identifier: Apache-2.0
// Runs the real program and keeps what it prints.
#ifndef SUMAC_TESTS_CLI_PROGRAM_H_
#define SUMAC_TESTS_CLI_PROGRAM_H_

#include <sys/types.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/sw/io_files.h"

namespace sumac {

struct Result {
  int status = 0;  // the exit status, or minus the signal that ended it
  std::string out;
  std::string err;

  nlohmann::json Json() const { return nlohmann::json::parse(out); }
};

// A running `sumac`.
class Program {
 public:
  // Standard input is `in`; standard output goes to `stdout_path` where one is given; `launcher` is
  // what the program's name is given to (mpirun).
  explicit Program(const std::vector<std::string>& arguments, const std::string& in = "",
                   const std::string& stdout_path = "",
                   const std::vector<std::string>& launcher = {});
  pid_t pid() const { return pid_; }
  void Signal(int signal) const;
  bool Running();
  Result Wait();

 private:
  TemporaryFolder folder_;
  std::string out_;
  pid_t pid_ = -1;
  int status_ = 0;
  bool running_ = true;
};

// Runs it to its end.
Result Sumac(const std::vector<std::string>& arguments, const std::string& in = "");

// A call that must be refused: exit status 2, nothing on standard output and, on standard error,
// one line that has `sentence` in it.
void ExpectWrongCall(const std::vector<std::string>& arguments, const std::string& sentence,
                     const std::string& in = "");

}  // namespace sumac

#endif  // SUMAC_TESTS_CLI_PROGRAM_H_
