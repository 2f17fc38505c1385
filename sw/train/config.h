// SPDX-License-Identifier: Apache-2.0
// Everything that decides the words of a training run.
#ifndef SUMAC_SW_TRAIN_CONFIG_H_
#define SUMAC_SW_TRAIN_CONFIG_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "model/arithmetic.h"
#include "sw/nn/mul_free.h"

namespace sumac {

// Each member's JSON key is its option's name in `sumac train`: weight_decay is "weight-decay".
struct TrainConfig {
  std::string model = "resnet20";
  std::string data = "fashion-mnist";
  std::int64_t epochs = 10;
  std::int64_t batch = 128;
  double lr = 0.1;  // the highest learning rate of the schedule
  double momentum = 0.9;
  double weight_decay = 1e-4;
  std::string schedule = "cosine";  // cosine, step (a tenth at 1/2 and at 3/4), constant
  double warmup = 0;                // epochs of linear rise to lr
  std::string augment = "none";     // none, pad-crop-flip
  Product mul = Product::kPam;
  std::optional<Product> mul_backward;  // of both gradient GEMMs; mul where absent
  Word comp = kCompMogami;              // of every pam product
  MulFree mul_free = MulFree::kGemm;    // "gemm", "all": kAll takes pam alone
  int format = kMantissaBits;           // "fp32", "bf16", "e8mN": of every GEMM's operands
  int accumulator = 1;                  // "fold", "fused4", "fused8", "fused16": of every GEMM
  int shards = 1;                       // ranges of a batch, one weight-gradient fold each
  std::uint64_t seed = 1;
  std::int64_t limit_train = 0;  // the first N training images; 0: all
  std::int64_t validation = 0;   // the last N training images stand in for the test set; 0: none

  // These decide no word and are not compared on resuming.
  std::string data_dir;               // "": the data set's default
  std::int64_t checkpoint_every = 0;  // steps between checkpoints inside an epoch; 0: none
  std::string out;                    // the run's folder; not in the JSON
  bool resume = false;                // not in the JSON

  Arithmetic Forward() const { return {mul, comp, format, accumulator}; }
  Arithmetic Backward() const { return {mul_backward.value_or(mul), comp, format, accumulator}; }
};

// The effective configuration: every key, "mul-backward" resolved.
nlohmann::ordered_json ToJson(const TrainConfig& config);

// `base` with the keys of `json` changed. Throws Error, naming the key, where one is unknown, of
// another type or out of range.
TrainConfig ConfigFromJson(const nlohmann::json& json, const TrainConfig& base);

// Throws Error, naming the option and its range, where a value is out of range.
void CheckConfig(const TrainConfig& config);

// Where two runs would compute different words: "lr is 0.1 there and 0.2 here", the first such
// key; "" where there is none.
std::string FirstDifference(const TrainConfig& there, const TrainConfig& here);

}  // namespace sumac

#endif  // SUMAC_SW_TRAIN_CONFIG_H_
