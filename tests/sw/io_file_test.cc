// SPDX-License-Identifier: Apache-2.0
// Whole files: atomic writes and refused places.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "sw/io/file.h"
#include "sw/io/folder_lock.h"
#include "tests/sw/io_files.h"

namespace sumac {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(File, WritesAndReadsBack) {
  const TemporaryFolder folder;
  std::string bytes;
  for (int i = 0; i < 300'000; ++i) bytes += static_cast<char>(i * 7);
  WriteFileAtomically(folder.File("a"), bytes);
  EXPECT_TRUE(ReadFile(folder.File("a")) == bytes);
  WriteFileAtomically(folder.File("a"), "");
  EXPECT_EQ(ReadFile(folder.File("a")), "");
  EXPECT_EQ(folder.Count(), 1);
}

TEST(File, NewFilesHaveTheUsualMode) {
  const TemporaryFolder folder;
  const mode_t mask = umask(022);
  WriteFileAtomically(folder.File("a"), "x");
  umask(mask);
  struct stat info {};
  ASSERT_EQ(stat(folder.File("a").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0644u);
}

TEST(File, FollowsALink) {
  const TemporaryFolder folder;
  WriteFileAtomically(folder.File("target"), "old");
  std::filesystem::create_symlink("target", folder.File("link"));
  WriteFileAtomically(folder.File("link"), "new");
  EXPECT_EQ(ReadFile(folder.File("target")), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.File("link")));
}

// A pipe stands in for a device: one that is renamed over would be the machine's.
TEST(File, WritesToAStream) {
  const TemporaryFolder folder;
  const std::string pipe = folder.File("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  const int reader = open(pipe.c_str(), O_RDONLY | O_NONBLOCK);
  CheckWritable(pipe);
  WriteFileAtomically(pipe, "words");
  std::array<char, 10> bytes{};
  EXPECT_EQ(read(reader, bytes.data(), bytes.size()), 5);
  close(reader);
  EXPECT_STREQ(bytes.data(), "words");
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
  EXPECT_EQ(folder.Count(), 1);
}

TEST(File, AFailedWriteLeavesTheOldFileWhole) {
  const TemporaryFolder folder;
  WriteFileAtomically(folder.File("a"), "old");
  // A limit on the size of files stands in for a full disk.
  struct rlimit before {};
  getrlimit(RLIMIT_FSIZE, &before);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const struct rlimit small { 1000, before.rlim_max };
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_THROW(WriteFileAtomically(folder.File("a"), std::string(5000, 'x')), WorkFailed);
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(ReadFile(folder.File("a")), "old");
  EXPECT_EQ(folder.Count(), 1);
}

TEST(File, RefusesWhatCannotBeRead) {
  const TemporaryFolder folder;
  ExpectRefused([&] { ReadFile(folder.File("none")); },
                AllOf(HasSubstr(folder.File("none")), HasSubstr("No such file")));
  ExpectRefused([&] { ReadFile(folder.path()); },
                AllOf(HasSubstr(folder.path()), HasSubstr("is a folder")));
  ExpectRefused([&] { ReadFile("/dev/zero"); }, HasSubstr("is a device"));
}

TEST(File, RefusesWhatIsTooLarge) {
  const TemporaryFolder folder;
  const std::string path = folder.File("a");
  WriteFileAtomically(path, "12345");
  EXPECT_EQ(ReadFile(path, 5), "12345");
  ExpectRefused([&] { ReadFile(path, 4); }, AllOf(HasSubstr(path), HasSubstr("at most 4 bytes")));
  std::filesystem::resize_file(path, std::size_t{1} << 43);  // of holes
  ExpectRefused([&] { ReadFile(path); }, AllOf(HasSubstr(path), HasSubstr("too large")));
}

TEST(File, ReadsWhatIsThereAndNotWhatTheSizeSays) {
  // The kernel's files are those that grow and shrink between fstat() and read().
  EXPECT_THAT(ReadFile("/proc/self/status"), HasSubstr("Name:"));
  ExpectRefused([&] { ReadFile("/proc/self/status", 100); }, HasSubstr("too large"));
  const std::string smaller = "/sys/kernel/uevent_seqnum";
  if (!std::filesystem::exists(smaller)) GTEST_SKIP() << "no sysfs";
  EXPECT_LT(ReadFile(smaller).size(), std::filesystem::file_size(smaller));
}

TEST(File, ReadsAPipeToItsEnd) {
  const TemporaryFolder folder;
  const std::string path = folder.File("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  const auto write_later = [&](const std::string& bytes) {
    return std::jthread([=] {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      std::ofstream(path) << bytes;
    });
  };
  const std::string long_text(200'000, 'x');
  for (const std::string& bytes : {std::string("abc"), long_text, std::string()}) {
    const std::jthread writer = write_later(bytes);
    EXPECT_TRUE(ReadFile(path) == bytes) << bytes.size();
  }
}

TEST(File, RefusesWhatCannotBeWritten) {
  const TemporaryFolder folder;
  for (const auto call : {+[](const std::string& path) { CheckWritable(path); },
                          +[](const std::string& path) { WriteFileAtomically(path, "x"); }}) {
    ExpectRefused([&] { call(folder.path()); }, HasSubstr("is a folder"));
    ExpectRefused([&] { call(folder.File("none/a")); },
                  AllOf(HasSubstr(folder.File("none")), HasSubstr("does not exist")));
    ExpectRefused([&] { call(""); }, HasSubstr("empty"));
    ExpectRefused([&] { call("/proc/version2"); }, HasSubstr("cannot be written"));
  }
  CheckWritable(folder.File("a"));
  EXPECT_EQ(folder.Count(), 0);
}

TEST(File, MakesFoldersAndRefusesAFileInTheWay) {
  const TemporaryFolder folder;
  MakeFolder(folder.File("a/b/c"));
  MakeFolder(folder.File("a/b/c"));
  EXPECT_TRUE(std::filesystem::is_directory(folder.File("a/b/c")));
  WriteFileAtomically(folder.File("file"), "x");
  ExpectRefused([&] { MakeFolder(folder.File("file")); }, HasSubstr("file"));
  ExpectRefused([&] { MakeFolder(folder.File("file/a")); }, HasSubstr("cannot be made"));
}

TEST(File, AFolderIsLockedByOneAtATime) {
  const TemporaryFolder folder;
  for (const char* name : {"a/inner", "b"}) MakeFolder(folder.File(name));
  {
    const FolderLock lock(folder.File("a"));
    ExpectRefused([&] { FolderLock second(folder.File("a")); },
                  AllOf(HasSubstr(folder.File("a")), HasSubstr("another process writes to it")));
    const FolderLock beside(folder.File("b"));
    const FolderLock within(folder.File("a/inner"));
    const FolderLock around(folder.path());
  }
  const FolderLock again(folder.File("a"));
}

TEST(File, WhatAnInterruptedWriteLeftIsRemoved) {
  const TemporaryFolder folder;
  const std::vector<std::string> kept = {"a",          "a.tmp",       "a.b.12-0.tmp", "ab.12-0.tmp",
                                         "b.12-0.tmp", "a.12-0.tmp2", "a.12-0.new"};
  for (const std::string& name : kept) WriteFileAtomically(folder.File(name), "x");
  WriteFileAtomically(folder.File("a.12-0.tmp"), "x");
  WriteFileAtomically(folder.File("a.9-11.tmp"), "x");
  RemoveTemporaries(folder.File("a"));
  for (const std::string& name : kept) EXPECT_EQ(ReadFile(folder.File(name)), "x") << name;
  EXPECT_EQ(folder.Count(), std::ssize(kept));
}

}  // namespace
}  // namespace sumac
