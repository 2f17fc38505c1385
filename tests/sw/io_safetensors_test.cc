// SPDX-License-Identifier: Apache-2.0
// safetensors: the bytes of the format, words kept, and refused files.
#include <random>
#include <utility>
#include <vector>

#include "model/word.h"
#include "sw/io/file.h"
#include "sw/io/safetensors.h"
#include "tests/sw/io_files.h"

namespace sumac {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string WithHeader(const std::string& header, const std::string& data) {
  return Little(header.size(), 8) + header + data;
}

TEST(Safetensors, WritesTheBytesOfTheFormat) {
  const TemporaryFolder folder;
  const std::string path = folder.File("a.safetensors");
  WriteSafetensors(path, {{{"b", {2}, {1.0f, 2.0f}}, {"a", {}, {-0.0f}}}, {{"k", "v"}}});
  const std::string header =
      R"({"__metadata__":{"k":"v"},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
      R"("a":{"dtype":"F32","shape":[],"data_offsets":[8,12]}})";
  const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
  EXPECT_EQ(ReadFile(path), WithHeader(padded, Little(0x3F800000, 4) + Little(0x40000000, 4) +
                                                   Little(0x80000000, 4)));
}

TEST(Safetensors, ReadsBackEveryWordShapeAndOrder) {
  const TemporaryFolder folder;
  const std::string path = folder.File("a.safetensors");
  TensorFile file;
  file.metadata = {{"format", "pt"}, {"quotes", "\"\\\n\xC3\xA9"}};
  std::mt19937 random(5);
  for (const auto& [name, shape] : std::vector<std::pair<std::string, std::vector<std::int64_t>>>{
           {"layer1.0.conv1.weight", {4, 3, 3, 2}}, {"none", {0, 5}}, {"a", {7}}, {"scalar", {}}}) {
    NamedTensor tensor{name, shape, {}};
    std::int64_t count = 1;
    for (const std::int64_t extent : shape) count *= extent;
    for (std::int64_t i = 0; i < count; ++i) {
      tensor.values.push_back(ToFloat(static_cast<Word>(random())));
    }
    file.tensors.push_back(tensor);
  }
  WriteSafetensors(path, file);
  const std::string bytes = ReadFile(path);
  const TensorFile read = ReadSafetensors(path);
  EXPECT_EQ(read.metadata, file.metadata);
  ASSERT_EQ(read.tensors.size(), file.tensors.size());
  for (std::size_t i = 0; i < read.tensors.size(); ++i) {
    EXPECT_EQ(read.tensors[i].name, file.tensors[i].name);
    EXPECT_EQ(read.tensors[i].shape, file.tensors[i].shape);
  }
  WriteSafetensors(path, read);  // words with NaNs compare as bytes
  EXPECT_TRUE(ReadFile(path) == bytes);
}

TEST(Safetensors, ReadsAnEmptyFileAndOtherOrders) {
  const TemporaryFolder folder;
  const std::string path = folder.File("a.safetensors");
  WriteFileAtomically(path, WithHeader("{}", ""));
  EXPECT_THAT(ReadSafetensors(path).tensors, IsEmpty());
  WriteFileAtomically(path, WithHeader(R"({"a":{"data_offsets":[4,8],"shape":[1,1],"dtype":"F32"},)"
                                       R"("b":{"dtype":"F32","data_offsets":[0,4],"shape":[1]}})",
                                       Little(0x3F800000, 4) + Little(0x40000000, 4)));
  const TensorFile read = ReadSafetensors(path);
  ASSERT_EQ(read.tensors.size(), 2u);
  EXPECT_EQ(read.tensors[0].name, "b");
  EXPECT_THAT(read.tensors[0].values, ElementsAre(1.0f));
  EXPECT_THAT(read.tensors[1].values, ElementsAre(2.0f));
}

TEST(Safetensors, RefusesMalformedFiles) {
  const TemporaryFolder folder;
  const std::string path = folder.File("a.safetensors");
  const std::string data(8, '\0');
  const auto tensor = [](const std::string& shape, const std::string& offsets,
                         const std::string& dtype = "\"F32\"") {
    return "{\"dtype\":" + dtype + ",\"shape\":" + shape + ",\"data_offsets\":" + offsets + "}";
  };
  const std::string good = WithHeader("{\"a\":" + tensor("[2]", "[0,8]") + "}", data);
  const auto one = [&](const std::string& entry) {
    return WithHeader("{\"a\":" + entry + "}", data);
  };
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "at least 8 bytes"},
      {"1234567", "at least 8 bytes"},
      {Little(~std::uint64_t{0}, 8) + "{}", "header of 18446744073709551615 bytes"},
      {good.substr(0, 20), "bytes in all"},
      {good.substr(0, good.size() - 1), "inside the 7 bytes"},
      {good + "x", "8 bytes of data, found 9"},
      {WithHeader("nonsense", data), "JSON"},
      {WithHeader("{\"a\":", data), "JSON"},
      {WithHeader("\xFF\xFE", data), "JSON"},
      {WithHeader(std::string(100'000, '['), data), "JSON"},
      {WithHeader("[]", ""), "JSON object"},
      {WithHeader("{\"a\":" + tensor("[2]", "[0,8]") + ",\"a\":" + tensor("[2]", "[0,8]") + "}",
                  data),
       "'a' twice"},
      {one("3"), "an object for the tensor 'a'"},
      {one("{}"), "dtype"},
      {one(tensor("[2]", "[0,8]", "\"F64\"")), "\"F64\""},
      {one(tensor("[2]", "[0,8]", "7")), "dtype"},
      {one(tensor("2", "[0,8]")), "'shape'"},
      {one(tensor("[-2]", "[0,8]")), "natural numbers in 'shape'"},
      {one(tensor("[2.0]", "[0,8]")), "natural numbers in 'shape'"},
      {one(tensor("[\"2\"]", "[0,8]")), "natural numbers in 'shape'"},
      {one(tensor("[18446744073709551615]", "[0,8]")), "natural numbers"},
      {one(tensor("[4294967296,4294967296]", "[0,8]")), "4 bytes for each element"},
      {one(tensor("[1]", "[0,8]")), "4 bytes for each element"},
      {one(tensor("[2]", "[0,8,9]")), "data_offsets"},
      {one(tensor("[2]", "[8,0]")), "data_offsets"},
      {one(tensor("[2]", "[0,80]")), "data_offsets"},
      {one(tensor("[2]", "[0,4611686018427387903]")), "data_offsets"},
      {one(tensor("[1]", "[4,8]")), "begin at byte 0"},
      {WithHeader("{\"a\":" + tensor("[2]", "[0,8]") + ",\"b\":" + tensor("[1]", "[4,8]") + "}",
                  data),
       "begin at byte 8"},
      {WithHeader("{\"__metadata__\":3}", ""), "__metadata__"},
      {WithHeader("{\"__metadata__\":{\"k\":3}}", ""), "text as the metadata 'k'"}};
  for (const auto& [bytes, found] : cases) {
    WriteFileAtomically(path, bytes);
    ExpectRefused([&] { ReadSafetensors(path); },
                  AllOf(HasSubstr(path), HasSubstr(found), HasSubstr("safetensors")));
  }
  ExpectRefused([&] { ReadSafetensors(folder.File("none")); }, HasSubstr("No such file"));
  ExpectRefused([&] { ReadSafetensors(folder.path()); }, HasSubstr("is a folder"));
}

// Any damage of one byte, or any cut, is refused or read as another good file: nothing worse.
TEST(Safetensors, SurvivesDamage) {
  const TemporaryFolder folder;
  const std::string path = folder.File("a.safetensors");
  WriteSafetensors(path, {{{"a", {2, 1}, {1.0f, 2.0f}}, {"b", {3}, {1, 2, 3}}}, {{"k", "v"}}});
  const std::string good = ReadFile(path);
  std::mt19937 random(17);
  int refused = 0;
  for (std::size_t i = 0; i < 2 * good.size(); ++i) {
    std::string bad = good;
    if (i < good.size()) {
      bad[i] = static_cast<char>(random());
    } else {
      bad.resize(i - good.size());
    }
    WriteFileAtomically(path, bad);
    try {
      ReadSafetensors(path);
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, static_cast<int>(good.size()));
}

TEST(Safetensors, RefusesToWriteNonsense) {
  const TemporaryFolder folder;
  const std::string path = folder.File("a.safetensors");
  ExpectRefused([&] { WriteSafetensors(path, {{{"a", {2}, {1}}}, {}}); }, HasSubstr("'a'"));
  ExpectRefused(
      [&] {
        WriteSafetensors(path, {{{"a", {1}, {1}}, {"a", {1}, {1}}}, {}});
      },
      HasSubstr("twice"));
  ExpectRefused(
      [&] {
        WriteSafetensors(path, {{{"__metadata__", {1}, {1}}}, {}});
      },
      HasSubstr("reserved"));
  EXPECT_EQ(folder.Count(), 0);
}

}  // namespace
}  // namespace sumac
