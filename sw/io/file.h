// SPDX-License-Identifier: Apache-2.0
// Whole files: read in one piece, and written so that a reader sees the old file or the new one,
// never half of one.
#ifndef SUMAC_SW_IO_FILE_H_
#define SUMAC_SW_IO_FILE_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "model/error.h"

namespace sumac {

// Work that was begun and could not be finished (a full disk, a device that fails), as opposed to
// a call or an input that is wrong.
class WorkFailed : public Error {
 public:
  using Error::Error;
};

// The most bytes of a file of data, of text, and of a pipe, whose size nobody knows beforehand.
inline constexpr std::size_t kLargestFile = std::size_t{16} << 30;
inline constexpr std::size_t kLargestText = std::size_t{64} << 20;
inline constexpr std::size_t kLargestPipe = std::size_t{1} << 30;

// The bytes of a file or a pipe. Throws Error where it is missing, unreadable, a folder, a device,
// larger than `limit` (a pipe: than kLargestPipe too) or a pipe that nobody writes to.
std::string ReadFile(const std::string& path, std::size_t limit = kLargestFile);

// Writes under a temporary name in the same folder, forces it to the disk, then renames: an
// interrupted or failed write leaves an existing file whole. A symbolic link is followed; a device
// or a pipe is written directly. Throws Error where the place cannot be written, WorkFailed where
// writing fails halfway.
void WriteFileAtomically(const std::string& path, std::string_view bytes);

// Throws Error where WriteFileAtomically(path) could not begin: called before long work.
void CheckWritable(const std::string& path);

// Makes a folder and its parents; nothing where it exists. Throws Error.
void MakeFolder(const std::string& path);

}  // namespace sumac

#endif  // SUMAC_SW_IO_FILE_H_
