// SPDX-License-Identifier: Apache-2.0
// The inference of one image, clean and with one upset: the struck work unit on the Verilated
// array, the rest on the CPU's kernels from where the words begin to differ.
#ifndef SUMAC_SW_CLI_UPSET_INFERENCE_H_
#define SUMAC_SW_CLI_UPSET_INFERENCE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "model/cycles.h"
#include "model/device.h"
#include "sim/upset.h"
#include "sw/cli/network.h"
#include "sw/nn/context.h"
#include "sw/nn/resnet.h"
#include "sw/train/images.h"

namespace sumac {

class UpsetInference {
 public:
  // Both outlive it.
  UpsetInference(const NetworkInput& input, UpsetArray& array);
  ~UpsetInference();

  // Shows a test image to the network, without an upset; what follows is of this image.
  void Show(std::int64_t image);
  std::span<const float> logits() const { return logits_; }

  // One job after the other on the array, from idle to idle of each unit.
  std::int64_t cycles() const { return cycles_; }

  // Where a cycle of these falls.
  struct Place {
    std::size_t job = 0;
    std::string layer;
    std::size_t unit = 0;    // of the job
    std::int64_t cycle = 0;  // of the unit
  };
  Place Find(std::int64_t cycle) const;

  struct Struck {
    std::int64_t sums = 0;   // words of the unit that are not the clean ones, before the epilogue
    std::int64_t words = 0;  // of the layer, after it
    std::vector<float> logits;
  };
  // `upset`'s cycle is the place's. Throws Error where the hardware fails or the unit does not take
  // its cycles.
  Struck Strike(const Place& place, const Upset& upset);

  // The logits where every unit of every layer runs on the array.
  std::vector<float> StrikeOnRtl(const Place& place, const Upset& upset);

 private:
  using Execute = std::function<void(const Job& job, std::size_t number)>;
  class NumberedDevice;
  // A job as it ran, on buffers of its own.
  struct Layer {
    Job job;
    std::vector<WorkUnit> units;
    std::vector<float> words;  // its C
    std::vector<float> sums;   // before the epilogue; empty until they are asked for
  };

  std::vector<float> Infer(Execute execute);
  UnitSums RunUnit(const Job& job, const WorkUnit& unit, const Upset* upset);
  const std::vector<float>& CleanSums(Layer& layer);

  const NetworkInput& input_;
  UpsetArray& array_;
  Normaliser normalise_;
  std::shared_ptr<Device> simd_;
  std::unique_ptr<NumberedDevice> device_;
  Context context_;
  ResNet net_;
  ResNetInference graph_;
  std::vector<Layer> layers_;
  std::vector<float> logits_;
  std::int64_t cycles_ = 0;
};

}  // namespace sumac

#endif  // SUMAC_SW_CLI_UPSET_INFERENCE_H_
