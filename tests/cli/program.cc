// SPDX-License-Identifier: Apache-2.0
#include "tests/cli/program.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "sw/io/file.h"

namespace sumac {
namespace {

void Redirect(const std::string& path, int flags, int descriptor) {
  const int file = open(path.c_str(), flags, 0600);
  if (file < 0 || dup2(file, descriptor) < 0) _exit(126);
}

}  // namespace

Program::Program(const std::vector<std::string>& arguments, const std::string& in,
                 const std::string& stdout_path, const std::vector<std::string>& launcher)
    : out_(stdout_path.empty() ? folder_.File("out") : stdout_path) {
  WriteFileAtomically(folder_.File("in"), in);
  std::vector<std::string> words = launcher;
  words.emplace_back(SUMAC_PROGRAM);
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_ = fork();
  if (pid_ < 0) throw Error("The program cannot be started.");
  if (pid_ == 0) {
    Redirect(folder_.File("in"), O_RDONLY, STDIN_FILENO);
    Redirect(out_, O_WRONLY | O_CREAT, STDOUT_FILENO);
    Redirect(folder_.File("err"), O_WRONLY | O_CREAT, STDERR_FILENO);
    execvp(argv[0], argv.data());
    _exit(127);
  }
}

void Program::Signal(int signal) const { kill(pid_, signal); }

bool Program::Running() {
  if (running_ && waitpid(pid_, &status_, WNOHANG) == pid_) running_ = false;
  return running_;
}

Result Program::Wait() {
  if (running_) waitpid(pid_, &status_, 0);
  running_ = false;
  Result result;
  result.status = WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
  if (std::filesystem::is_regular_file(out_)) result.out = ReadFile(out_);
  result.err = ReadFile(folder_.File("err"));
  return result;
}

Result Sumac(const std::vector<std::string>& arguments, const std::string& in) {
  return Program(arguments, in).Wait();
}

void ExpectWrongCall(const std::vector<std::string>& arguments, const std::string& sentence,
                     const std::string& in) {
  const Result result = Sumac(arguments, in);
  EXPECT_EQ(result.status, 2) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, ::testing::HasSubstr(sentence));
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1) << result.err;
}

}  // namespace sumac
