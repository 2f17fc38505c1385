// SPDX-License-Identifier: Apache-2.0
// What the tests of the readers and writers share: a folder of their own, and refused inputs.
#ifndef SUMAC_TESTS_SW_IO_FILES_H_
#define SUMAC_TESTS_SW_IO_FILES_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <zlib.h>

#include <cstdint>
#include <filesystem>
#include <string>

#include "model/error.h"

namespace sumac {

// A new folder under the system's temporary one, removed with all it holds.
class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "sumac-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw Error("No folder can be made at " + name + ".");
    path_ = name;
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path_); }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string File(const std::string& name) const { return path_ / name; }
  std::string path() const { return path_; }
  // How many files and folders it holds: no temporary file may be left over.
  std::ptrdiff_t Count() const {
    return std::distance(std::filesystem::directory_iterator(path_),
                         std::filesystem::directory_iterator());
  }

 private:
  std::filesystem::path path_;
};

// Runs `call` and matches the message of the Error that it must throw.
template <typename Call, typename Matcher>
void ExpectRefused(Call call, const Matcher& matcher) {
  try {
    call();
    FAIL() << "was not refused";
  } catch (const Error& error) {
    EXPECT_THAT(std::string(error.what()), matcher);
  }
}

// The bytes of a gzip file.
inline std::string Gzip(const std::string& bytes) {
  std::string out(compressBound(bytes.size()) + 64, '\0');
  z_stream stream{};
  deflateInit2(&stream, 1, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

// A number as `bytes` little-endian or big-endian bytes.
inline std::string Little(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
  return out;
}
inline std::string Big32(std::uint32_t value) {
  const std::string little = Little(value, 4);
  return {little.rbegin(), little.rend()};
}

}  // namespace sumac

#endif  // SUMAC_TESTS_SW_IO_FILES_H_
