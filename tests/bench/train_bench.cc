// SPDX-License-Identifier: Apache-2.0
// A full training step (forward, loss, backward, SGD) of ResNet-20 on random 32x32x3 images, with
// integer-add and with IEEE products, and the parts of it. Rates are images a second. The counters
// are milliseconds a step: of the three kinds of GEMM, packing included; of what the host does
// between them, forward and backward (batch norm, shortcuts, pooling); of the loss and of SGD.
// "cpu" is both threads' time a step; waiting threads sleep only with OMP_WAIT_POLICY=passive.
#include <benchmark/benchmark.h>
#include <omp.h>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "model/devices.h"
#include "model/eager_device.h"
#include "sw/nn/loss.h"
#include "sw/nn/random.h"
#include "sw/nn/resnet.h"
#include "sw/nn/sgd.h"
#include "sw/train/images.h"

namespace sumac {
namespace {

constexpr std::int64_t kBatch = 128;

double Now() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double, std::milli>(now).count();
}

double CpuTime() { return 1e3 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

// The time of `work` in milliseconds.
template <class Work>
double TimeOf(Work work) {
  const double start = Now();
  work();
  return Now() - start;
}

// Tells how long the jobs of each pass take.
class TimedDevice : public WrappingDevice {
 public:
  using WrappingDevice::WrappingDevice;

  double forward = 0;
  double input_gradient = 0;
  double weight_gradient = 0;

 protected:
  JobReport Execute(const Job& job) override { return ExecuteAll({&job, 1}).front(); }
  // Jobs that are submitted together are of one pass.
  std::vector<JobReport> ExecuteAll(std::span<const Job> jobs) override {
    const std::string& name = jobs.front().name;
    double& total = name.ends_with(" forward")          ? forward
                    : name.ends_with(" input-gradient") ? input_gradient
                                                        : weight_gradient;
    std::vector<JobReport> reports;
    total += TimeOf([&] { reports = device().Wait(device().Submit(jobs)); });
    return reports;
  }
};

// Pixels as training has them: uniform bytes, (byte / 255 - 1/2) * 2.
void FillInput(std::span<float> words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const RandomWords random = RandomFor(1, RandomStream::kAugment, 0, i);
    words[i] = static_cast<float>(random[0] >> 24) / 127.5f - 1.0f;
  }
}

void TrainStep(benchmark::State& state, Product product, int threads) {
  omp_set_num_threads(threads);
  TimedDevice device(MakeSimdDevice(threads));
  const Arithmetic arithmetic{.product = product};
  Context context{.device = device, .forward = arithmetic, .backward = arithmetic};
  ResNet net(device, {.model = "resnet20"});
  net.Initialize(1);
  ResNetTraining graph(context, net, kBatch);
  FillInput(graph.input());
  std::vector<std::uint8_t> labels(static_cast<std::size_t>(kBatch));
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::uint8_t>(i % 10);
  Sgd sgd(net.Parameters(), 0.9, 1e-4);
  double forward = 0;
  double backward = 0;
  double loss = 0;
  double update = 0;
  const double cpu_start = CpuTime();
  for (auto _ : state) {
    std::span<const float> logits;
    forward += TimeOf([&] { logits = graph.Forward(kBatch); });
    loss += TimeOf(
        [&] { SoftmaxCrossEntropy(net.config().classes, logits, labels, graph.logit_gradient()); });
    backward += TimeOf([&] { graph.Backward(); });
    update += TimeOf([&] { sgd.Step(0.01); });
  }
  const auto steps = static_cast<double>(state.iterations());
  state.counters["images/s"] =
      benchmark::Counter(static_cast<double>(kBatch) * steps, benchmark::Counter::kIsRate);
  const double gradients = device.input_gradient + device.weight_gradient;
  for (const auto& [name, time] : {std::pair{"gemm_forward", device.forward},
                                   {"gemm_input", device.input_gradient},
                                   {"gemm_weight", device.weight_gradient},
                                   {"host_forward", forward - device.forward},
                                   {"host_backward", backward - gradients},
                                   {"loss", loss},
                                   {"sgd", update},
                                   {"cpu", CpuTime() - cpu_start}}) {
    state.counters[name] = time / steps;
  }
}

// A batch's images from bytes: shifted, mirrored and normalised.
void PrepareImages(benchmark::State& state) {
  Dataset data;
  data.name = "cifar-10";
  data.count = kBatch;
  data.height = 32;
  data.width = 32;
  data.channels = 3;
  data.classes = 10;
  data.pixels.assign(static_cast<std::size_t>(kBatch * 32 * 32 * 3), 77);
  const Normaliser normalise(data);
  std::vector<float> words(static_cast<std::size_t>(32 * 32 * 3));
  for (auto _ : state) {
    for (std::int64_t image = 0; image < kBatch; ++image) {
      LoadImage(data, normalise, image, PadCropFlip(1, 0, image, 32), words);
      benchmark::DoNotOptimize(words.data());
    }
  }
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
  benchmark::RegisterBenchmark("prepare_images/threads:1", PrepareImages)
      ->Unit(benchmark::kMillisecond);
}

const bool kRegistered = (Register(), true);

}  // namespace
}  // namespace sumac
