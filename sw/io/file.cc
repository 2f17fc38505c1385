// SPDX-License-Identifier: Apache-2.0
#include "sw/io/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace sumac {
namespace {

namespace fs = std::filesystem;

// Room beyond a file's size, so that its end is seen without growing; a pipe's first room.
constexpr std::size_t kSpare = 4096;
constexpr int kPatience = 5;  // seconds, for somebody to write to a pipe

// A file descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

std::string Reason() { return std::strerror(errno); }

// Where the bytes really go: the target of a symbolic link.
fs::path Resolve(const std::string& path) {
  if (path.empty()) throw Error("An output file's name is empty; give it a name.");
  std::error_code ignored;
  const fs::path target = fs::weakly_canonical(fs::absolute(path), ignored);
  return target.empty() ? fs::absolute(path) : target;
}

// A device or a pipe (/dev/null, /dev/stdout, a FIFO) takes bytes but cannot be renamed over.
bool IsStream(const fs::path& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode);
}

void RefuseUnwritable(const std::string& path, const fs::path& target) {
  std::error_code ignored;
  if (fs::is_directory(target, ignored)) {
    throw Error(fmt::format("{} is a folder; give the name of a file to write.", path));
  }
  if (!fs::is_directory(target.parent_path(), ignored)) {
    throw Error(fmt::format("{} cannot be written: its folder {} does not exist; make it first.",
                            path, target.parent_path().string()));
  }
}

// Opens a new file of its own beside `target`; its name is stored in `temporary`.
int OpenTemporary(const std::string& path, const fs::path& target, std::string& temporary) {
  RefuseUnwritable(path, target);
  for (int attempt = 0;; ++attempt) {
    temporary = fmt::format("{}.{}-{}.tmp", target.string(), getpid(), attempt);
    const int fd = open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (fd >= 0) return fd;
    if (errno != EEXIST) {
      throw Error(
          fmt::format("{} cannot be written ({}); choose a place that can.", path, Reason()));
    }
  }
}

bool WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

[[noreturn]] void FailWriting(const std::string& path) {
  throw WorkFailed(
      fmt::format("Writing {} failed ({}); free some space and run again.", path, Reason()));
}

[[noreturn]] void RefuseSize(const std::string& path, std::size_t limit) {
  throw Error(
      fmt::format("{} is too large: expected at most {} bytes; give a smaller file.", path, limit));
}

// Whether something came, or the other end was closed, within so many seconds (-1: for ever).
bool Await(int fd, int seconds) {
  struct pollfd pipe {};
  pipe.fd = fd;
  pipe.events = POLLIN;
  return poll(&pipe, 1, seconds < 0 ? -1 : 1000 * seconds) != 0;
}

}  // namespace

std::string ReadFile(const std::string& path, std::size_t limit) {
  // A named pipe to which nobody writes would let a plain open() wait for ever.
  const Descriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat info {};
  if (file.get() < 0 || fstat(file.get(), &info) != 0) {
    throw Error(
        fmt::format("{} cannot be read ({}); check its name and permissions.", path, Reason()));
  }
  if (S_ISDIR(info.st_mode)) {
    throw Error(fmt::format("{} is a folder; expected a file, give the name of one.", path));
  }
  if (!S_ISREG(info.st_mode) && !S_ISFIFO(info.st_mode)) {
    throw Error(fmt::format("{} is a device; expected a file, give the name of one.", path));
  }
  if (S_ISFIFO(info.st_mode)) limit = std::min(limit, kLargestPipe);
  const auto expected = static_cast<std::size_t>(info.st_size);
  if (expected > limit) RefuseSize(path, limit);
  const bool silent = S_ISFIFO(info.st_mode) && !Await(file.get(), kPatience);

  std::string bytes(expected + kSpare, '\0');
  std::size_t size = 0;
  while (true) {
    if (size == bytes.size()) bytes.resize(2 * size);
    const ssize_t got = read(file.get(), bytes.data() + size, bytes.size() - size);
    if (got == 0 && silent && size == 0) {
      throw Error(fmt::format("{} is a pipe that nobody writes to; start its writer first.", path));
    }
    if (got == 0) break;
    if (got < 0 && errno == EAGAIN && Await(file.get(), -1)) continue;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw Error(fmt::format("Reading {} failed ({}); try again.", path, Reason()));
    size += static_cast<std::size_t>(got);
    if (size > limit) RefuseSize(path, limit);
  }
  bytes.resize(size);
  return bytes;
}

void WriteFileAtomically(const std::string& path, std::string_view bytes) {
  if (IsStream(path)) {
    const Descriptor stream(open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (stream.get() < 0 || !WriteAll(stream.get(), bytes)) FailWriting(path);
    return;
  }
  const fs::path target = Resolve(path);
  std::string temporary;
  const Descriptor file(OpenTemporary(path, target, temporary));
  if (!WriteAll(file.get(), bytes) || fsync(file.get()) != 0 ||
      rename(temporary.c_str(), target.c_str()) != 0) {
    const int error = errno;
    unlink(temporary.c_str());
    errno = error;
    FailWriting(path);
  }
  const Descriptor folder(open(target.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() >= 0) fsync(folder.get());
}

void CheckWritable(const std::string& path) {
  if (IsStream(path)) return;
  const fs::path target = Resolve(path);
  std::string temporary;
  const Descriptor file(OpenTemporary(path, target, temporary));
  unlink(temporary.c_str());
}

void MakeFolder(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!fs::is_directory(path)) {
    throw Error(fmt::format("The folder {} cannot be made ({}); choose another place.", path,
                            error ? error.message() : "a file of that name is in the way"));
  }
}

}  // namespace sumac
