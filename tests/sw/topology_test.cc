// SPDX-License-Identifier: Apache-2.0
// Built-in networks against published sizes, and the reader of topology files.
#include "sw/topology/topology.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "model/error.h"
#include "sw/io/file.h"
#include "tests/sw/io_files.h"

namespace sumac {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string Write(const TemporaryFolder& folder, const std::string& name, const std::string& text) {
  WriteFileAtomically(folder.File(name), text);
  return folder.File(name);
}

std::int64_t Macs(const std::vector<LayerGemm>& gemms) {
  std::int64_t macs = 0;
  for (const LayerGemm& gemm : gemms) macs += gemm.count * gemm.m * gemm.n * gemm.k;
  return macs;
}

// Multiply-accumulates of one image: torchvision's documented figures in thousands of millions
// (three digits), and what sw/nn's ResNet-20 does.
TEST(Topology, BuiltInNetworksHaveThePublishedWork) {
  const std::map<std::string, double> published = {{"resnet18-imagenet", 1.81},
                                                   {"resnet34-imagenet", 3.66},
                                                   {"resnet50-imagenet", 4.09},
                                                   {"vgg16", 15.47},
                                                   {"mobilenet-v1", 0.569}};
  for (const auto& [name, giga] : published) {
    const double macs = static_cast<double>(Macs(LowerTopology(BuiltinTopology(name), 1, false)));
    EXPECT_NEAR(macs * 1e-9, giga, 0.0051) << name;
  }
  EXPECT_EQ(Macs(LowerTopology(BuiltinTopology("resnet20-fashion"), 8, false)), 246'569'984);
  EXPECT_EQ(Macs(LowerTopology(BuiltinTopology("resnet20-fashion"), 8, true)), 782'158'848);
  for (const std::string& name : TopologyNames()) {
    EXPECT_GT(BuiltinTopology(name).size(), 5u) << name;
  }
  EXPECT_THROW(BuiltinTopology("resnet"), Error);
}

TEST(Topology, LayersOfResNet50) {
  const std::vector<TopologyLayer> layers = BuiltinTopology("resnet50-imagenet");
  EXPECT_EQ(layers.size(), 1u + 16 * 3 + 4 + 1);
  const auto find = [&](const std::string& name) {
    return *std::find_if(layers.begin(), layers.end(),
                         [&](const TopologyLayer& layer) { return layer.name == name; });
  };
  EXPECT_EQ(find("conv1").out_height, 112);
  const TopologyLayer strided = find("layer4.0.conv2");
  EXPECT_EQ(strided.height, 14);
  EXPECT_EQ(strided.out_height, 7);
  EXPECT_EQ(strided.in_channels, 512);
  const TopologyLayer shortcut = find("layer3.0.downsample");
  EXPECT_EQ(shortcut.in_channels, 512);
  EXPECT_EQ(shortcut.out_channels, 1024);
  EXPECT_EQ(shortcut.height, 28);
  EXPECT_EQ(shortcut.out_height, 14);
}

TEST(Topology, AttentionHasItsOwnOperandsForEachImage) {
  for (const std::int64_t batch : {1, 3}) {
    for (const LayerGemm& gemm : LowerTopology(BuiltinTopology("transformer-block"), batch, true)) {
      if (gemm.name == "attention.scores forward") {
        EXPECT_EQ(gemm.count, 12 * batch);
        EXPECT_EQ(gemm.m, 512);
        EXPECT_EQ(gemm.n, 512);
        EXPECT_EQ(gemm.k, 64);
      } else if (gemm.name == "feed-forward.1 weight-gradient") {
        EXPECT_EQ(gemm.count, 1);
        EXPECT_EQ(gemm.m, 768);
        EXPECT_EQ(gemm.n, 3072);
        EXPECT_EQ(gemm.k, 512 * batch);
      }
    }
  }
}

TEST(Topology, ReadsBothKindsOfFiles) {
  const TemporaryFolder folder;
  const std::string path = Write(
      folder, "net.csv",
      "Layer name, IFMAP Height, IFMAP Width, Filter Height, Filter Width, Channels, Num Filter, "
      "Strides,\r\nConv1, 230, 226, 7, 3, 3, 64, 2,\r\n\n  FC ,1,1,1,1,512,1000,1\n");
  const std::vector<TopologyLayer> layers = ReadTopologyCsv(path);
  ASSERT_EQ(layers.size(), 2u);
  EXPECT_EQ(layers[1].name, "FC");
  const std::vector<LayerGemm> gemms = LowerTopology(layers, 2, false);
  EXPECT_EQ(gemms[0].m, 2 * 112 * 112);
  EXPECT_EQ(gemms[0].n, 64);
  EXPECT_EQ(gemms[0].k, 7 * 3 * 3);
  EXPECT_EQ(gemms[1].m, 2);
  EXPECT_EQ(gemms[1].k, 512);
  const std::string products = Write(folder, "gemm.csv", "Layer, M, N, K,\nA, 5, 6, 7,\n");
  const LayerGemm gemm = LowerTopology(ReadTopologyCsv(products), 1, false).at(0);
  EXPECT_EQ(gemm.m, 5);
  EXPECT_EQ(gemm.n, 6);
  EXPECT_EQ(gemm.k, 7);
}

TEST(Topology, RefusesWhatItCannotRead) {
  const TemporaryFolder folder;
  const std::string header = "Layer, M, N, K,\n";
  const std::vector<std::pair<std::string, std::string>> files = {
      {"", "has no layers"},
      {header, "has no layers"},
      {header + "A, 1, 2,\n", "line 2: 3 columns"},
      {header + "A, 1, 2, 3\nB, 1, 2, 3, 4\n", "line 3: 5 columns"},
      {header + "A, 1, x, 3,\n", "line 2: 'x' is not a number"},
      {header + "A, 1, , 3,\n", "line 2: '' is not a number"},
      {header + "A, 1, 0, 3,\n", "'0' is not a number"},
      {header + "A, 1, -2, 3,\n", "'-2' is not a number"},
      {header + "A, 1, 2.5, 3,\n", "'2.5' is not a number"},
      {header + "A, 1, 99999999999999999999999, 3,\n", "is not a number from 1 to"},
      {header + std::string("A, 1, 2\0, 3,\n", 13), "'2\\x00' is not a number"},
      {header + "A, 3, 3, 4, 4, 1, 1, 1,\n", "4 x 4 filter is larger than the 3 x 3 input"},
  };
  for (const auto& [text, message] : files) {
    const std::string path = Write(folder, "bad.csv", text);
    SCOPED_TRACE(text);
    ExpectRefused([&] { ReadTopologyCsv(path); }, AllOf(HasSubstr(message), HasSubstr("bad.csv")));
  }
  EXPECT_THROW(ReadTopologyCsv(folder.File("missing.csv")), Error);
  // Sizes that no 64-bit sum could hold.
  const auto large = [&](std::int64_t n, std::int64_t batch) {
    const std::string text = header + "A, 1048576, " + std::to_string(n) + ", 8,\n";
    return LowerTopology(ReadTopologyCsv(Write(folder, "large.csv", text)), batch, true);
  };
  EXPECT_EQ(large(5, 1024).at(0).m, std::int64_t{1} << 30);
  ExpectRefused([&] { large(5, 1025); }, HasSubstr("take a smaller batch"));
  EXPECT_NO_THROW(large(1 << 20, 1));
  ExpectRefused([&] { large(1 << 20, 1024); }, HasSubstr("take a smaller batch"));
}

}  // namespace
}  // namespace sumac
