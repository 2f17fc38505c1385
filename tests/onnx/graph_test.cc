// SPDX-License-Identifier: Apache-2.0
// Each operator by itself, in ONNX's order, against loops written out here. Words are small whole
// numbers, so that every sum is exact and equal whatever its order.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "model/devices.h"
#include "sw/graph/network.h"
#include "tests/sw/io_files.h"

namespace sumac {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

GraphAttribute Ints(std::vector<std::int64_t> values) { return {std::move(values), {}, ""}; }

std::vector<float> Numbers(const Shape& shape, int seed) {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape) count *= extent;
  std::vector<float> values;
  for (std::int64_t i = 0; i < count; ++i) {
    values.push_back(static_cast<float>((i * 7 + seed * 5 + i / 3) % 11 - 5));
  }
  return values;
}

// A graph of one operator with the constants w, b, ... after its input.
Graph OneNode(const std::string& op, const Shape& input,
              const std::vector<std::pair<std::string, Shape>>& constants,
              std::map<std::string, GraphAttribute> attributes = {}) {
  Graph graph;
  graph.path = "m.onnx";
  graph.input = {"x", input};
  graph.output = "y";
  GraphNode node{op, "node", {"x"}, {"y"}, std::move(attributes)};
  int seed = 1;
  for (const auto& [name, shape] : constants) {
    node.inputs.push_back(name);
    graph.tensors[name] = {name, shape, Numbers(shape, seed++)};
  }
  graph.nodes = {node};
  return graph;
}

struct Ran {
  Shape shape;
  std::vector<float> y;
  std::size_t jobs = 0;
};

Ran Compute(const Graph& graph, const std::vector<float>& x) {
  const auto device = MakeSimdDevice(1);
  std::vector<LayerReport> reports;
  const Arithmetic ieee{.product = Product::kIeee};
  Context context{.device = *device, .forward = ieee, .backward = ieee, .reports = &reports};
  const GraphPlan plan = PlanGraph(graph);
  Ran ran{plan.shapes.at(plan.graph.output), RunGraph(context, plan, x), 0};
  ran.jobs = reports.size();
  return ran;
}

float At(const std::vector<float>& values, const Shape& shape, std::int64_t n, std::int64_t c,
         std::int64_t y, std::int64_t x) {
  if (y < 0 || x < 0 || y >= shape[2] || x >= shape[3]) return 0;
  return values[static_cast<std::size_t>(((n * shape[1] + c) * shape[2] + y) * shape[3] + x)];
}

TEST(Graph, ConvolutionsOfAnyGroupsStrideDilationAndPadding) {
  for (const std::int64_t groups : {1, 2, 6}) {
    const Shape in = {2, 6, 7, 9}, w = {12, 6 / groups, 3, 2};
    const Graph graph = OneNode("Conv", in, {{"w", w}, {"b", {12}}},
                                {{"group", Ints({groups})},
                                 {"strides", Ints({2, 1})},
                                 {"dilations", Ints({1, 3})},
                                 {"pads", Ints({1, 0, 2, 1})}});
    const std::vector<float> x = Numbers(in, 9), weights = Numbers(w, 1), bias = Numbers({12}, 2);
    const Ran ran = Compute(graph, x);
    ASSERT_EQ(ran.shape, (Shape{2, 12, 4, 7}));
    EXPECT_EQ(ran.jobs, static_cast<std::size_t>(groups));
    for (std::int64_t n = 0; n < 2; ++n) {
      for (std::int64_t oc = 0; oc < 12; ++oc) {
        for (std::int64_t oy = 0; oy < 4; ++oy) {
          for (std::int64_t ox = 0; ox < 7; ++ox) {
            float sum = bias[static_cast<std::size_t>(oc)];
            for (std::int64_t ic = 0; ic < w[1]; ++ic) {
              for (std::int64_t r = 0; r < 3; ++r) {
                for (std::int64_t q = 0; q < 2; ++q) {
                  sum += At(weights, w, oc, ic, r, q) *
                         At(x, in, n, oc / (12 / groups) * w[1] + ic, oy * 2 + r - 1, ox + q * 3);
                }
              }
            }
            ASSERT_EQ(At(ran.y, ran.shape, n, oc, oy, ox), sum) << groups << " " << oc;
          }
        }
      }
    }
  }
}

TEST(Graph, PadsToTheSameSize) {
  for (const char* mode : {"SAME_UPPER", "SAME_LOWER"}) {
    const Shape in = {1, 1, 1, 4};
    const Graph graph = OneNode("Conv", in, {{"w", {1, 1, 1, 2}}}, {{"auto_pad", {{}, {}, mode}}});
    const std::vector<float> x = {1, 10, 100, 1000}, w = Numbers({2}, 1);
    const float a = w[0], b = w[1];
    const bool upper = std::string(mode) == "SAME_UPPER";
    EXPECT_THAT(
        Compute(graph, x).y,
        upper ? testing::ElementsAre(a + 10 * b, 10 * a + 100 * b, 100 * a + 1000 * b, 1000 * a)
              : testing::ElementsAre(b, a + 10 * b, 10 * a + 100 * b, 100 * a + 1000 * b));
  }
}

TEST(Graph, Pools) {
  const Shape in = {1, 1, 1, 5};
  const std::vector<float> x = {1, -5, -3, 7, 2};
  const auto pool = [&](const char* op, std::map<std::string, GraphAttribute> attributes) {
    attributes["kernel_shape"] = Ints({1, 2});
    attributes["strides"] = Ints({1, 2});
    return Compute(OneNode(op, in, {}, std::move(attributes)), x).y;
  };
  using testing::ElementsAre;
  EXPECT_THAT(pool("MaxPool", {}), ElementsAre(1, 7));
  EXPECT_THAT(pool("MaxPool", {{"ceil_mode", Ints({1})}}), ElementsAre(1, 7, 2));
  EXPECT_THAT(pool("MaxPool", {{"pads", Ints({0, 1, 0, 0})}}), ElementsAre(1, -3, 7));
  EXPECT_THAT(pool("MaxPool", {{"dilations", Ints({1, 2})}}), ElementsAre(1, 2));
  EXPECT_THAT(pool("AveragePool", {}), ElementsAre(-2, 2));
  EXPECT_THAT(pool("AveragePool", {{"pads", Ints({0, 1, 0, 0})}}), ElementsAre(1, -4, 4.5f));
  EXPECT_THAT(pool("AveragePool", {{"pads", Ints({0, 1, 0, 0})}, {"count_include_pad", Ints({1})}}),
              ElementsAre(0.5f, -4, 4.5f));
  // A window's part beyond the padding counts for nothing.
  EXPECT_THAT(pool("AveragePool", {{"ceil_mode", Ints({1})}, {"count_include_pad", Ints({1})}}),
              ElementsAre(-2, 2, 2));
  const Ran nan =
      Compute(OneNode("MaxPool", in, {}, {{"kernel_shape", Ints({1, 5})}}), {1, kNan, 3, -2, 2});
  EXPECT_TRUE(std::isnan(nan.y[0]));
  EXPECT_THAT(
      Compute(OneNode("GlobalAveragePool", {1, 2, 2, 2}, {}), {1, 2, 3, 4, 10, 20, 30, 40}).y,
      ElementsAre(2.5f, 25));
}

TEST(Graph, GemmAndMatMulOfEitherOrder) {
  for (const std::int64_t turned : {0, 1}) {
    const Shape w = turned ? Shape{4, 3} : Shape{3, 4};
    const Graph graph =
        OneNode("Gemm", {2, 3}, {{"w", w}, {"b", {4}}}, {{"transB", Ints({turned})}});
    const std::vector<float> x = Numbers({2, 3}, 4), weights = Numbers(w, 1), b = Numbers({4}, 2);
    const Ran ran = Compute(graph, x);
    ASSERT_EQ(ran.shape, (Shape{2, 4}));
    for (std::size_t m = 0; m < 2; ++m) {
      for (std::size_t n = 0; n < 4; ++n) {
        float sum = b[n];
        for (std::size_t k = 0; k < 3; ++k) {
          sum += x[m * 3 + k] * weights[turned ? n * 3 + k : k * 4 + n];
        }
        EXPECT_EQ(ran.y[m * 4 + n], sum);
      }
    }
  }
  const Ran stack = Compute(OneNode("MatMul", {2, 1, 2}, {{"w", {2, 1}}}), {1, 2, 3, 4});
  const std::vector<float> w = Numbers({2, 1}, 1);
  EXPECT_EQ(stack.shape, (Shape{2, 1, 1}));
  EXPECT_THAT(stack.y, testing::ElementsAre(w[0] + 2 * w[1], 3 * w[0] + 4 * w[1]));
  const Ran turned =
      Compute(OneNode("Gemm", {2, 1}, {{"w", {2, 1}}}, {{"transA", Ints({1})}}), {5, 6});
  EXPECT_THAT(turned.y, testing::ElementsAre(5 * w[0] + 6 * w[1]));
}

TEST(Graph, ElementsAndOrder) {
  using testing::ElementsAre;
  const Shape in = {1, 2, 1, 2};
  const std::vector<float> x = {1, 2, -3, 4};
  EXPECT_THAT(Compute(OneNode("Relu", in, {}), x).y, ElementsAre(1, 2, 0, 4));
  EXPECT_THAT(Compute(OneNode("Identity", in, {}), x).y, ElementsAre(1, 2, -3, 4));
  EXPECT_THAT(
      Compute(OneNode("Clip", in, {}, {{"min", {{}, {-1}, ""}}, {"max", {{}, {2}, ""}}}), x).y,
      ElementsAre(1, 2, -1, 2));
  // One word a channel, added to both of its pixels.
  const std::vector<float> w = Numbers({2}, 1);
  EXPECT_THAT(Compute(OneNode("Add", in, {{"w", {2, 1, 1}}}), x).y,
              ElementsAre(1 + w[0], 2 + w[0], -3 + w[1], 4 + w[1]));
  EXPECT_THAT(Compute(OneNode("Flatten", in, {}), x).y, ElementsAre(1, 2, -3, 4));
  Graph reshape = OneNode("Reshape", in, {});
  reshape.nodes[0].inputs.push_back("shape");
  reshape.integers["shape"] = {0, 1, -1, 1};
  const Ran reshaped = Compute(reshape, x);
  EXPECT_EQ(reshaped.shape, (Shape{1, 1, 4, 1}));
  EXPECT_THAT(reshaped.y, ElementsAre(1, 2, -3, 4));
  const Ran padded = Compute(OneNode("Pad", in, {}, {{"pads", Ints({0, 1, 0, 0, 0, 0, 0, 1})}}), x);
  EXPECT_EQ(padded.shape, (Shape{1, 3, 1, 3}));
  EXPECT_THAT(padded.y, ElementsAre(0, 0, 0, 1, 2, 0, -3, 4, 0));
  // From opset 11 on limits, pads and their value are inputs, each of which may be left out.
  Graph clip = OneNode("Clip", in, {});
  clip.tensors["most"] = {"most", {}, {2}};
  clip.nodes[0].inputs = {"x", "", "most"};
  EXPECT_THAT(Compute(clip, x).y, ElementsAre(1, 2, -3, 2));
  clip.nodes[0].inputs = {"x", "most"};
  EXPECT_THAT(Compute(clip, x).y, ElementsAre(2, 2, 2, 4));
  Graph pad = OneNode("Pad", in, {});
  pad.integers["pads"] = {0, 0, 1, 0, 0, 0, 0, 1};
  pad.tensors["value"] = {"value", {}, {7}};
  pad.nodes[0].inputs = {"x", "pads", ""};
  EXPECT_THAT(Compute(pad, x).y, ElementsAre(0, 0, 0, 1, 2, 0, 0, 0, 0, -3, 4, 0));
  pad.nodes[0].inputs = {"x", "pads", "value"};
  EXPECT_THAT(Compute(pad, x).y, ElementsAre(7, 7, 7, 1, 2, 7, 7, 7, 7, -3, 4, 7));
}

// x -> Conv -> BatchNormalization -> Add (of x) -> Relu: one job, and the same words as operator
// after operator, each kept from the epilogue by a second use of its input.
TEST(Graph, WhatAnEpilogueTakesChangesNoWord) {
  const Shape in = {1, 3, 4, 5};
  Graph graph = OneNode("Conv", in, {{"w", {3, 3, 1, 1}}, {"b", {3}}});
  graph.nodes[0].outputs = {"c"};
  GraphNode norm{"BatchNormalization", "norm", {"c", "g", "be", "m", "v"}, {"n"}, {}};
  for (const char* name : {"g", "be", "m"}) graph.tensors[name] = {name, {3}, Numbers({3}, 3)};
  graph.tensors["v"] = {"v", {3}, {1, 0.3f, 7}};
  graph.nodes.push_back(norm);
  graph.nodes.push_back({"Add", "sum", {"x", "n"}, {"s"}, {}});
  graph.nodes.push_back({"Relu", "relu", {"s"}, {"y"}, {}});
  const std::vector<float> x = Numbers(in, 6);
  const Ran fused = Compute(graph, x);
  EXPECT_EQ(PlanGraph(graph).steps.size(), 1u);
  Graph apart = graph;
  for (const char* name : {"c", "n", "s"}) {
    apart.nodes.push_back(
        {"Relu", std::string("use ") + name, {name}, {std::string(name) + "2"}, {}});
  }
  EXPECT_EQ(PlanGraph(apart).steps.size(), 7u);
  EXPECT_EQ(Compute(apart, x).y, fused.y);
  // By the formula, in binary64.
  const std::vector<float> w = Numbers({3, 3, 1, 1}, 1), b = Numbers({3}, 2), g = Numbers({3}, 3);
  for (std::size_t c = 0; c < 3; ++c) {
    double sum = b[c];
    for (std::size_t k = 0; k < 3; ++k) sum += w[c * 3 + k] * x[k * 20];
    const double v = graph.tensors["v"].values[c];
    const double expected = (sum - g[c]) / std::sqrt(v + 1e-5) * g[c] + g[c] + x[c * 20];
    EXPECT_NEAR(fused.y[c * 20], std::max(0.0, expected), 1e-4);
  }
}

TEST(Graph, IsTheSameAfterItsFile) {
  const TemporaryFolder folder;
  const std::string path = folder.File("m.safetensors");
  Graph graph = OneNode("Conv", {1, 2, 3, 3}, {{"w", {2, 1, 3, 3}}},
                        {{"group", Ints({2})}, {"auto_pad", {{}, {}, "SAME_UPPER"}}});
  WriteGraph(path, graph);
  const std::vector<float> x = Numbers({1, 2, 3, 3}, 8);
  EXPECT_EQ(Compute(ReadGraph(path), x).y, Compute(graph, x).y);
  TensorFile file = ReadSafetensors(path);
  file.metadata["sumac.graph"] = "{}";
  WriteSafetensors(path, file);
  ExpectRefused([&] { ReadGraph(path); }, testing::HasSubstr("import it again"));
  file.metadata.clear();
  WriteSafetensors(path, file);
  ExpectRefused([&] { ReadGraph(path); }, testing::HasSubstr("holds no graph"));
}

TEST(Graph, WhatDoesNotFitIsRefusedByItsName) {
  const Shape in = {1, 4, 3, 3};
  const auto refused = [](const Graph& graph, const std::string& sentence) {
    ExpectRefused([&] { PlanGraph(graph); }, testing::HasSubstr(sentence));
  };
  refused(OneNode("Softmax", in, {}), "m.onnx: Softmax 'node' is not supported; there are Add,");
  refused(OneNode("Conv", in, {{"w", {4, 3, 1, 1}}}), "Conv 'node' has weights of [4, 3, 1, 1]");
  refused(OneNode("Conv", in, {{"w", {4, 4, 5, 5}}}), "does not fit into images of 3 x 3");
  refused(OneNode("Conv", in, {{"w", {4, 4, 1, 1}}, {"b", {3}}}), "has 'b' of [3], expected [4]");
  refused(OneNode("Conv", {1, 4, 3}, {{"w", {4, 4, 1}}}), "only images of two dimensions");
  refused(OneNode("MaxPool", in, {}), "has no kernel_shape");
  refused(
      OneNode("MaxPool", in, {}, {{"kernel_shape", Ints({1, 1})}, {"pads", Ints({1, 1, 1, 1})}}),
      "as much padding as its window");
  refused(OneNode("Gemm", {2, 3}, {{"w", {4, 5}}}), "multiplies [2, 3] by [4, 5]");
  refused(OneNode("Gemm", {2, 3}, {{"w", {3, 5}}}, {{"alpha", {{}, {0.5f}, ""}}}), "alpha 0.5");
  refused(OneNode("Add", in, {{"w", {3, 1, 1}}}), "do not fit");
  refused(OneNode("Add", {1}, {{"w", {0}}}), "has the empty input 'w'");
  refused(OneNode("Reshape", in, {{"w", {2}}}), "computes a shape");
  refused(OneNode("Pad", in, {}, {{"mode", {{}, {}, "reflect"}}}), "the mode 'reflect'");
  refused(OneNode("Pad", in, {}, {{"pads", Ints({1, 1})}}), "has pads [1, 1]");
  refused(OneNode("Pad", in, {}, {{"pads", Ints({0, 0, 0, 0, 0, 0, -1, 0})}}), "has pads [0, 0,");
  refused(OneNode("Pad", in, {{"w", {8}}}), "computes its pads while it runs");
  Graph graph = OneNode("Relu", in, {});
  graph.nodes[0].inputs = {"z"};
  refused(graph, "needs 'z', which no earlier node gives");
  graph = OneNode("Reshape", in, {});
  graph.nodes[0].inputs.push_back("shape");
  for (const std::vector<std::int64_t>& shape :
       {std::vector<std::int64_t>{5, -1}, {std::int64_t{1} << 62, 4}, {-1, -1}, {35}}) {
    graph.integers["shape"] = shape;
    refused(graph, "of [1, 4, 3, 3], which has 36 elements");
  }
  graph = OneNode("Relu", in, {});
  graph.output = "z";
  refused(graph, "no node gives the output 'z'");
}

}  // namespace
}  // namespace sumac
