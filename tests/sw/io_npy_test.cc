// SPDX-License-Identifier: Apache-2.0
// .npy: the bytes of NumPy, every version of the header, and refused files.
#include <bit>
#include <utility>
#include <vector>

#include "model/word.h"
#include "sw/io/file.h"
#include "sw/io/npy.h"
#include "tests/sw/io_files.h"

namespace sumac {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// The file that numpy.save of NumPy 1.24.2 writes for a float32 array of this shape, written out.
std::string NumpyBytes(const std::string& shape, std::size_t spaces, const std::string& data) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + ", }";
  header += std::string(spaces, ' ') + "\n";
  return "\x93NUMPY\x01" + std::string(1, '\0') + Little(header.size(), 2) + header + data;
}

std::string Words(const std::vector<float>& values) {
  std::string bytes;
  for (const float value : values) bytes += Little(ToWord(value), 4);
  return bytes;
}

// A file of version `major`, with a header of any text.
std::string WithHeader(int major, const std::string& header, const std::string& data) {
  return "\x93NUMPY" + std::string(1, static_cast<char>(major)) + std::string(1, '\0') +
         Little(header.size(), major == 1 ? 2 : 4) + header + data;
}

TEST(Npy, WritesTheBytesOfNumpy) {
  const TemporaryFolder folder;
  const std::string path = folder.File("a.npy");
  WriteNpy(path, {{2, 3}, {0, 1, 2, 3, 4, 5}});
  EXPECT_TRUE(ReadFile(path) == NumpyBytes("(2, 3)", 58, Words({0, 1, 2, 3, 4, 5})));
  EXPECT_EQ(ReadFile(path).size(), 128u + 24);
  WriteNpy(path, {{5}, {0, 1, 2, 3, 4}});
  EXPECT_TRUE(ReadFile(path) == NumpyBytes("(5,)", 60, Words({0, 1, 2, 3, 4})));
  WriteNpy(path, {{}, {1.5f}});
  EXPECT_TRUE(ReadFile(path) == NumpyBytes("()", 62, Words({1.5f})));
  WriteNpy(path, {{0, 7}, {}});
  EXPECT_TRUE(ReadFile(path) == NumpyBytes("(0, 7)", 58, ""));
}

TEST(Npy, KeepsEveryWord) {
  const TemporaryFolder folder;
  const std::string path = folder.File("a.npy");
  Array array{{1, 5}, {}};
  for (const Word word : {0x80000000u, 0x00000001u, 0x7F800001u, 0xFFC12345u, 0x7F7FFFFFu}) {
    array.values.push_back(ToFloat(word));
  }
  WriteNpy(path, array);
  const Array read = ReadNpy(path);
  EXPECT_THAT(read.shape, ElementsAre(1, 5));
  EXPECT_EQ(Words(read.values), Words(array.values));
}

TEST(Npy, ReadsEveryVersionAndSpelling) {
  const TemporaryFolder folder;
  const std::string path = folder.File("a.npy");
  const std::string data = Words({1, 2});
  for (const int major : {1, 2, 3}) {
    for (const char* header : {"{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2), }\n",
                               "{\"shape\":(1L,2L),\"fortran_order\":False,\"descr\":\"<f4\"}",
                               "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2)}   \n"}) {
      WriteFileAtomically(path, WithHeader(major, header, data));
      const Array read = ReadNpy(path);
      EXPECT_THAT(read.shape, ElementsAre(1, 2));
      EXPECT_THAT(read.values, ElementsAre(1.0f, 2.0f));
    }
  }
}

TEST(Npy, RefusesEverythingElse) {
  const TemporaryFolder folder;
  const std::string path = folder.File("a.npy");
  const auto dictionary = [](const std::string& descr, const std::string& order,
                             const std::string& shape) {
    return "{'descr': " + descr + ", 'fortran_order': " + order + ", 'shape': " + shape + ", }\n";
  };
  const std::string good = WithHeader(1, dictionary("'<f4'", "False", "(2,)"), Words({1, 2}));
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "begins with"},
      {"hello", "begins with"},
      {"\x93NUMPY", "version"},
      {"\x93NUMPY\x09" + good.substr(7), "found 9.0"},
      {good.substr(0, 9), "header"},
      {good.substr(0, 40), "header"},
      {good.substr(0, good.size() - 1), "8 bytes of data for the shape (2,), found 7"},
      {good + "x", "8 bytes of data for the shape (2,), found 9"},
      {WithHeader(2, good.substr(10), ""), "found"},
      {WithHeader(1, dictionary("'<f8'", "False", "(1,)"), Words({1, 2})), "'<f8'"},
      {WithHeader(1, dictionary("'>f4'", "False", "(2,)"), Words({1, 2})), "'>f4'"},
      {WithHeader(1, dictionary("'|O'", "False", "(2,)"), Words({1, 2})), "'|O'"},
      {WithHeader(1, dictionary("[('x', '<f4')]", "False", "(2,)"), Words({1, 2})), "structured"},
      {WithHeader(1, dictionary("'<f4'", "True", "(2, 1)"), Words({1, 2})), "Fortran order"},
      {WithHeader(1, dictionary("'<f4'", "Perhaps", "(2,)"), Words({1, 2})), "fortran_order"},
      {WithHeader(1, dictionary("'<f4'", "False", "(-2,)"), Words({1, 2})), "shape"},
      {WithHeader(1, dictionary("'<f4'", "False", "(2"), Words({1, 2})), "shape"},
      {WithHeader(1, dictionary("'<f4'", "False", "(2 2)"), Words({1, 2})), "shape"},
      {WithHeader(1, dictionary("'<f4'", "False", "(99999999999999999999,)"), ""), "shape"},
      {WithHeader(1, dictionary("'<f4'", "False", "(4294967296, 4294967296)"), ""), "2^60"},
      {WithHeader(1, dictionary("'<f4'", "False", "(2,), 'x': 1"), Words({1, 2})), "header"},
      {WithHeader(1, dictionary("'<f4'", "False", "(2,), 'shape': (2,)"), Words({1, 2})), "header"},
      {WithHeader(1, "{'descr': '<f4', 'shape': (2,)}", Words({1, 2})), "fortran_order"},
      {WithHeader(1, "", Words({1, 2})), "header"},
      {WithHeader(1, "{", Words({1, 2})), "header"},
      {WithHeader(1, "{'", Words({1, 2})), "header"}};
  for (const auto& [bytes, found] : cases) {
    WriteFileAtomically(path, bytes);
    ExpectRefused([&] { ReadNpy(path); },
                  AllOf(HasSubstr(path), HasSubstr(found), HasSubstr("numpy.save")));
  }
  ExpectRefused([&] { ReadNpy(folder.path()); }, HasSubstr("is a folder"));
}

TEST(Npy, RefusesToWriteAnotherCountThanTheShapes) {
  const TemporaryFolder folder;
  ExpectRefused(
      [&] {
        WriteNpy(folder.File("a.npy"), {{2, 2}, {1, 2, 3}});
      },
      HasSubstr("3 values do not fill the shape (2, 2)"));
  EXPECT_EQ(folder.Count(), 0);
}

}  // namespace
}  // namespace sumac
