// SPDX-License-Identifier: Apache-2.0
// A build without ONNX says so, and how to get one; what another build imported still runs.
#include "sw/graph/graph.h"
#include "sw/io/npy.h"
#include "tests/cli/program.h"

namespace sumac {
namespace {

TEST(NoOnnx, SaysSo) {
  const TemporaryFolder folder;
  const std::string model = std::string(SUMAC_ONNX_MODELS) + "/vgg.onnx";
  const std::string input = std::string(SUMAC_ONNX_MODELS) + "/vgg.x.npy";
  ExpectWrongCall({"import", model, "--out", folder.File("m.safetensors")}, "-DSUMAC_ONNX=ON");
  ExpectWrongCall({"infer", model, "--input", input, "--out", folder.File("y.npy")},
                  "-DSUMAC_ONNX=ON");
  EXPECT_EQ(folder.Count(), 0);
}

TEST(NoOnnx, RunsAnImportedNetwork) {
  const TemporaryFolder folder;
  Graph graph;
  graph.input = {"x", {1, 2}};
  graph.output = "y";
  graph.nodes = {{"Relu", "relu", {"x"}, {"y"}, {}}};
  WriteGraph(folder.File("m.safetensors"), graph);
  WriteNpy(folder.File("x.npy"), {{1, 2}, {-3, 5}});
  const Result result = Sumac({"infer", folder.File("m.safetensors"), "--input",
                               folder.File("x.npy"), "--out", folder.File("y.npy")});
  ASSERT_EQ(result.status, 0) << result.err;
  EXPECT_THAT(ReadNpy(folder.File("y.npy")).values, testing::ElementsAre(0, 5));
}

}  // namespace
}  // namespace sumac
