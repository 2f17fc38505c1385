// SPDX-License-Identifier: Apache-2.0
// Decompression of gzip files (RFC 1952) through zlib.
#ifndef SUMAC_SW_IO_GZIP_H_
#define SUMAC_SW_IO_GZIP_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace sumac {

// The contents of the gzip file whose bytes are given; its check sums are verified. `path` is for
// messages. Throws Error where it is not gzip, damaged, cut short, followed by other bytes, or
// larger than `limit` bytes when decompressed.
std::string Gunzip(const std::string& path, std::string_view bytes, std::size_t limit);

}  // namespace sumac

#endif  // SUMAC_SW_IO_GZIP_H_
