// SPDX-License-Identifier: Apache-2.0
#include "model/error.h"

#include <algorithm>

namespace sumac {
namespace {

constexpr std::size_t kLongest = 4000;  // bytes

// The bytes of the character that `text` begins with, or 0 where it is none that can be shown: a
// control character, or bytes that are not UTF-8.
std::size_t Shown(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return first >= 0x20 && first != 0x7F ? 1 : 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const unsigned second = byte(1);
  const bool control = first == 0xC2 && second < 0xA0;
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool beyond = (first == 0xED && second >= 0xA0) || (first == 0xF4 && second >= 0x90);
  return control || overlong || beyond ? 0 : length;
}

}  // namespace

std::string OneLine(std::string_view text) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string line;
  while (!text.empty()) {
    const std::size_t shown = Shown(text);
    if (shown == 0) {
      const auto byte = static_cast<unsigned char>(text[0]);
      line += {'\\', 'x', kDigits[byte >> 4], kDigits[byte & 15]};
    } else {
      line += text.substr(0, shown);
    }
    text.remove_prefix(std::max<std::size_t>(shown, 1));
  }
  if (line.size() <= kLongest) return line;
  // Between characters, not within one.
  const auto inside = [&](std::size_t at) { return (line[at] & 0xC0) == 0x80; };
  std::size_t begin = kLongest / 2;
  std::size_t end = line.size() - kLongest / 2;
  while (inside(begin)) --begin;
  while (inside(end)) ++end;
  return line.substr(0, begin) + " ... " + line.substr(end);
}

}  // namespace sumac
