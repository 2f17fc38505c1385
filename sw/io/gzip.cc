// SPDX-License-Identifier: Apache-2.0
#include "sw/io/gzip.h"

#include <fmt/format.h>
#include <zlib.h>

#include <algorithm>
#include <limits>

#include "model/error.h"

namespace sumac {
namespace {

constexpr int kGzipOnly = 15 + 16;  // inflateInit2: the largest window, a gzip header demanded

// A zlib stream that frees itself.
struct Inflater {
  z_stream stream{};
  Inflater() {
    if (inflateInit2(&stream, kGzipOnly) != Z_OK) throw Error("zlib cannot be started.");
  }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
};

}  // namespace

std::string Gunzip(const std::string& path, std::string_view bytes, std::size_t limit) {
  if (bytes.size() < 2 || bytes[0] != '\x1f' || bytes[1] != '\x8b') {
    throw Error(
        fmt::format("{} is not a gzip file: expected it to begin with the bytes 1f 8b; "
                    "compress it with gzip or fetch it again.",
                    path));
  }
  if (bytes.size() > std::numeric_limits<uInt>::max()) {
    throw Error(fmt::format("{} is too large: expected at most 4 GiB.", path));
  }
  Inflater inflater;
  z_stream& stream = inflater.stream;
  // zlib reads through this pointer and never writes.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  std::string contents;
  std::size_t size = 0;
  int status = Z_OK;
  while (status == Z_OK) {
    if (size == contents.size()) {
      if (size > limit) {
        throw Error(
            fmt::format("{} is too large: expected at most {} bytes when decompressed; "
                        "fetch it again.",
                        path, limit));
      }
      contents.resize(std::min(std::max(4 * bytes.size(), 2 * size), limit + 1));
    }
    const auto room = std::min<std::size_t>(contents.size() - size, 1u << 30);
    stream.next_out = reinterpret_cast<Bytef*>(contents.data() + size);
    stream.avail_out = static_cast<uInt>(room);
    status = inflate(&stream, Z_NO_FLUSH);
    size += room - stream.avail_out;
  }
  if (status == Z_BUF_ERROR) {
    throw Error(fmt::format("{} is cut short: expected more after its {} bytes; fetch it again.",
                            path, bytes.size()));
  }
  if (status != Z_STREAM_END) {
    throw Error(fmt::format("{} is damaged: expected sound gzip data, found '{}'; fetch it again.",
                            path, stream.msg != nullptr ? stream.msg : "an error of zlib"));
  }
  if (stream.avail_in != 0) {
    throw Error(
        fmt::format("{} is too long: expected the end of the file after the gzip data, "
                    "found {} more bytes; fetch it again.",
                    path, stream.avail_in));
  }
  contents.resize(size);
  return contents;
}

}  // namespace sumac
