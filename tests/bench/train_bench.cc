// SPDX-License-Identifier: Apache-2.0
// A full training step (forward, loss, backward, SGD) of ResNet-20 on random 32x32x3 images, with
// integer-add and with IEEE products. Rates are images a second.
#include <benchmark/benchmark.h>
#include <omp.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/devices.h"
#include "sw/nn/loss.h"
#include "sw/nn/random.h"
#include "sw/nn/resnet.h"
#include "sw/nn/sgd.h"

namespace sumac {
namespace {

constexpr std::int64_t kBatch = 128;

// Pixels as training has them: uniform bytes, (byte / 255 - 1/2) * 2.
void FillInput(std::span<float> words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const RandomWords random = RandomFor(1, RandomStream::kAugment, 0, i);
    words[i] = static_cast<float>(random[0] >> 24) / 127.5f - 1.0f;
  }
}

void TrainStep(benchmark::State& state, Product product, int threads) {
  omp_set_num_threads(threads);
  const std::unique_ptr<Device> device = MakeSimdDevice(threads);
  const Arithmetic arithmetic{.product = product};
  Context context{.device = *device, .forward = arithmetic, .backward = arithmetic};
  ResNet net(*device, {.model = "resnet20"});
  net.Initialize(1);
  ResNetTraining graph(context, net, kBatch);
  FillInput(graph.input());
  std::vector<std::uint8_t> labels(static_cast<std::size_t>(kBatch));
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::uint8_t>(i % 10);
  Sgd sgd(net.Parameters(), 0.9, 1e-4);
  for (auto _ : state) {
    const std::span<const float> logits = graph.Forward(kBatch);
    SoftmaxCrossEntropy(net.config().classes, logits, labels, graph.logit_gradient());
    graph.Backward();
    sgd.Step(0.01);
  }
  state.counters["images/s"] =
      benchmark::Counter(static_cast<double>(kBatch) * static_cast<double>(state.iterations()),
                         benchmark::Counter::kIsRate);
}

void Register() {
  for (const int threads : {1, 2}) {
    for (const auto& [name, product] :
         {std::pair{"pam", Product::kPam}, {"ieee", Product::kIeee}}) {
      const std::string full =
          std::string("resnet20_32x32x3/") + name + "/threads:" + std::to_string(threads);
      benchmark::RegisterBenchmark(full.c_str(), TrainStep, product, threads)
          ->UseRealTime()
          ->Unit(benchmark::kMillisecond)
          ->MinTime(2);
    }
  }
}

const bool kRegistered = (Register(), true);

}  // namespace
}  // namespace sumac
