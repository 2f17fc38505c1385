// SPDX-License-Identifier: Apache-2.0
// Checkpoints: every word and the position come back, weights lie as PyTorch has them, damaged and
// foreign files are refused; and the evaluation of a network.
#include <zlib.h>

#include <cmath>
#include <limits>

#include "model/devices.h"
#include "sw/io/file.h"
#include "sw/train/checkpoint.h"
#include "sw/train/evaluate.h"
#include "tests/sw/nn_tools.h"
#include "tests/sw/train_tools.h"

namespace sumac {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

ResNetConfig SmallNet() {
  return {.model = "resnet8", .channels = 2, .height = 9, .width = 7, .classes = 4};
}

// A network and an optimizer with words of their own everywhere.
class Checkpoints : public ::testing::Test {
 protected:
  Checkpoints() : device_(MakeSimdDevice(1)), net_(*device_, SmallNet()), config_(ShortRun("")) {
    std::uint64_t seed = 0;
    for (const StateEntry& entry : net_.State()) {
      FillNormal(entry.value.values, ++seed);
      if (!entry.name.ends_with("running_var")) continue;
      for (float& word : entry.value.values) word = std::fabs(word) + 0.1f;
    }
    for (std::vector<float>& velocity : sgd_.velocities()) FillNormal(velocity, ++seed);
    WriteCheckpoint(path_, net_, sgd_, config_, kPosition);
    bytes_ = ReadFile(path_);
  }

  static constexpr Position kPosition{34, 2, 3, 12.345678901234567, 21};
  TemporaryFolder folder_;
  std::string path_ = folder_.File("model.safetensors");
  std::unique_ptr<Device> device_;
  ResNet net_;
  Sgd sgd_{net_.Parameters(), 0.9, 1e-4};
  TrainConfig config_;
  std::string bytes_;
};

TEST_F(Checkpoints, BringBackEveryWord) {
  const Checkpoint read = ReadCheckpoint(path_);
  EXPECT_EQ(read.net, net_.config());
  EXPECT_EQ(read.position, kPosition);
  EXPECT_EQ(FirstDifference(read.config, config_), "");
  ResNet net(*device_, SmallNet());
  Sgd sgd(net.Parameters(), 0.9, 1e-4);
  Restore(read, net, sgd);
  const std::vector<StateEntry> expected = net_.State();
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ExpectEqualWords(net.State()[i].value.values, expected[i].value.values);
  }
  for (std::size_t i = 0; i < sgd.velocities().size(); ++i) {
    ExpectEqualWords(sgd.velocities()[i], sgd_.velocities()[i]);
  }
  const ResNet made = MakeNetwork(*device_, read);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    ExpectEqualWords(made.State()[i].value.values, expected[i].value.values);
  }
  // Written again, they are the same bytes.
  WriteCheckpoint(folder_.File("again"), net, sgd, read.config, read.position);
  EXPECT_TRUE(ReadFile(folder_.File("again")) == bytes_);
}

TEST_F(Checkpoints, HoldConvolutionsAsPyTorchHasThem) {
  const ConvGeometry& g = net_.blocks()[1].conv1.geometry();
  const std::span<const float> stored = net_.blocks()[1].conv1.weight().value.values;
  for (const NamedTensor& tensor : ReadSafetensors(path_).tensors) {
    if (tensor.name != "layer2.0.conv1.weight") continue;
    EXPECT_EQ(tensor.shape, (std::vector<std::int64_t>{32, 16, 3, 3}));
    std::size_t at = 0;
    for (std::int64_t o = 0; o < g.out_channels; ++o) {
      for (std::int64_t i = 0; i < g.in_channels; ++i) {
        for (std::int64_t y = 0; y < 3; ++y) {
          for (std::int64_t x = 0; x < 3; ++x) {
            const std::int64_t ohwi = ((o * 3 + y) * 3 + x) * g.in_channels + i;
            ASSERT_EQ(tensor.values[at++], stored[static_cast<std::size_t>(ohwi)]);
          }
        }
      }
    }
    return;
  }
  FAIL() << "no layer2.0.conv1.weight";
}

TEST_F(Checkpoints, OfAnythingNotFiniteAreNotWritten) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), -std::numeric_limits<float>::infinity()}) {
    for (const char* name : {"layer3.0.conv2.weight", "bn1.running_var"}) {
      for (const StateEntry& entry : net_.State()) {
        if (entry.name != name) continue;
        const float kept = entry.value.values[7];
        entry.value.values[7] = bad;
        ExpectRefused([&] { WriteCheckpoint(path_, net_, sgd_, config_, kPosition); },
                      AllOf(HasSubstr(name), HasSubstr(path_), HasSubstr("--lr")));
        entry.value.values[7] = kept;
      }
    }
  }
  EXPECT_TRUE(ReadFile(path_) == bytes_);
  EXPECT_EQ(folder_.Count(), 1);
}

// ---- Refused files: one sentence that names the file, the thing and what to do ----

class RefusedCheckpoints : public Checkpoints {
 protected:
  // Reads the file as `eval` does and as resuming does; both must refuse it.
  void ExpectBothRefuse(const std::string& thing) {
    const auto sentence = AllOf(HasSubstr(path_), HasSubstr(thing), HasSubstr("; give a "));
    ExpectRefused([&] { MakeNetwork(*device_, ReadCheckpoint(path_)); }, sentence);
    ExpectRefused(
        [&] {
          ResNet net(*device_, SmallNet());
          Sgd sgd(net.Parameters(), 0.9, 1e-4);
          Restore(ReadCheckpoint(path_), net, sgd);
        },
        sentence);
  }

  template <typename Change>
  void ExpectChangeRefused(const std::string& thing, Change change) {
    WriteFileAtomically(path_, bytes_);
    TensorFile file = ReadSafetensors(path_);
    change(file);
    WriteSafetensors(path_, file);
    ExpectBothRefuse(thing);
  }

  static NamedTensor& Tensor(TensorFile& file, const std::string& name) {
    for (NamedTensor& tensor : file.tensors) {
      if (tensor.name == name) return tensor;
    }
    throw Error("no tensor " + name);
  }
};

TEST_F(RefusedCheckpoints, CutOrWithMoreBytes) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{7}, std::size_t{500}, bytes_.size() / 2, bytes_.size() - 1}) {
    WriteFileAtomically(path_, bytes_.substr(0, size));
    ExpectBothRefuse("found");
  }
  WriteFileAtomically(path_, bytes_ + "x");
  ExpectBothRefuse("found");
}

TEST_F(RefusedCheckpoints, WithOtherTensors) {
  ExpectChangeRefused("no tensor layer2.0.bn1.running_mean", [](TensorFile& file) {
    std::erase_if(file.tensors, [](const NamedTensor& tensor) {
      return tensor.name == "layer2.0.bn1.running_mean";
    });
  });
  ExpectChangeRefused("layer4.0.conv1.weight is not the network's", [](TensorFile& file) {
    file.tensors.push_back({"layer4.0.conv1.weight", {1}, {1.0f}});
  });
  ExpectChangeRefused("conv1.weight has shape (16, 3, 3, 2), where (16, 2, 3, 3)",
                      [](TensorFile& file) {
                        Tensor(file, "conv1.weight").shape = {16, 3, 3, 2};
                      });
  ExpectChangeRefused("linear.bias has shape (2, 2), where (4)", [](TensorFile& file) {
    Tensor(file, "linear.bias").shape = {2, 2};
  });
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    ExpectChangeRefused("layer1.0.bn2.weight is not finite", [bad](TensorFile& file) {
      Tensor(file, "layer1.0.bn2.weight").values[3] = bad;
    });
  }
}

TEST_F(RefusedCheckpoints, OfAnotherNetwork) {
  ResNetConfig deep = SmallNet();
  deep.model = "resnet14";
  ResNet other(*device_, deep);
  Sgd sgd(other.Parameters(), 0.9, 1e-4);
  config_.model = "resnet14";
  WriteCheckpoint(path_, other, sgd, config_, kPosition);
  MakeNetwork(*device_, ReadCheckpoint(path_));  // good for its own network
  ExpectRefused([&] { Restore(ReadCheckpoint(path_), net_, sgd_); },
                AllOf(HasSubstr(path_), HasSubstr("not the network's")));
  WriteFileAtomically(path_, bytes_);
  ExpectRefused([&] { Restore(ReadCheckpoint(path_), other, sgd); },
                AllOf(HasSubstr(path_), HasSubstr("no tensor layer1.1.conv1.weight")));
}

TEST_F(RefusedCheckpoints, WithoutTheOptimizerCannotBeResumed) {
  TensorFile file = ReadSafetensors(path_);
  std::erase_if(file.tensors,
                [](const NamedTensor& tensor) { return tensor.name == "optimizer.linear.weight"; });
  WriteSafetensors(path_, file);
  MakeNetwork(*device_, ReadCheckpoint(path_));  // but evaluated
  ExpectRefused([&] { Restore(ReadCheckpoint(path_), net_, sgd_); },
                AllOf(HasSubstr(path_), HasSubstr("no tensor optimizer.linear.weight")));
}

TEST_F(RefusedCheckpoints, WithOtherMetadata) {
  const auto refused = [&](const std::string& thing, const std::string& key,
                           const std::string& value) {
    WriteFileAtomically(path_, bytes_);
    TensorFile file = ReadSafetensors(path_);
    file.metadata[key] = value;
    if (value == "none") file.metadata.erase(key);
    WriteSafetensors(path_, file);
    ExpectRefused([&] { MakeNetwork(*device_, ReadCheckpoint(path_)); },
                  AllOf(HasSubstr(path_), HasSubstr(thing)));
  };
  for (const char* key : {"sumac", "model", "channels", "height", "width", "classes", "config",
                          "images", "epoch", "step", "loss_sum", "correct"}) {
    refused(std::string("no metadata ") + key, key, "none");
  }
  refused("version 2", "sumac", "2");
  refused("resnet9", "model", "resnet9");
  refused("resnet20", "model", "resnet20");
  refused("channels \"-1\"", "channels", "-1");
  refused("height \"9.5\"", "height", "9.5");
  refused("0 x 7", "height", "0");
  refused("1000000 classes", "classes", "1000000");
  refused("epoch \"99999999999999999999\"", "epoch", "99999999999999999999");
  refused("not JSON", "config", "{");
  refused("lr", "config", "{\"lr\": -1}");
  refused("unknown", "config", "{\"unknown\": 1}");
}

// ---- Evaluation ----

TEST_F(Checkpoints, AreEvaluatedToTheSameWordsInAnyBatches) {
  const Dataset data = BarImages(kTestImages, 2);
  Context context{*device_, kPam, kPam};
  const EvalResult all = Evaluate(context, net_, data, kTestImages, kTestImages);
  ASSERT_EQ(all.logits.size(), 44u);
  std::string bytes;
  int correct = 0;
  for (std::size_t i = 0; i < all.logits.size(); ++i) bytes += Little(ToWord(all.logits[i]), 4);
  for (std::size_t image = 0; image < data.labels.size(); ++image) {
    const auto row = std::span(all.logits).subspan(image * 4, 4);
    correct += std::max_element(row.begin(), row.end()) - row.begin() == data.labels[image] ? 1 : 0;
  }
  EXPECT_EQ(all.logits_crc32, crc32(0, reinterpret_cast<const Bytef*>(bytes.data()),
                                    static_cast<uInt>(bytes.size())));
  EXPECT_EQ(all.accuracy, static_cast<double>(correct) / 11);
  ASSERT_EQ(all.layers.size(), 8u);
  EXPECT_EQ(all.layers[0].name, "conv1 forward");
  for (const std::int64_t batch : {1, 4, 100}) {
    const EvalResult result = Evaluate(context, net_, data, kTestImages, batch);
    ExpectEqualWords(result.logits, all.logits, 4);
    EXPECT_EQ(result.accuracy, all.accuracy);
    EXPECT_NEAR(result.loss, all.loss, 1e-12 * all.loss);
  }
  const EvalResult stopped =
      Evaluate(context, net_, data, kTestImages, 4, [](std::int64_t done) { return done < 8; });
  EXPECT_EQ(stopped.images, 8);
  ExpectEqualWords(stopped.logits, std::span(all.logits).first(32), 4);
}

TEST_F(Checkpoints, AreEvaluatedOnImagesThatFit) {
  Context context{*device_, kPam, kPam};
  Dataset data = BarImages(4, 2);
  ExpectRefused([&] { Evaluate(context, net_, data, 5, 2); }, HasSubstr("5 images"));
  ExpectRefused([&] { Evaluate(context, net_, data, 0, 2); }, HasSubstr("0 images"));
  ExpectRefused([&] { Evaluate(context, net_, data, 1, 0); }, HasSubstr("batch of 0"));
  data.classes = 5;
  ExpectRefused([&] { Evaluate(context, net_, data, 1, 1); }, HasSubstr("5 classes"));
}

}  // namespace
}  // namespace sumac
