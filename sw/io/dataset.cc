// SPDX-License-Identifier: Apache-2.0
// Formats: IDX as described at http://yann.lecun.com/exdb/mnist (big-endian header), Fashion-MNIST
// by H. Xiao, K. Rasul and R. Vollgraf, 2017; the binary version of CIFAR-10 as described at
// https://www.cs.toronto.edu/~kriz/cifar.html.
#include "sw/io/dataset.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstddef>
#include <filesystem>
#include <string_view>

#include "model/error.h"
#include "sw/io/file.h"
#include "sw/io/gzip.h"

namespace sumac {
namespace {

constexpr char kFashionMnist[] = "fashion-mnist";
constexpr char kFashionMnistFolder[] = "/usr/share/datasets/fashion-mnist";
constexpr char kFashionMnistRemedy[] =
    "install the package dataset-fashion-mnist or give a good folder with --data-dir";
constexpr char kCifar10[] = "cifar-10";
constexpr char kCifar10Remedy[] =
    "unpack cifar-10-binary.tar.gz afresh and give its folder with --data-dir";
constexpr int kClasses = 10;
constexpr std::size_t kLargestPart = std::size_t{1} << 30;  // bytes of a file, unpacked too

std::string Join(const std::string& folder, const std::string& file) {
  return (std::filesystem::path(folder) / file).string();
}

// "PATH: expected E, found F; REMEDY."
[[noreturn]] void Refuse(const std::string& path, const std::string& expected,
                         const std::string& found, const char* remedy) {
  throw Error(fmt::format("{}: expected {}, found {}; {}.", path, expected, found, remedy));
}

void CheckFolder(const std::string& folder, const char* remedy) {
  if (!std::filesystem::is_directory(folder)) {
    Refuse(folder, "a folder with the data set", "none", remedy);
  }
}

std::string ReadPart(const std::string& path, const char* remedy) {
  if (!std::filesystem::exists(path)) Refuse(path, "a file of the data set", "none", remedy);
  return ReadFile(path, kLargestPart);
}

void CheckLabel(const std::string& path, std::size_t index, std::uint8_t label,
                const char* remedy) {
  if (label >= kClasses) {
    Refuse(path, fmt::format("labels from 0 to {}", kClasses - 1),
           fmt::format("{} at index {}", label, index), remedy);
  }
}

// The payload of a gzip'd IDX file of bytes whose dimensions after the first are `tail`.
std::string ReadIdx(const std::string& path, const std::vector<std::uint32_t>& tail) {
  const std::string bytes = Gunzip(path, ReadPart(path, kFashionMnistRemedy), kLargestPart);
  const std::size_t header = 4 * (2 + tail.size());
  if (bytes.size() < header) {
    Refuse(path, fmt::format("an IDX header of {} bytes", header),
           fmt::format("{} bytes", bytes.size()), kFashionMnistRemedy);
  }
  const auto field = [&](std::size_t index) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) {
      value = value << 8 | static_cast<std::uint8_t>(bytes[4 * index + i]);
    }
    return value;
  };
  const auto magic = static_cast<std::uint32_t>(0x0800 + 1 + tail.size());  // bytes, dimensions
  if (field(0) != magic) {
    Refuse(path, fmt::format("the IDX magic number 0x{:08x}", magic),
           fmt::format("0x{:08x}", field(0)), kFashionMnistRemedy);
  }
  std::size_t expected = field(1);
  for (std::size_t i = 0; i < tail.size(); ++i) {
    if (field(2 + i) != tail[i]) {
      Refuse(path, fmt::format("images of {} pixels", fmt::join(tail, " x ")),
             fmt::format("{} as dimension {}", field(2 + i), i + 1), kFashionMnistRemedy);
    }
    expected *= tail[i];
  }
  if (expected == 0) Refuse(path, "at least one item", "none", kFashionMnistRemedy);
  if (bytes.size() - header != expected) {
    Refuse(path, fmt::format("{} bytes after the header for its {} items", expected, field(1)),
           fmt::format("{}", bytes.size() - header), kFashionMnistRemedy);
  }
  return bytes.substr(header);
}

Dataset LoadFashionMnist(const std::string& dir, Split split) {
  const std::string folder = dir.empty() ? kFashionMnistFolder : dir;
  CheckFolder(folder, kFashionMnistRemedy);
  const std::string stem = split == Split::kTrain ? "train" : "t10k";
  const std::string image_path = Join(folder, stem + "-images-idx3-ubyte.gz");
  const std::string label_path = Join(folder, stem + "-labels-idx1-ubyte.gz");
  Dataset data;
  data.name = kFashionMnist;
  data.height = data.width = 28;
  data.channels = 1;
  data.classes = kClasses;
  data.class_names = {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
                      "Sandal",      "Shirt",   "Sneaker",  "Bag",   "Ankle boot"};
  const std::string pixels = ReadIdx(image_path, {28, 28});
  const std::string labels = ReadIdx(label_path, {});
  data.pixels.assign(pixels.begin(), pixels.end());
  data.labels.assign(labels.begin(), labels.end());
  data.count = static_cast<std::int64_t>(labels.size());
  const std::size_t images = pixels.size() / (28 * 28);
  if (labels.size() != images) {
    Refuse(label_path, fmt::format("{} labels, one for each image of {}", images, image_path),
           fmt::format("{}", labels.size()), kFashionMnistRemedy);
  }
  for (std::size_t i = 0; i < data.labels.size(); ++i) {
    CheckLabel(label_path, i, data.labels[i], kFashionMnistRemedy);
  }
  return data;
}

// Appends a batch: records of a label and 3 planes (red, green, blue) of 32 x 32 pixels.
void AppendCifar10(const std::string& path, Dataset& data) {
  constexpr std::size_t kPlane = 32 * 32;
  constexpr std::size_t kRecord = 1 + 3 * kPlane;
  const std::string bytes = ReadPart(path, kCifar10Remedy);
  if (bytes.empty() || bytes.size() % kRecord != 0) {
    Refuse(path, fmt::format("one or more whole records of {} bytes", kRecord),
           fmt::format("{} bytes", bytes.size()), kCifar10Remedy);
  }
  const std::size_t records = bytes.size() / kRecord;
  for (std::size_t i = 0; i < records; ++i) {
    const std::string_view record = std::string_view(bytes).substr(i * kRecord, kRecord);
    const auto label = static_cast<std::uint8_t>(record[0]);
    CheckLabel(path, i, label, kCifar10Remedy);
    data.labels.push_back(label);
    for (std::size_t pixel = 0; pixel < kPlane; ++pixel) {
      for (std::size_t channel = 0; channel < 3; ++channel) {
        data.pixels.push_back(static_cast<std::uint8_t>(record[1 + channel * kPlane + pixel]));
      }
    }
  }
  data.count += static_cast<std::int64_t>(records);
}

Dataset LoadCifar10(const std::string& dir, Split split) {
  if (dir.empty()) {
    throw Error(
        "The data set cifar-10 has no default folder; give the one that holds its binary batches "
        "(data_batch_1.bin ..., test_batch.bin) with --data-dir.");
  }
  CheckFolder(dir, kCifar10Remedy);
  const std::string inner = Join(dir, "cifar-10-batches-bin");
  const std::string folder = std::filesystem::is_directory(inner) ? inner : dir;
  Dataset data;
  data.name = kCifar10;
  data.height = data.width = 32;
  data.channels = 3;
  data.classes = kClasses;
  data.class_names = {"airplane", "automobile", "bird",  "cat",  "deer",
                      "dog",      "frog",       "horse", "ship", "truck"};
  if (split == Split::kTest) {
    AppendCifar10(Join(folder, "test_batch.bin"), data);
    return data;
  }
  for (int batch = 1; batch <= 5; ++batch) {
    AppendCifar10(Join(folder, fmt::format("data_batch_{}.bin", batch)), data);
  }
  return data;
}

}  // namespace

std::vector<std::string> DatasetNames() { return {kFashionMnist, kCifar10}; }

Dataset LoadDataset(const std::string& name, const std::string& dir, Split split) {
  if (name == kFashionMnist) return LoadFashionMnist(dir, split);
  if (name == kCifar10) return LoadCifar10(dir, split);
  throw Error(
      fmt::format("'{}' is not a data set; choose {}.", name, fmt::join(DatasetNames(), " or ")));
}

}  // namespace sumac
