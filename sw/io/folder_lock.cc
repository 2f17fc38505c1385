// SPDX-License-Identifier: Apache-2.0
#include "sw/io/folder_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "model/error.h"

namespace sumac {

namespace fs = std::filesystem;

FolderLock::FolderLock(const std::string& path)
    : fd_(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (fd_ < 0 || flock(fd_, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK) return;
  close(fd_);
  throw Error(
      fmt::format("{} is in use: another process writes to it; wait for it or choose another "
                  "folder.",
                  path));
}

FolderLock::~FolderLock() {
  if (fd_ >= 0) close(fd_);
}

void RemoveTemporaries(const std::string& path) {
  const fs::path target(path);
  const std::string prefix = target.filename().string() + ".";
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(target.parent_path(), ignored)) {
    const std::string name = entry.path().filename().string();
    const bool left = name.starts_with(prefix) && name.ends_with(".tmp") &&
                      name.find_first_not_of("0123456789-", prefix.size()) == name.size() - 4;
    if (left) fs::remove(entry.path(), ignored);
  }
}

}  // namespace sumac
