// SPDX-License-Identifier: Apache-2.0
#include "sw/io/npy.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <optional>
#include <string_view>

#include "model/error.h"
#include "sw/io/file.h"
#include "sw/io/shape.h"

namespace sumac {
namespace {

static_assert(std::endian::native == std::endian::little, ".npy words are copied as they lie");

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr std::size_t kAlignment = 64;
constexpr char kRemedy[] = "save it with numpy.save as a C-ordered array of float32";

[[noreturn]] void Refuse(const std::string& path, const std::string& expected,
                         const std::string& found) {
  throw Error(fmt::format("{}: expected {}, found {}; {}.", path, expected, found, kRemedy));
}

// Reads the header's Python dictionary: only strings, booleans and tuples of integers occur.
class HeaderParser {
 public:
  HeaderParser(const std::string& path, std::string_view text) : path_(path), rest_(text) {}

  struct Header {
    std::optional<std::string> descr;
    std::optional<bool> fortran_order;
    std::optional<std::vector<std::int64_t>> shape;
  };

  Header Parse() {
    Header header;
    Expect('{');
    while (!Accept('}')) {
      const std::string key = ParseString();
      Expect(':');
      if (key == "descr" && !header.descr) {
        if (Peek() == '[') Refuse(path_, "float32 ('<f4')", "a structured type");
        header.descr = ParseString();
      } else if (key == "fortran_order" && !header.fortran_order) {
        header.fortran_order = ParseBool();
      } else if (key == "shape" && !header.shape) {
        header.shape = ParseTuple();
      } else {
        Fail();
      }
      if (!Accept(',') && Peek() != '}') Fail();
    }
    if (Peek() != '\0' || !header.descr || !header.fortran_order || !header.shape) Fail();
    return header;
  }

 private:
  [[noreturn]] void Fail() {
    Refuse(path_, "a header with descr, fortran_order and shape as NumPy writes it", "another");
  }
  // The next character that is not white space; 0 at the end.
  char Peek() {
    const std::size_t skipped = std::min(rest_.find_first_not_of(" \n"), rest_.size());
    rest_.remove_prefix(skipped);
    return rest_.empty() ? '\0' : rest_.front();
  }
  bool Accept(char c) {
    if (Peek() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void Expect(char c) {
    if (!Accept(c)) Fail();
  }
  bool AcceptWord(std::string_view word) {
    Peek();
    if (!rest_.starts_with(word)) return false;
    rest_.remove_prefix(word.size());
    return true;
  }
  std::string ParseString() {
    const char quote = Peek();
    if (quote != '\'' && quote != '"') Fail();
    const std::size_t end = rest_.find(quote, 1);
    if (end == std::string_view::npos) Fail();
    const std::string text(rest_.substr(1, end - 1));
    rest_.remove_prefix(end + 1);
    return text;
  }
  bool ParseBool() {
    if (AcceptWord("True")) return true;
    if (!AcceptWord("False")) Fail();
    return false;
  }
  std::vector<std::int64_t> ParseTuple() {
    std::vector<std::int64_t> values;
    Expect('(');
    while (!Accept(')')) {
      Peek();
      std::int64_t value = -1;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
      if (error != std::errc() || value < 0) Fail();
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      AcceptWord("L");  // Python 2 wrote long integers so
      values.push_back(value);
      if (!Accept(',') && Peek() != ')') Fail();
    }
    return values;
  }

  const std::string& path_;
  std::string_view rest_;
};

// "(2, 3)", "(2,)" or "()", as Python prints a tuple.
std::string Tuple(const std::vector<std::int64_t>& shape) {
  return fmt::format("({}{})", fmt::join(shape, ", "), shape.size() == 1 ? "," : "");
}

}  // namespace

Array ReadNpy(const std::string& path) {
  const std::string bytes = ReadFile(path);
  if (!bytes.starts_with(kMagic)) {
    Refuse(path, "a .npy file, which begins with \\x93NUMPY", "other bytes");
  }
  // Version, then the header's length: two bytes in version 1, four in versions 2 and 3.
  const auto byte = [&](std::size_t index) {
    return index < bytes.size() ? static_cast<std::uint8_t>(bytes[index]) : std::uint8_t{0};
  };
  const int major = byte(6);
  if (major < 1 || major > 3 || byte(7) != 0) {
    Refuse(path, "version 1.0, 2.0 or 3.0 of the format", fmt::format("{}.{}", major, byte(7)));
  }
  const std::size_t width = major == 1 ? 2 : 4;
  std::size_t length = 0;
  for (std::size_t i = 0; i < width; ++i) length |= std::size_t{byte(8 + i)} << (8 * i);
  const std::size_t start = 8 + width;
  if (bytes.size() < start + length) {
    Refuse(path, fmt::format("a header of {} bytes", length),
           fmt::format("{} bytes in all", bytes.size()));
  }
  const auto header = HeaderParser(path, std::string_view(bytes).substr(start, length)).Parse();
  if (*header.descr != "<f4") {
    Refuse(path, "float32 ('<f4')", fmt::format("'{}'", *header.descr));
  }
  if (*header.fortran_order && header.shape->size() > 1) {
    Refuse(path, "C order", "Fortran order");
  }
  const std::size_t data = start + length;
  const std::optional<std::int64_t> count = ElementCount(*header.shape);
  const std::size_t available = bytes.size() - data;
  if (!count || static_cast<std::size_t>(*count) != available / sizeof(float) ||
      available % sizeof(float) != 0) {
    Refuse(path,
           count
               ? fmt::format("{} bytes of data for the shape {}",
                             static_cast<std::size_t>(*count) * sizeof(float), Tuple(*header.shape))
               : std::string("a shape of fewer than 2^60 elements"),
           count ? fmt::format("{}", available) : Tuple(*header.shape));
  }
  Array array{*header.shape, std::vector<float>(static_cast<std::size_t>(*count))};
  if (!array.values.empty()) {  // memcpy takes no null pointer
    std::memcpy(array.values.data(), bytes.data() + data, available);
  }
  return array;
}

void WriteNpy(const std::string& path, const Array& array) {
  const std::optional<std::int64_t> count = ElementCount(array.shape);
  if (!count || static_cast<std::size_t>(*count) != array.values.size()) {
    throw Error(fmt::format("{} cannot be written: {} values do not fill the shape {}.", path,
                            array.values.size(), Tuple(array.shape)));
  }
  std::string header =
      fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': {}, }}", Tuple(array.shape));
  // NumPy 1.23 and later also leave room to let the first axis grow to 21 digits in place.
  if (!array.shape.empty()) {
    header.append(21 - std::min<std::size_t>(21, fmt::formatted_size("{}", array.shape[0])), ' ');
  }
  const std::size_t prefix = kMagic.size() + 2 + 2;
  const std::size_t padding = kAlignment - (prefix + header.size() + 1) % kAlignment;
  header.append(padding, ' ');
  header += '\n';
  std::string bytes(kMagic);
  bytes += {'\x01', '\x00', static_cast<char>(header.size() & 0xFF),
            static_cast<char>(header.size() >> 8)};
  bytes += header;
  bytes.append(reinterpret_cast<const char*>(array.values.data()),
               array.values.size() * sizeof(float));
  WriteFileAtomically(path, bytes);
}

}  // namespace sumac
