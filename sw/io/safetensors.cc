// SPDX-License-Identifier: Apache-2.0
#include "sw/io/safetensors.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "model/error.h"
#include "sw/io/file.h"
#include "sw/io/json.h"
#include "sw/io/shape.h"

namespace sumac {
namespace {

static_assert(std::endian::native == std::endian::little, "tensors are copied as they lie");

using nlohmann::json;
using nlohmann::ordered_json;

constexpr char kMetadata[] = "__metadata__";
constexpr std::size_t kPrefix = 8;                   // bytes of the header's length
constexpr std::size_t kLargestHeader = 100'000'000;  // the format's own limit
constexpr std::size_t kAlignment = 8;                // of the tensors' data

[[noreturn]] void Refuse(const std::string& path, const std::string& expected,
                         const std::string& found) {
  throw Error(
      fmt::format("{}: expected {}, found {}; give a whole safetensors file of float32 tensors.",
                  path, expected, found));
}

// A key that stands twice in one object would otherwise be dropped silently.
json ParseHeader(const std::string& path, const std::string& text) {
  std::vector<std::set<std::string>> open;
  const json::parser_callback_t check = [&](int depth, json::parse_event_t event, json& parsed) {
    if (depth > kDeepestJson) Refuse(path, "a header of JSON", "one that is nested too deeply");
    if (event == json::parse_event_t::object_start) open.emplace_back();
    if (event == json::parse_event_t::object_end) open.pop_back();
    if (event == json::parse_event_t::key &&
        !open.back().insert(parsed.get<std::string>()).second) {
      Refuse(path, "each name once in the header",
             fmt::format("'{}' twice", parsed.get<std::string>()));
    }
    return true;
  };
  try {
    return json::parse(text, check);
  } catch (const json::exception&) {
    Refuse(path, "a header of JSON", "something else");
  }
}

// A list of non-negative integers.
std::vector<std::int64_t> Integers(const std::string& path, const std::string& name,
                                   const json& entry, const char* key) {
  const auto list = entry.find(key);
  if (list == entry.end() || !list->is_array()) {
    Refuse(path, fmt::format("a list '{}' for the tensor '{}'", key, name), "none");
  }
  std::vector<std::int64_t> values;
  for (const json& item : *list) {
    constexpr std::uint64_t kLimit = std::uint64_t{1} << 62;
    if (!item.is_number_unsigned() || item.get<std::uint64_t>() >= kLimit) {
      Refuse(path, fmt::format("natural numbers in '{}' of the tensor '{}'", key, name),
             item.dump());
    }
    values.push_back(item.get<std::int64_t>());
  }
  return values;
}

std::map<std::string, std::string> ParseMetadata(const std::string& path, const json& entry) {
  std::map<std::string, std::string> metadata;
  if (!entry.is_object()) Refuse(path, "an object as __metadata__", entry.type_name());
  for (const auto& [key, value] : entry.items()) {
    if (!value.is_string()) {
      Refuse(path, fmt::format("text as the metadata '{}'", key), value.type_name());
    }
    metadata[key] = value.get<std::string>();
  }
  return metadata;
}

// A tensor's place in the data, [begin, end) in bytes.
struct Placed {
  NamedTensor tensor;
  std::int64_t begin = 0;
  std::int64_t end = 0;
};

Placed ParseTensor(const std::string& path, const std::string& name, const json& entry,
                   std::size_t data_size) {
  if (!entry.is_object()) {
    Refuse(path, fmt::format("an object for the tensor '{}'", name), entry.type_name());
  }
  const json dtype = entry.value("dtype", json());
  if (dtype != "F32") {
    Refuse(path, fmt::format("dtype \"F32\" for the tensor '{}'", name), dtype.dump());
  }
  Placed placed;
  placed.tensor.name = name;
  placed.tensor.shape = Integers(path, name, entry, "shape");
  const std::vector<std::int64_t> offsets = Integers(path, name, entry, "data_offsets");
  if (offsets.size() != 2 || offsets[0] > offsets[1] ||
      static_cast<std::size_t>(offsets[1]) > data_size) {
    Refuse(
        path,
        fmt::format("data_offsets of the tensor '{}' inside the {} bytes of data", name, data_size),
        fmt::format("[{}]", fmt::join(offsets, ", ")));
  }
  placed.begin = offsets[0];
  placed.end = offsets[1];
  const std::optional<std::int64_t> count = ElementCount(placed.tensor.shape);
  if (!count || *count * 4 != placed.end - placed.begin) {
    Refuse(path,
           fmt::format("4 bytes for each element of the tensor '{}' of shape [{}]", name,
                       fmt::join(placed.tensor.shape, ", ")),
           fmt::format("{} bytes in all", placed.end - placed.begin));
  }
  return placed;
}

}  // namespace

void WriteSafetensors(const std::string& path, const TensorFile& file) {
  ordered_json header = ordered_json::object();
  if (!file.metadata.empty()) header[kMetadata] = file.metadata;
  std::size_t size = 0;
  for (const NamedTensor& tensor : file.tensors) {
    const std::optional<std::int64_t> count = ElementCount(tensor.shape);
    if (!count || static_cast<std::size_t>(*count) != tensor.values.size()) {
      throw Error(fmt::format("{} cannot be written: {} values do not fill the shape [{}] of '{}'.",
                              path, tensor.values.size(), fmt::join(tensor.shape, ", "),
                              tensor.name));
    }
    if (tensor.name == kMetadata || header.contains(tensor.name)) {
      throw Error(fmt::format("{} cannot be written: the name '{}' is reserved or stands twice.",
                              path, tensor.name));
    }
    const std::size_t begin = size;
    size += tensor.values.size() * sizeof(float);
    header[tensor.name] = {
        {"dtype", "F32"}, {"shape", tensor.shape}, {"data_offsets", {begin, size}}};
  }
  std::string text = JsonText(path, header);
  text.append((kAlignment - text.size() % kAlignment) % kAlignment, ' ');
  std::string bytes;
  bytes.reserve(kPrefix + text.size() + size);
  for (std::size_t i = 0; i < kPrefix; ++i) {
    bytes += static_cast<char>(text.size() >> (8 * i) & 0xFF);
  }
  bytes += text;
  for (const NamedTensor& tensor : file.tensors) {
    bytes.append(reinterpret_cast<const char*>(tensor.values.data()),
                 tensor.values.size() * sizeof(float));
  }
  WriteFileAtomically(path, bytes);
}

TensorFile ReadSafetensors(const std::string& path) {
  const std::string bytes = ReadFile(path);
  if (bytes.size() < kPrefix) {
    Refuse(path, "at least 8 bytes", fmt::format("{}", bytes.size()));
  }
  std::uint64_t length = 0;
  for (std::size_t i = 0; i < kPrefix; ++i) {
    length |= std::uint64_t{static_cast<std::uint8_t>(bytes[i])} << (8 * i);
  }
  if (length > std::min(kLargestHeader, bytes.size() - kPrefix)) {
    Refuse(path, fmt::format("a header of {} bytes, as its first 8 bytes say", length),
           fmt::format("{} bytes in all", bytes.size()));
  }
  const std::size_t data = kPrefix + length;
  const std::size_t data_size = bytes.size() - data;
  const json header = ParseHeader(path, bytes.substr(kPrefix, length));
  if (!header.is_object()) Refuse(path, "a JSON object as header", header.type_name());

  TensorFile file;
  std::vector<Placed> placed;
  for (const auto& [name, entry] : header.items()) {
    if (name == kMetadata) {
      file.metadata = ParseMetadata(path, entry);
    } else {
      placed.push_back(ParseTensor(path, name, entry, data_size));
    }
  }
  std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  // Without gaps and overlaps, as the format demands, every byte has one owner.
  std::int64_t position = 0;
  for (Placed& item : placed) {
    if (item.begin != position) {
      Refuse(path,
             fmt::format("the tensor '{}' to begin at byte {} of the data", item.tensor.name,
                         position),
             fmt::format("{}", item.begin));
    }
    position = item.end;
    item.tensor.values.resize(static_cast<std::size_t>(item.end - item.begin) / sizeof(float));
    if (!item.tensor.values.empty()) {
      std::memcpy(item.tensor.values.data(), bytes.data() + data + item.begin,
                  static_cast<std::size_t>(item.end - item.begin));
    }
    file.tensors.push_back(std::move(item.tensor));
  }
  if (static_cast<std::size_t>(position) != data_size) {
    Refuse(path, fmt::format("{} bytes of data", position), fmt::format("{}", data_size));
  }
  return file;
}

}  // namespace sumac
