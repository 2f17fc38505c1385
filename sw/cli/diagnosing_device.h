// SPDX-License-Identifier: Apache-2.0
// A device that computes each job by pam and by ieee besides, on the job's own operands, and sums
// up how they differ.
#ifndef SUMAC_SW_CLI_DIAGNOSING_DEVICE_H_
#define SUMAC_SW_CLI_DIAGNOSING_DEVICE_H_

#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/eager_device.h"

namespace sumac {

// How far words `got` are from words `wanted`, of those that are finite and not zero.
struct ErrorSum {
  std::int64_t count = 0;
  double relative = 0;    // sum of |got - wanted| / |wanted|
  double difference = 0;  // sum of |got - wanted|
  double magnitude = 0;   // sum of |wanted|

  void Add(double got, double wanted);
  double MeanRelative() const { return relative / static_cast<double>(count); }
  double Weighted() const { return difference / magnitude; }
};

// Least squares through the origin: y = slope * x.
struct Regression {
  double xx = 0;
  double xy = 0;
  double yy = 0;

  void Add(double x, double y);
  double Slope() const { return xy / xx; }
  double Cosine() const { return xy / std::sqrt(xx * yy); }  // of x and y as vectors
};

// All jobs of one name. Ratios of nothing are NaN.
struct JobDiagnosis {
  std::string name;  // "<layer> <pass>"
  std::int64_t m = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;
  std::int64_t jobs = 0;
  std::int64_t pairs = 0;  // of operands that were looked at; the next three are of them
  std::int64_t zero_operand = 0;
  std::int64_t underflowed = 0;  // to zero by pam, of operands that are not zero
  std::int64_t saturated = 0;    // to infinity by pam, of finite operands
  ErrorSum products;             // pam's against ieee's
  double signed_error = 0;       // sum of (pam - ieee) / ieee over the same pairs
  ErrorSum dots;                 // folds by pam against folds by ieee, without C_in
  ErrorSum pam_exact;            // against binary64, a sample of the folds
  ErrorSum ieee_exact;
  std::int64_t tiles = 0;      // that the SIMD kernels computed by pam, in the run's own job
  std::int64_t certified = 0;  // of these: no product could under- or overflow
  Regression shrinkage;        // of folds by pam on folds by ieee
  bool has_norm = false;       // batch norm follows; then of its normalised words
  Regression normalised;
};

class DiagnosingDevice : public WrappingDevice {
 public:
  // Samples of a job that has more: pairs of operands, and folds that binary64 repeats.
  static constexpr std::int64_t kPairs = 65536;
  static constexpr std::int64_t kExactDots = 1024;

  // The device's buffers have to be in the host's memory. `seed` draws the samples. Tiles are
  // counted where it is a SimdDevice.
  DiagnosingDevice(std::shared_ptr<Device> device, std::uint64_t seed)
      : WrappingDevice(std::move(device)), seed_(seed) {}

  // In the order in which the names came first.
  const std::vector<JobDiagnosis>& diagnoses() const { return diagnoses_; }

 protected:
  JobReport Execute(const Job& job) override;

 private:
  JobDiagnosis& DiagnosisOf(const Job& job);
  // Runs the job for its caller.
  JobReport RunCounted(const Job& job, JobDiagnosis& sum);

  std::uint64_t seed_;
  std::uint32_t jobs_ = 0;
  std::vector<JobDiagnosis> diagnoses_;
};

}  // namespace sumac

#endif  // SUMAC_SW_CLI_DIAGNOSING_DEVICE_H_
