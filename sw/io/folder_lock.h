// SPDX-License-Identifier: Apache-2.0
// A folder for one writer, cleared of what one that was killed has left.
#ifndef SUMAC_SW_IO_FOLDER_LOCK_H_
#define SUMAC_SW_IO_FOLDER_LOCK_H_

#include <string>

namespace sumac {

// A folder that this process alone writes to, until the object goes or the process ends, however it
// ends. Throws Error where another one holds it. File systems without locks give none.
class FolderLock {
 public:
  explicit FolderLock(const std::string& path);
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  int fd_;
};

// Removes what an interrupted WriteFileAtomically(path) of any process left. Only for a path that
// no other process is writing to.
void RemoveTemporaries(const std::string& path);

}  // namespace sumac

#endif  // SUMAC_SW_IO_FOLDER_LOCK_H_
