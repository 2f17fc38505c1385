// SPDX-License-Identifier: Apache-2.0
// --mul-free all multiplies no floating-point numbers: traps on every such instruction of this
// program stay untouched through training steps and tests, on every kernel; and the code that only
// such training runs has none at all. Without it, or with IEEE products, the traps are reached.
#include <regex>

#include "model/devices.h"
#include "sw/nn/sgd.h"
#include "sw/train/schedule.h"
#include "sw/train/step.h"
#include "tests/sw/multiplication_traps.h"
#include "tests/sw/train_tools.h"

namespace sumac {
namespace {

using Instructions = std::vector<MultiplicationTraps::Instruction>;

MultiplicationTraps& Traps() {
  static MultiplicationTraps traps;
  return traps;
}

std::string Names(const Instructions& instructions) {
  std::string names;
  for (const auto& one : instructions) names += "\n  " + one.text + " in " + one.function;
  return names;
}

TrainConfig Config(MulFree mul_free) {
  TrainConfig config = ShortRun("");
  config.mul_free = mul_free;
  config.shards = 2;
  return config;
}

// The instructions that some steps of a run reach, warm-up and cosine, and a test of the network.
// `spoil` changes the weights first.
template <class Spoil>
Instructions Reached(const TrainConfig& config, std::unique_ptr<Device> device,
                     const Spoil& spoil) {
  const Dataset data = BarImages(kTrainImages, 1);
  const Normaliser normalise(data);
  Context context{*device,       config.Forward(), config.Backward(),
                  config.shards, nullptr,          config.mul_free};
  ResNet net(*device, {config.model, data.channels, data.height, data.width, data.classes});
  net.Initialize(config.seed);
  spoil(net);
  Sgd sgd(net.Parameters(), config.momentum, config.weight_decay, config.mul_free);
  ResNetTraining graph(context, net, config.batch);
  ResNetInference test(context, net, config.batch);
  const ScheduleSteps steps = CountSteps(config, 4);
  std::vector<std::int64_t> images;
  for (std::int64_t i = 0; i < config.batch; ++i) images.push_back(i);
  return Traps().Reached([&] {
    for (std::int64_t step = 0; step < steps.total; step += 3) {
      ComputeGradients(config, step, data, normalise, images, graph);
      sgd.Step(LearningRate(config, steps, step));
    }
    std::copy(graph.input().begin(), graph.input().end(), test.input().begin());
    const auto logits = test.Run(config.batch);
    SoftmaxCrossEntropy(data.classes, logits,
                        std::span(data.labels).first(static_cast<std::size_t>(config.batch)), {},
                        config.mul_free);
  });
}

Instructions Reached(const TrainConfig& config, std::unique_ptr<Device> device) {
  return Reached(config, std::move(device), [](ResNet&) {});
}

TEST(MulFreeAll, ReachesNoMultiplication) {
  for (const std::string& kernel : KernelNames()) {
    for (const char* schedule : {"cosine", "step", "constant"}) {
      TrainConfig config = Config(MulFree::kAll);
      config.schedule = schedule;
      const Instructions reached = Reached(config, MakeSimdDevice(1, kernel));
      EXPECT_TRUE(reached.empty()) << kernel << Names(reached);
    }
  }
}

// Weights of all magnitudes take the general kernels, infinities the special cases.
TEST(MulFreeAll, ReachesNoMultiplicationOutOfRange) {
  for (const std::string& kernel : KernelNames()) {
    for (const float factor : {1e-37f, 1e37f, std::numeric_limits<float>::infinity()}) {
      const Instructions reached =
          Reached(Config(MulFree::kAll), MakeSimdDevice(1, kernel), [&](ResNet& net) {
            for (const Parameter& parameter : net.Parameters()) {
              const std::span<float> words = parameter.value.values;
              for (std::size_t i = 0; i < words.size(); i += 3) words[i] *= factor;
            }
          });
      EXPECT_TRUE(reached.empty()) << kernel << Names(reached);
    }
  }
}

TEST(MulFreeAll, TheReferenceReachesNoMultiplicationEither) {
  const Instructions reached = Reached(Config(MulFree::kAll), MakeReferenceDevice(1));
  EXPECT_TRUE(reached.empty()) << Names(reached);
}

bool Reaches(const Instructions& reached, const std::string& function) {
  return std::any_of(reached.begin(), reached.end(), [&](const auto& one) {
    return one.function.find(function) != std::string::npos;
  });
}

TEST(MulFreeGemm, ReachesThoseOutsideTheGemms) {
  const Instructions reached = Reached(Config(MulFree::kGemm), MakeSimdDevice(1));
  for (const char* function : {"IeeeAddGradientMoments", "IeeeInputGradient", "IeeeStatistics",
                               "AddMoments", "Exp(", "Log(", "CosPi(", "IeeeStep", "Pool"}) {
    EXPECT_TRUE(Reaches(reached, function)) << function;
  }
  EXPECT_FALSE(Reaches(reached, "gemm::")) << Names(reached);
}

TEST(IeeeProducts, ReachThoseOfTheGemms) {
  TrainConfig config = Config(MulFree::kGemm);
  config.mul = Product::kIeee;
  for (const std::string& kernel : KernelNames()) {
    EXPECT_TRUE(Reaches(Reached(config, MakeSimdDevice(1, kernel)), "gemm::Tile")) << kernel;
  }
}

// What no run may have reached: of the code that --mul-free all has for itself, and of the kernels
// of pam at every CPU and shape, no function holds such an instruction.
TEST(MulFreeAll, HasNoneInItsCode) {
  const std::regex own(
      "[Aa]ffine|PamLane|gemm::(Tile|Scatter|UpdateTaps|UpdateSome)<.*"
      "\\(sumac::gemm::Kind\\)[012]|gemm::Encode|gemm::ListNonzeros|gemm::Copy|gemm::Transpose|"
      "gemm::Finish|AddSums|sumac::Pa[a-z0-9]+\\(");
  const std::regex others("IeeeInputGradient.*|.*gemm::Tile<.*\\(sumac::gemm::Kind\\)3.*");
  std::int64_t seen = 0;
  for (const std::string& function : Traps().Functions()) {
    EXPECT_FALSE(std::regex_search(function, own)) << function;
    seen += std::regex_search(function, others) ? 1 : 0;
  }
  EXPECT_GT(seen, 20) << "the pattern no longer fits the names";
}

}  // namespace
}  // namespace sumac
