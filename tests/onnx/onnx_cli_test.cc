// SPDX-License-Identifier: Apache-2.0
// `import`, `infer` and `export` on files: PyTorch's models and outputs (make_models.py), damaged
// ones, and a network of ours there and back.
#include <onnx/onnx_pb.h>

#include <cmath>
#include <functional>

#include "model/devices.h"
#include "sw/io/file.h"
#include "sw/io/npy.h"
#include "sw/train/checkpoint.h"
#include "tests/cli/program.h"
#include "tests/sw/nn_tools.h"
#include "tests/sw/train_tools.h"

namespace sumac {
namespace {

using testing::HasSubstr;

std::string Model(const std::string& file) { return std::string(SUMAC_ONNX_MODELS) + "/" + file; }

// The greatest difference, relative to the greatest expected number.
double Difference(const std::vector<float>& found, const std::vector<float>& expected) {
  double difference = 0;
  double greatest = 0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    difference = std::max(difference, std::fabs(static_cast<double>(found[i]) - expected[i]));
    greatest = std::max(greatest, std::fabs(static_cast<double>(expected[i])));
  }
  return difference / greatest;
}

class Models : public testing::TestWithParam<const char*> {
 protected:
  std::vector<std::string> Infer(const std::string& model,
                                 std::vector<std::string> more = {}) const {
    const std::string name = GetParam();
    std::vector<std::string> call = {"infer", model, "--input", Model(name + ".x.npy"),
                                     "--out", y_,    "--json"};
    call.insert(call.end(), more.begin(), more.end());
    return call;
  }
  std::string File() const { return Model(std::string(GetParam()) + ".onnx"); }

  TemporaryFolder folder_;
  std::string y_ = folder_.File("y.npy");
};

TEST_P(Models, WithTrueProductsGivePyTorchsNumbers) {
  const Result result = Sumac(Infer(File(), {"--mul", "ieee", "--check"}));
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.Json()["mismatches"], 0);
  EXPECT_GT(result.Json()["compared"], 2000);
  const Array found = ReadNpy(y_);
  const Array expected = ReadNpy(Model(std::string(GetParam()) + ".y.npy"));
  ASSERT_EQ(found.shape, expected.shape);
  EXPECT_LT(Difference(found.values, expected.values), 1e-5);
  // Integer-add products give other numbers.
  ASSERT_EQ(Sumac(Infer(File())).status, 0);
  EXPECT_GT(Difference(ReadNpy(y_).values, expected.values), 1e-3);
}

TEST_P(Models, AreTheSameWhenImported) {
  ASSERT_EQ(Sumac(Infer(File())).status, 0);
  const std::string direct = ReadFile(y_);
  const std::string imported = folder_.File("m.safetensors");
  const Result import = Sumac({"import", File(), "--out", imported});
  ASSERT_EQ(import.status, 0) << import.err;
  ASSERT_EQ(Sumac(Infer(imported)).status, 0);
  EXPECT_EQ(ReadFile(y_), direct);
}

#if SUMAC_HAS_RTL
TEST_P(Models, OnTheArrayGiveTheSameWords) {
  ASSERT_EQ(Sumac(Infer(File())).status, 0);
  const std::string kernels = ReadFile(y_);
  for (const char* engine : {"rtl", "core"}) {
    const Result result = Sumac(Infer(File(), {"--engine", engine, "--array", "4x4", "--check"}));
    ASSERT_EQ(result.status, 0) << result.err;
    const nlohmann::json document = result.Json();
    EXPECT_EQ(document["mismatches"], 0);
    EXPECT_GT(document["cycles"], 10000);
    EXPECT_EQ(document["cycles"], document["predicted_cycles"]);
    EXPECT_EQ(ReadFile(y_), kernels);
  }
}
#endif

INSTANTIATE_TEST_SUITE_P(Onnx, Models, testing::Values("resnet", "vgg", "mobilenet"),
                         [](const auto& model) { return std::string(model.param); });

TEST(Import, RefusesWhatItCannotRead) {
  const TemporaryFolder folder;
  const std::string path = folder.File("m.onnx");
  const std::string out = folder.File("m.safetensors");
  const std::string vgg = ReadFile(Model("vgg.onnx"));
  WriteFileAtomically(out, "whole");
  const auto refused = [&](const std::string& sentence) {
    ExpectWrongCall({"import", path, "--out", out}, sentence);
    EXPECT_EQ(ReadFile(out), "whole");
  };
  const auto changed = [&](const std::function<void(onnx::ModelProto&)>& change,
                           const std::string& sentence) {
    onnx::ModelProto model;
    ASSERT_TRUE(model.ParseFromString(vgg));
    change(model);
    WriteFileAtomically(path, model.SerializeAsString());
    refused(sentence);
  };
  refused("m.onnx");  // there is none
  for (const std::size_t size : {std::size_t{0}, std::size_t{20}, vgg.size() / 2}) {
    WriteFileAtomically(path, vgg.substr(0, size));
    refused("expected a whole ONNX model");
  }
  changed([](auto& m) { m.mutable_graph()->mutable_node(1)->set_op_type("Tanh"); },
          "Tanh '/2/Relu' is not supported");
  changed([](auto& m) { m.mutable_graph()->mutable_node(1)->set_domain("com.example"); },
          "is of the domain 'com.example'");
  changed([](auto& m) { m.mutable_graph()->mutable_initializer(0)->set_dims(0, 7); },
          "elements, and its shape");
  changed([](auto& m) { m.mutable_graph()->mutable_initializer(0)->set_dims(0, -1); },
          "the impossible shape");
  changed([](auto& m) { m.mutable_graph()->mutable_initializer(0)->set_data_type(11); },
          "is of type DOUBLE");
  changed(
      [](auto& m) {
        m.mutable_graph()->mutable_initializer(0)->set_data_location(onnx::TensorProto::EXTERNAL);
      },
      "lies in another file");
  changed(
      [](auto& m) {
        auto* type = m.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type();
        type->mutable_shape()->mutable_dim(0)->set_dim_param("batch");
      },
      "the dynamic dimension 'batch'");
  changed([](auto& m) { m.mutable_opset_import(0)->set_version(6); }, "those of opset 6");
  changed([](auto& m) { *m.mutable_graph()->add_output() = m.graph().output(0); }, "found 1 and 2");
  changed([](auto& m) { m.mutable_graph()->mutable_node(0)->set_input(1, "no"); }, "needs 'no'");
}

TEST(Infer, RefusesAnInputOfAnotherShape) {
  const TemporaryFolder folder;
  ExpectWrongCall(
      {"infer", Model("vgg.onnx"), "--input", Model("resnet.x.npy"), "--out", folder.File("y.npy")},
      "is of [2, 3, 20, 20], and");
  EXPECT_EQ(folder.Count(), 0);
}

// A checkpoint's network, exported and run from its ONNX file, against inference itself: the same
// words, with either product.
TEST(Export, GivesTheNetworkItself) {
  const TemporaryFolder folder;
  ResNetConfig config{.channels = 2, .height = 9, .width = 7, .classes = 4};
  config.model = "resnet8";
  const auto device = MakeSimdDevice(1);
  ResNet net(*device, config);
  net.Initialize(3);
  std::uint64_t seed = 0;
  for (const StateEntry& entry : net.State()) {
    if (entry.name.find("bn") == std::string::npos) continue;
    FillNormal(entry.value.values, ++seed);
    for (float& word : entry.value.values) word = std::fabs(word) + 0.1f;
  }
  const Sgd sgd(net.Parameters(), 0.9, 1e-4);
  const std::string checkpoint = folder.File("model.safetensors");
  WriteCheckpoint(checkpoint, net, sgd, ShortRun(""), {});
  const std::string model = folder.File("m.onnx");
  const Result result =
      Sumac({"export", "--checkpoint", checkpoint, "--out", model, "--batch", "2"});
  ASSERT_EQ(result.status, 0) << result.err;

  onnx::ModelProto proto;
  ASSERT_TRUE(proto.ParseFromString(ReadFile(model)));
  std::set<std::string> names;
  for (const auto& tensor : proto.graph().initializer()) names.insert(tensor.name());
  for (const StateEntry& entry : net.State()) EXPECT_TRUE(names.contains(entry.name)) << entry.name;

  Array image{{2, 2, 9, 7}, std::vector<float>(2 * 2 * 9 * 7)};
  FillNormal(image.values, 99);
  WriteNpy(folder.File("x.npy"), image);
  for (const char* mul : {"pam", "ieee"}) {
    Arithmetic arithmetic;
    if (std::string(mul) == "ieee") arithmetic.product = Product::kIeee;
    Context context{.device = *device, .forward = arithmetic, .backward = arithmetic};
    ResNetInference inference(context, net, 2);
    for (std::size_t i = 0; i < image.values.size(); ++i) {  // NCHW to NHWC
      const std::size_t n = i / 126, c = i / 63 % 2, pixel = i % 63;
      inference.input()[(n * 63 + pixel) * 2 + c] = image.values[i];
    }
    const std::span<const float> expected = inference.Run(2);
    const Result ran = Sumac({"infer", model, "--input", folder.File("x.npy"), "--out",
                              folder.File("y.npy"), "--mul", mul});
    ASSERT_EQ(ran.status, 0) << ran.err;
    ExpectEqualWords(ReadNpy(folder.File("y.npy")).values, expected);
  }
  ExpectWrongCall({"export", "--checkpoint", model, "--out", folder.File("z.onnx")}, "m.onnx");
}

}  // namespace
}  // namespace sumac
