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

onnx::NodeProto& AddNode(onnx::ModelProto& model, const std::string& op,
                         const std::vector<std::string>& inputs, const std::string& output) {
  onnx::NodeProto& node = *model.mutable_graph()->add_node();
  node.set_op_type(op);
  node.set_name("/" + output);
  for (const std::string& input : inputs) node.add_input(input);
  node.add_output(output);
  return node;
}

onnx::AttributeProto& AddAttribute(onnx::NodeProto& node, const std::string& name,
                                   onnx::AttributeProto::AttributeType type) {
  onnx::AttributeProto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(type);
  return attribute;
}

void AddConstant(onnx::ModelProto& model, const std::string& name,
                 const std::vector<std::int64_t>& values) {
  onnx::NodeProto& node = AddNode(model, "Constant", {}, name);
  onnx::TensorProto& tensor =
      *AddAttribute(node, "value", onnx::AttributeProto::TENSOR).mutable_t();
  tensor.set_data_type(onnx::TensorProto::INT64);
  tensor.add_dims(std::ssize(values));
  for (const std::int64_t value : values) tensor.add_int64_data(value);
}

void AddValue(onnx::ValueInfoProto& value, const std::string& name,
              const std::vector<std::int64_t>& shape) {
  value.set_name(name);
  onnx::TypeProto::Tensor& type = *value.mutable_type()->mutable_tensor_type();
  type.set_elem_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t extent : shape) type.mutable_shape()->add_dim()->set_dim_value(extent);
}

// torch.nn.functional.pad(x, (1, 2, 0, 3), value=-2) from opset 11 on, node by node as PyTorch 1.13
// writes it: the pads are filled up to all dimensions, paired, turned round and put in order.
onnx::ModelProto PaddedByPyTorch() {
  onnx::ModelProto model;
  model.add_opset_import()->set_version(13);
  AddValue(*model.mutable_graph()->add_input(), "x", {1, 2, 3, 3});
  AddValue(*model.mutable_graph()->add_output(), "y", {1, 2, 6, 6});
  AddConstant(model, "count", {4});
  AddConstant(model, "given", {1, 2, 0, 3});
  using Type = onnx::AttributeProto;
  onnx::NodeProto& zeros = AddNode(model, "ConstantOfShape", {"count"}, "zeros");
  onnx::TensorProto& zero = *AddAttribute(zeros, "value", Type::TENSOR).mutable_t();
  zero.set_data_type(onnx::TensorProto::INT64);
  zero.add_dims(1);
  zero.set_raw_data(std::string(8, '\0'));
  AddAttribute(AddNode(model, "Concat", {"given", "zeros"}, "all"), "axis", Type::INT).set_i(0);
  AddConstant(model, "pairs", {-1, 2});
  AddNode(model, "Reshape", {"all", "pairs"}, "paired");
  AddConstant(model, "axis", {0});
  AddConstant(model, "last", {-1});
  AddConstant(model, "before", {-std::numeric_limits<std::int64_t>::max()});
  AddNode(model, "Slice", {"paired", "last", "before", "axis", "last"}, "turned");
  onnx::AttributeProto& perm =
      AddAttribute(AddNode(model, "Transpose", {"turned"}, "sides"), "perm", Type::INTS);
  perm.add_ints(1);
  perm.add_ints(0);
  AddNode(model, "Reshape", {"sides", "last"}, "flat");
  AddAttribute(AddNode(model, "Cast", {"flat"}, "pads"), "to", Type::INT)
      .set_i(onnx::TensorProto::INT64);
  onnx::NodeProto& value = AddNode(model, "Constant", {}, "value");
  AddAttribute(value, "value_float", Type::FLOAT).set_f(-2);
  AddAttribute(AddNode(model, "Pad", {"x", "pads", "value"}, "y"), "mode", Type::STRING)
      .set_s("constant");
  return model;
}

TEST(Import, PadsThatAreComputedOfConstants) {
  const TemporaryFolder folder;
  const std::string path = folder.File("m.onnx");
  Array x{{1, 2, 3, 3}, std::vector<float>(18)};
  FillNormal(x.values, 5);
  WriteNpy(folder.File("x.npy"), x);
  WriteFileAtomically(path, PaddedByPyTorch().SerializeAsString());
  const std::string imported = folder.File("m.safetensors");
  ASSERT_EQ(Sumac({"import", path, "--out", imported}).status, 0);
  for (const std::string& model : {path, imported}) {
    const Result result = Sumac(
        {"infer", model, "--input", folder.File("x.npy"), "--out", folder.File("y.npy"), "--json"});
    ASSERT_EQ(result.status, 0) << result.err;
    const Array y = ReadNpy(folder.File("y.npy"));
    ASSERT_EQ(y.shape, (std::vector<std::int64_t>{1, 2, 6, 6}));
    for (std::size_t i = 0; i < y.values.size(); ++i) {
      const std::size_t column = i % 6, row = i / 6 % 6, channel = i / 36;
      const bool inside = column >= 1 && column < 4 && row < 3;
      EXPECT_EQ(y.values[i], inside ? x.values[channel * 9 + row * 3 + column - 1] : -2) << i;
    }
  }
  // A link of the chain that computes something else is refused, by its name.
  const auto refused = [&](const std::string& name, const auto& change, const std::string& why) {
    onnx::ModelProto model = PaddedByPyTorch();
    for (onnx::NodeProto& node : *model.mutable_graph()->mutable_node()) {
      if (node.name() == name) change(node);
    }
    WriteFileAtomically(path, model.SerializeAsString());
    ExpectWrongCall({"import", path, "--out", imported}, why);
  };
  refused(
      "/zeros", [](auto& node) { node.set_op_type("Size"); }, "Size '/zeros' is not supported");
  refused(
      "/sides", [](auto& node) { node.mutable_attribute(0)->set_ints(0, 0); },
      "Transpose '/sides' is not supported");
  refused(
      "/pads", [](auto& node) { node.mutable_attribute(0)->set_i(onnx::TensorProto::INT32); },
      "Cast '/pads' is not supported");
  refused(
      "/turned", [](auto& node) { node.set_input(4, "given"); },
      "Slice '/turned' is not supported");
  refused(
      "/paired", [](auto& node) { node.set_input(1, "before"); }, "Reshape '/paired' ");
  refused(
      "/y", [](auto& node) { node.set_input(1, "count"); }, "Pad '/y' has pads [4] for");
}

// x.view(x.size(0), -1) after the pad: Shape, Gather, Unsqueeze and Concat give the Reshape's
// numbers.
TEST(Import, ShapesThatAreComputed) {
  const TemporaryFolder folder;
  const std::string path = folder.File("m.onnx");
  const auto write = [&](const std::string& shape_of) {
    onnx::ModelProto model = PaddedByPyTorch();
    using Type = onnx::AttributeProto;
    AddNode(model, "Shape", {shape_of}, "shape");
    onnx::NodeProto& zero = AddNode(model, "Constant", {}, "zero");
    AddAttribute(zero, "value_int", Type::INT).set_i(0);
    AddNode(model, "Gather", {"shape", "zero"}, "images");
    AddNode(model, "Unsqueeze", {"images", "axis"}, "first");
    AddAttribute(AddNode(model, "Concat", {"first", "last"}, "sizes"), "axis", Type::INT).set_i(0);
    AddNode(model, "Reshape", {"y", "sizes"}, "rows");
    model.mutable_graph()->mutable_output(0)->set_name("rows");
    WriteFileAtomically(path, model.SerializeAsString());
  };
  write("y");
  const Result result = Sumac({"import", path, "--out", folder.File("m.safetensors")});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("2 operators, 1 parameters, [1, 2, 3, 3] to [1, 72]"));
  write("z");
  ExpectWrongCall({"import", path, "--out", folder.File("m.safetensors")},
                  "no node gives the output 'z'");
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
