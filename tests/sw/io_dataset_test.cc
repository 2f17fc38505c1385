// SPDX-License-Identifier: Apache-2.0
// The data sets: Fashion-MNIST as it is installed, small files that the tests write, and every
// kind of malformed file.
#include <algorithm>
#include <functional>
#include <numeric>
#include <utility>
#include <vector>

#include "sw/io/dataset.h"
#include "sw/io/file.h"
#include "tests/sw/io_files.h"

namespace sumac {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// script/setup installs the files; the sums are of the files of Debian's dataset-fashion-mnist.
TEST(FashionMnist, ReadsTheInstalledFiles) {
  const Dataset train = LoadDataset("fashion-mnist", "", Split::kTrain);
  EXPECT_EQ(train.count, 60'000);
  EXPECT_EQ(train.pixels.size(), 60'000u * 28 * 28);
  const Dataset test = LoadDataset("fashion-mnist", "", Split::kTest);
  EXPECT_EQ(test.count, 10'000);
  EXPECT_EQ(test.height, 28);
  EXPECT_EQ(test.width, 28);
  EXPECT_EQ(test.channels, 1);
  EXPECT_EQ(test.classes, 10);
  EXPECT_EQ(test.class_names.size(), 10u);
  for (const Dataset* data : {&train, &test}) {
    std::vector<std::int64_t> images(10);
    for (const std::uint8_t label : data->labels) ++images.at(label);
    EXPECT_THAT(images, Each(data->count / 10));
  }
  EXPECT_THAT(std::vector<int>(test.labels.begin(), test.labels.begin() + 5),
              ElementsAre(9, 2, 1, 1, 6));
}

// A folder with two training and one test image; each file can be replaced.
class SmallFashionMnist {
 public:
  SmallFashionMnist() {
    Write("train-images-idx3-ubyte.gz", Gzip(Images(2)));
    Write("train-labels-idx1-ubyte.gz", Gzip(Labels({3, 9})));
    Write("t10k-images-idx3-ubyte.gz", Gzip(Images(1)));
    Write("t10k-labels-idx1-ubyte.gz", Gzip(Labels({0})));
  }
  static std::string Images(std::uint32_t count, std::uint32_t height = 28) {
    std::string bytes = Big32(0x803) + Big32(count) + Big32(height) + Big32(28);
    for (std::uint32_t i = 0; i < count * height * 28; ++i) bytes += static_cast<char>(i);
    return bytes;
  }
  static std::string Labels(const std::string& labels) {
    return Big32(0x801) + Big32(static_cast<std::uint32_t>(labels.size())) + labels;
  }
  static std::string Labels(std::initializer_list<char> labels) {
    return Labels(std::string(labels));
  }
  void Write(const std::string& name, const std::string& bytes) {
    WriteFileAtomically(folder_.File(name), bytes);
  }
  std::string path() const { return folder_.path(); }
  std::string File(const std::string& name) const { return folder_.File(name); }

 private:
  TemporaryFolder folder_;
};

TEST(FashionMnist, ReadsSmallFiles) {
  const SmallFashionMnist files;
  const Dataset train = LoadDataset("fashion-mnist", files.path(), Split::kTrain);
  EXPECT_EQ(train.count, 2);
  EXPECT_THAT(train.labels, ElementsAre(3, 9));
  ASSERT_EQ(train.pixels.size(), 2u * 28 * 28);
  for (std::size_t i = 0; i < train.pixels.size(); ++i) {
    ASSERT_EQ(train.pixels[i], static_cast<std::uint8_t>(i));
  }
  EXPECT_EQ(LoadDataset("fashion-mnist", files.path(), Split::kTest).count, 1);
}

TEST(FashionMnist, RefusesMalformedFiles) {
  const std::string images = "train-images-idx3-ubyte.gz";
  const std::string labels = "train-labels-idx1-ubyte.gz";
  const auto damaged = [](std::size_t from_end) {
    std::string bytes = Gzip(SmallFashionMnist::Images(2));
    bytes[bytes.size() - from_end] ^= 1;
    return bytes;
  };
  const std::string whole = SmallFashionMnist::Images(2);
  const std::string packed = Gzip(whole);
  struct Case {
    std::string name;
    std::string bytes;
    std::string found;
  };
  const std::vector<Case> cases = {
      {images, "", "not a gzip file"},
      {images, whole, "not a gzip file"},
      {images, packed.substr(0, packed.size() / 2), "cut short"},
      {images, packed.substr(0, packed.size() - 4), "cut short"},
      {images, packed.substr(0, 2), "cut short"},
      {images, damaged(5), "damaged"},         // the check sum
      {images, damaged(1), "damaged"},         // the length
      {images, packed + "x", "found 1 more"},  // after the end
      {images, Gzip(""), "an IDX header of 16 bytes, found 0"},
      {images, Gzip(whole.substr(0, 15)), "an IDX header of 16 bytes, found 15"},
      {images, Gzip(SmallFashionMnist::Labels({1, 2}) + "12345678"),
       "0x00000803, found 0x00000801"},
      {images, Gzip(SmallFashionMnist::Images(2, 27)), "28 x 28 pixels, found 27"},
      {images, Gzip(whole.substr(0, whole.size() - 1)), "found 1567"},
      {images, Gzip(whole + "x"), "found 1569"},
      {images, Gzip(Big32(0x803) + Big32(0) + Big32(28) + Big32(28)), "at least one"},
      {images, Gzip(Big32(0x803) + Big32(0xFFFFFFFF) + Big32(28) + Big32(28)), "found 0"},
      {images, Gzip(SmallFashionMnist::Images(3)), "3 labels"},
      {labels, Gzip(SmallFashionMnist::Labels({1})), "2 labels"},
      {labels, Gzip(SmallFashionMnist::Labels({1, 10})), "labels from 0 to 9, found 10 at index 1"},
      {labels, Gzip(SmallFashionMnist::Labels({-1, 1})), "found 255 at index 0"},
      {labels, packed, "0x00000801"}};
  for (const Case& bad : cases) {
    SmallFashionMnist files;
    files.Write(bad.name, bad.bytes);
    ExpectRefused([&] { LoadDataset("fashion-mnist", files.path(), Split::kTrain); },
                  AllOf(HasSubstr(files.path()), HasSubstr(bad.found)));
    EXPECT_EQ(LoadDataset("fashion-mnist", files.path(), Split::kTest).count, 1);
  }
}

TEST(FashionMnist, RefusesMissingFilesAndFolders) {
  for (const char* name : {"train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"}) {
    SmallFashionMnist files;
    std::filesystem::remove(files.File(name));
    ExpectRefused([&] { LoadDataset("fashion-mnist", files.path(), Split::kTrain); },
                  AllOf(HasSubstr(name), HasSubstr("found none"), HasSubstr("--data-dir")));
    std::filesystem::create_directory(files.File(name));
    ExpectRefused([&] { LoadDataset("fashion-mnist", files.path(), Split::kTrain); },
                  AllOf(HasSubstr(name), HasSubstr("is a folder")));
  }
  ExpectRefused([] { LoadDataset("fashion-mnist", "/nowhere", Split::kTest); },
                AllOf(HasSubstr("/nowhere"), HasSubstr("dataset-fashion-mnist")));
}

// A record whose pixels tell their plane and place.
std::string Record(char label) {
  std::string record(1, label);
  for (int plane = 0; plane < 3; ++plane) {
    for (int i = 0; i < 32 * 32; ++i) record += static_cast<char>(i * 3 + plane);
  }
  return record;
}

void WriteCifar10(const std::string& folder) {
  for (int i = 1; i <= 5; ++i) {
    WriteFileAtomically(folder + "/data_batch_" + std::to_string(i) + ".bin",
                        Record(static_cast<char>(i)) + Record(0));
  }
  WriteFileAtomically(folder + "/test_batch.bin", Record(9));
}

TEST(Cifar10, ReadsBatchesHereOrInTheirFolder) {
  const TemporaryFolder folder;
  for (const bool inner : {false, true}) {
    const std::string path = inner ? folder.File("inner") : folder.File("here");
    const std::string place = inner ? path + "/cifar-10-batches-bin" : path;
    std::filesystem::create_directories(place);
    WriteCifar10(place);
    const Dataset train = LoadDataset("cifar-10", path, Split::kTrain);
    EXPECT_EQ(train.count, 10);
    EXPECT_EQ(train.height, 32);
    EXPECT_EQ(train.channels, 3);
    EXPECT_THAT(train.labels, ElementsAre(1, 0, 2, 0, 3, 0, 4, 0, 5, 0));
    // Planes have become channels: within an image the bytes count up.
    ASSERT_EQ(train.pixels.size(), 10u * 3072);
    for (std::size_t i = 0; i < train.pixels.size(); ++i) {
      ASSERT_EQ(train.pixels[i], static_cast<std::uint8_t>(i % 3072)) << i;
    }
    EXPECT_THAT(LoadDataset("cifar-10", path, Split::kTest).labels, ElementsAre(9));
  }
}

TEST(Cifar10, RefusesMalformedFiles) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "records of 3073 bytes, found 0 bytes"},
      {Record(1).substr(1), "found 3072 bytes"},
      {Record(1) + "x", "found 3074 bytes"},
      {Record(1) + Record(10), "labels from 0 to 9, found 10 at index 1"}};
  for (const auto& [bytes, found] : cases) {
    for (const char* name : {"data_batch_3.bin", "test_batch.bin"}) {
      const TemporaryFolder folder;
      WriteCifar10(folder.path());
      WriteFileAtomically(folder.File(name), bytes);
      const Split split = std::string(name) == "test_batch.bin" ? Split::kTest : Split::kTrain;
      ExpectRefused([&] { LoadDataset("cifar-10", folder.path(), split); },
                    AllOf(HasSubstr(name), HasSubstr(found), HasSubstr("cifar-10-binary")));
    }
  }
}

TEST(Cifar10, RefusesMissingFilesAndFolders) {
  const TemporaryFolder folder;
  WriteCifar10(folder.path());
  std::filesystem::remove(folder.File("data_batch_5.bin"));
  ExpectRefused([&] { LoadDataset("cifar-10", folder.path(), Split::kTrain); },
                AllOf(HasSubstr("data_batch_5.bin"), HasSubstr("found none")));
  ExpectRefused([] { LoadDataset("cifar-10", "", Split::kTest); }, HasSubstr("--data-dir"));
}

TEST(Dataset, RefusesAnUnknownName) {
  ExpectRefused([] { LoadDataset("mnist", "", Split::kTest); },
                AllOf(HasSubstr("'mnist'"), HasSubstr("fashion-mnist or cifar-10")));
}

}  // namespace
}  // namespace sumac
