// SPDX-License-Identifier: Apache-2.0
// `diagnose`: its device on jobs that were computed by hand, the command on a short run.
#include <cmath>

#include "model/devices.h"
#include "sw/cli/diagnosing_device.h"
#include "sw/io/file.h"
#include "tests/cli/program.h"

namespace sumac {
namespace {

using ::testing::HasSubstr;

BufferPtr Words(Device& device, const std::vector<float>& words) {
  const BufferPtr buffer = device.Allocate(std::ssize(words));
  device.Write(*buffer, 0, words);
  return buffer;
}

// A job of a (m x k) and b (n x k), by ieee: the diagnosis is of pam whatever the run's product.
JobDiagnosis DiagnosisOf(const std::vector<float>& a, const std::vector<float>& b, std::int64_t m,
                         std::int64_t n, const std::string& name = "layer weight-gradient",
                         Product product = Product::kIeee) {
  DiagnosingDevice device(MakeSimdDevice(1), 1);
  Job job;
  job.name = name;
  job.m = m;
  job.n = n;
  job.k = std::ssize(a) / m;
  job.a = MatrixOperand(Words(device, a), 0, m, job.k, job.k, 1);
  job.b = MatrixOperand(Words(device, b), 0, n, job.k, job.k, 1);
  job.c = {.buffer = device.Allocate(m * n), .row_stride = n};
  job.arithmetic.product = product;
  device.Run(job);
  EXPECT_EQ(device.diagnoses().size(), 1u);
  return device.diagnoses().at(0);
}

TEST(DiagnosingDevice, ProductsAndDotsByHand) {
  // pam: 1.5 * 1.5 = 2, 1 * 2 = 2; the fold is 4 where ieee's is 4.25.
  const JobDiagnosis two = DiagnosisOf({1.5F, 1, 0}, {1.5F, 2, 7}, 1, 1);
  EXPECT_EQ(two.pairs, 3);
  EXPECT_EQ(two.zero_operand, 1);
  EXPECT_EQ(two.underflowed + two.saturated, 0);
  EXPECT_EQ(two.products.count, 2);
  EXPECT_DOUBLE_EQ(two.products.MeanRelative(), 0.25 / 2.25 / 2);
  EXPECT_DOUBLE_EQ(two.signed_error / 2, -0.25 / 2.25 / 2);
  EXPECT_DOUBLE_EQ(two.dots.Weighted(), 0.25 / 4.25);
  EXPECT_DOUBLE_EQ(two.pam_exact.MeanRelative(), 0.25 / 4.25);
  EXPECT_EQ(two.ieee_exact.MeanRelative(), 0);
  EXPECT_DOUBLE_EQ(two.shrinkage.Slope(), 4 / 4.25);
  EXPECT_DOUBLE_EQ(two.shrinkage.Cosine(), 1);
  EXPECT_FALSE(two.has_norm);
}

TEST(DiagnosingDevice, CountsUnderflowAndSaturation) {
  const JobDiagnosis sum =
      DiagnosisOf({0x1p-100F, 0x1p100F, 1, INFINITY}, {0x1p-100F, 0x1p100F, 1, 1}, 1, 1);
  EXPECT_EQ(sum.pairs, 4);
  EXPECT_EQ(sum.underflowed, 1);
  EXPECT_EQ(sum.saturated, 1);
  EXPECT_EQ(sum.products.count, 1);  // what is infinite or zero has no relative error
  EXPECT_TRUE(std::isnan(sum.dots.MeanRelative()));
}

TEST(DiagnosingDevice, BatchNormAbsorbsACommonFactor) {
  // Every product with 1.5 of 1.5 2^e is low by the same factor.
  const JobDiagnosis sum = DiagnosisOf({1.5F, 3, 6, 12}, {1.5F}, 4, 1, "layer forward");
  EXPECT_DOUBLE_EQ(sum.shrinkage.Slope(), 2 / 2.25);
  EXPECT_TRUE(sum.has_norm);
  EXPECT_NEAR(sum.normalised.Slope(), 1, 1e-6);
}

TEST(DiagnosingDevice, CountsCertifiedTiles) {
  const auto of = [](const std::vector<float>& a, Product product) {
    return DiagnosisOf(a, {2, 0.25F, 1}, 1, 1, "layer forward", product);
  };
  const JobDiagnosis certain = of({1.5F, 1, 0}, Product::kPam);
  EXPECT_GT(certain.tiles, 0);
  EXPECT_EQ(certain.certified, certain.tiles);
  const JobDiagnosis uncertain = of({1.5F, 0x1p-126F, 0}, Product::kPam);  // 2^-128 is flushed
  EXPECT_GT(uncertain.tiles, 0);
  EXPECT_EQ(uncertain.certified, 0);
  EXPECT_EQ(of({1.5F, 1, 0}, Product::kIeee).tiles, 0);
}

TEST(DiagnosingDevice, SamplesWhereThereAreTooMany) {
  const std::vector<float> ones(200 * 30, 1.25F);
  const JobDiagnosis sum = DiagnosisOf(ones, ones, 200, 200);
  EXPECT_EQ(sum.pairs, DiagnosingDevice::kPairs);
  EXPECT_EQ(sum.pam_exact.count, DiagnosingDevice::kExactDots);
  EXPECT_EQ(sum.dots.count, 200 * 200);
}

TEST(Diagnose, OfAShortRun) {
  TemporaryFolder folder;
  const std::string run = folder.File("run");
  const std::string checkpoint = run + "/model.safetensors";
  ASSERT_EQ(Sumac({"train", "--model", "resnet8", "--limit-train", "32", "--validation", "16",
                   "--batch", "16", "--epochs", "1", "--lr", "0.05", "--shards", "2", "--out", run})
                .status,
            0);
  const std::string out = run + "/diagnostics.json";
  const std::vector<std::string> call = {
      "diagnose", "--checkpoint", checkpoint, "--images", "12", "--batch", "8", "--out", out};
  const Result table = Sumac(call);
  ASSERT_EQ(table.status, 0) << table.err;
  EXPECT_THAT(table.out, HasSubstr("layer3.0.conv2 weight-gradient"));
  EXPECT_THAT(table.out, HasSubstr("certified, of all MACs by pam: "));

  std::vector<std::string> again = call;
  again.insert(again.end(), {"--json", "--threads", "1"});
  const Result json = Sumac(again);
  EXPECT_EQ(json.out, ReadFile(out));
  const nlohmann::json document = json.Json();
  EXPECT_EQ(document.at("images"), 12);
  EXPECT_EQ(document.at("mul"), "pam");
  ASSERT_EQ(document.at("layers").size(), 23u);  // 8 layers, the first without input gradient
  for (const nlohmann::json& layer : document.at("layers")) {
    const std::string name = layer.at("layer").get<std::string>() + " " + layer.dump();
    const bool weights = layer.at("pass") == "weight-gradient";
    EXPECT_EQ(layer.at("jobs"), weights ? 4 : 2) << name;  // two batches, two shards
    EXPECT_NEAR(layer.at("products").at("mean_relative_error").get<double>(), 0.038, 0.02) << name;
    EXPECT_NEAR(layer.at("dots").at("slope").get<double>(), 0.962, 0.03) << name;
    EXPECT_LT(layer.at("binary64").at("ieee").at("weighted_error").get<double>(), 1e-5) << name;
    EXPECT_GT(layer.at("simd").at("tiles"), 0) << name;
    EXPECT_GT(layer.at("simd").at("certified").get<double>(), 0.5) << name;
    const bool norm = layer.at("pass") == "forward" && layer.at("layer") != "linear";
    const nlohmann::json& after = layer.at("dots").at("slope_after_batch_norm");
    EXPECT_EQ(after.is_number(), norm) << name;
    if (norm) {
      EXPECT_GT(after.get<double>(), layer.at("dots").at("slope").get<double>()) << name;
    }
  }

  ExpectWrongCall({"diagnose", "--checkpoint", folder.File("none")}, "none");
  ExpectWrongCall({"diagnose", "--checkpoint", checkpoint, "--images", "4", "--batch", "8"},
                  "--images 8");
  ExpectWrongCall({"diagnose", "--checkpoint", checkpoint, "--images", "33"},
                  "--images asks for 33 training images, and the run has 32");
  ExpectWrongCall({"diagnose", "--checkpoint", checkpoint, "--batch", "33"}, "--batch asks for 33");
  ExpectWrongCall({"diagnose", "--checkpoint", checkpoint, "--out", folder.File("no/x.json")},
                  "no/x.json");
}

}  // namespace
}  // namespace sumac
