// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/diagnosing_device.h"

#include <algorithm>
#include <span>

#include "model/job_snapshot.h"
#include "model/simd_device.h"
#include "sw/nn/batch_norm.h"
#include "sw/nn/random.h"

namespace sumac {
namespace {

// An operand's words by their indices, in the job's format.
class Operand {
 public:
  Operand(Device& device, const View& view, int mantissa_bits)
      : index_(view), words_(device.Map(*view.buffer)), mantissa_bits_(mantissa_bits) {}

  Word At(std::int64_t outer, std::int64_t k) const {
    const std::int64_t address = index_.Address(index_.Outer(outer), index_.K(k));
    if (address < 0) return 0;
    return Narrow(ToWord(words_[static_cast<std::size_t>(address)]), mantissa_bits_);
  }

 private:
  ViewIndex index_;
  std::span<const float> words_;
  int mantissa_bits_;
};

struct Operands {
  Operand a;
  Operand b;
};

// C of the job's fold alone, computed with another product: no C_in, no epilogue.
std::vector<float> FoldBy(Device& device, const Job& job, Product product) {
  Job fold = job;
  fold.c_in.reset();
  fold.epilogue = {};
  fold.arithmetic.product = product;
  fold.c = {.buffer = device.Allocate(job.m * job.n), .row_stride = job.n};
  device.Run(fold);
  return ReadResult(device, fold);
}

void AddPair(const Arithmetic& arithmetic, Word a, Word b, JobDiagnosis& sum) {
  ++sum.pairs;
  if (IsZero(a) || IsZero(b)) {
    ++sum.zero_operand;
    return;
  }
  const Word pam = Pam(a, b, arithmetic.comp);
  const Word ieee = Mul(a, b);
  if (IsZero(pam)) ++sum.underflowed;
  if (IsInfinite(pam) && !IsInfinite(a) && !IsInfinite(b)) ++sum.saturated;
  const std::int64_t before = sum.products.count;
  const auto got = static_cast<double>(ToFloat(pam));
  const auto wanted = static_cast<double>(ToFloat(ieee));
  sum.products.Add(got, wanted);
  if (sum.products.count > before) sum.signed_error += (got - wanted) / wanted;
}

// All pairs where there are few, else kPairs that are drawn with replacement.
void AddPairs(const Job& job, const Operands& operands, std::uint64_t seed, std::uint32_t number,
              JobDiagnosis& sum) {
  const auto add = [&](std::int64_t m, std::int64_t n, std::int64_t k) {
    AddPair(job.arithmetic, operands.a.At(m, k), operands.b.At(n, k), sum);
  };
  if (job.m * job.n * job.k <= DiagnosingDevice::kPairs) {
    for (std::int64_t m = 0; m < job.m; ++m) {
      for (std::int64_t n = 0; n < job.n; ++n) {
        for (std::int64_t k = 0; k < job.k; ++k) add(m, n, k);
      }
    }
    return;
  }
  const auto below = [](Word word, std::int64_t bound) {
    return std::int64_t{Below(word, static_cast<std::uint32_t>(bound))};
  };
  for (std::int64_t i = 0; i < DiagnosingDevice::kPairs; ++i) {
    const RandomWords words =
        RandomFor(seed, RandomStream::kDiagnose, number, static_cast<std::uint64_t>(i));
    add(below(words[0], job.m), below(words[1], job.n), below(words[2], job.k));
  }
}

// Folds that are repeated in binary64: every so many-th of C, kExactDots or fewer.
void AddExactDots(const Job& job, const Operands& operands, std::span<const float> pam,
                  std::span<const float> ieee, JobDiagnosis& sum) {
  const std::int64_t all = job.m * job.n;
  const std::int64_t count = std::min(all, DiagnosingDevice::kExactDots);
  std::vector<double> exact(static_cast<std::size_t>(count));
#pragma omp parallel for schedule(static)
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t element = i * all / count;
    double dot = 0;
    for (std::int64_t k = 0; k < job.k; ++k) {
      dot += static_cast<double>(ToFloat(operands.a.At(element / job.n, k))) *
             static_cast<double>(ToFloat(operands.b.At(element % job.n, k)));
    }
    exact[static_cast<std::size_t>(i)] = dot;
  }
  for (std::int64_t i = 0; i < count; ++i) {
    const auto element = static_cast<std::size_t>(i * all / count);
    const double wanted = exact[static_cast<std::size_t>(i)];
    sum.pam_exact.Add(static_cast<double>(pam[element]), wanted);
    sum.ieee_exact.Add(static_cast<double>(ieee[element]), wanted);
  }
}

// Column n of C, a channel, as batch norm's statistics make it: mean 0, deviation 1.
std::vector<double> NormalisedColumn(const Job& job, std::span<const float> c, std::int64_t n) {
  std::vector<double> column;
  double sum = 0;
  for (std::int64_t m = 0; m < job.m; ++m) {
    column.push_back(static_cast<double>(c[static_cast<std::size_t>(m * job.n + n)]));
    sum += column.back();
  }
  const double mean = sum / static_cast<double>(job.m);
  double squares = 0;
  for (const double x : column) squares += (x - mean) * (x - mean);
  const double deviation = std::sqrt(squares / static_cast<double>(job.m) + BatchNorm::kEpsilon);
  for (double& x : column) x = (x - mean) / deviation;
  return column;
}

}  // namespace

void ErrorSum::Add(double got, double wanted) {
  if (!std::isfinite(got) || !std::isfinite(wanted) || wanted == 0) return;
  ++count;
  relative += std::abs(got - wanted) / std::abs(wanted);
  difference += std::abs(got - wanted);
  magnitude += std::abs(wanted);
}

void Regression::Add(double x, double y) {
  if (!std::isfinite(x) || !std::isfinite(y)) return;
  xx += x * x;
  xy += x * y;
  yy += y * y;
}

JobDiagnosis& DiagnosingDevice::DiagnosisOf(const Job& job) {
  for (JobDiagnosis& diagnosis : diagnoses_) {
    if (diagnosis.name == job.name) return diagnosis;
  }
  JobDiagnosis& diagnosis = diagnoses_.emplace_back();
  diagnosis.name = job.name;
  diagnosis.m = job.m;
  diagnosis.n = job.n;
  diagnosis.k = job.k;
  return diagnosis;
}

JobReport DiagnosingDevice::RunCounted(const Job& job, JobDiagnosis& sum) {
  const auto* const simd = dynamic_cast<const SimdDevice*>(&device());
  if (simd == nullptr) return device().Run(job);
  const gemm::TileCounts before = simd->tile_counts();
  const JobReport report = device().Run(job);
  const gemm::TileCounts& after = simd->tile_counts();
  for (const gemm::Kind kind : {gemm::kPlain, gemm::kMasked, gemm::kGeneral}) {
    const std::int64_t tiles = after[kind] - before[kind];
    sum.tiles += tiles;
    if (kind != gemm::kGeneral) sum.certified += tiles;
  }
  return report;
}

JobReport DiagnosingDevice::Execute(const Job& job) {
  JobDiagnosis& sum = DiagnosisOf(job);
  ++sum.jobs;
  const Operands operands = {Operand(device(), job.a, job.arithmetic.mantissa_bits),
                             Operand(device(), job.b, job.arithmetic.mantissa_bits)};
  AddPairs(job, operands, seed_, jobs_++, sum);
  const std::vector<float> pam = FoldBy(device(), job, Product::kPam);
  const std::vector<float> ieee = FoldBy(device(), job, Product::kIeee);
  for (std::size_t i = 0; i < pam.size(); ++i) {
    sum.dots.Add(static_cast<double>(pam[i]), static_cast<double>(ieee[i]));
    sum.shrinkage.Add(static_cast<double>(ieee[i]), static_cast<double>(pam[i]));
  }
  AddExactDots(job, operands, pam, ieee, sum);
  // Of these networks' layers batch norm follows those that have no bias.
  sum.has_norm = job.name.ends_with(" forward") && !job.c_in;
  for (std::int64_t n = 0; sum.has_norm && n < job.n; ++n) {
    const std::vector<double> x = NormalisedColumn(job, ieee, n);
    const std::vector<double> y = NormalisedColumn(job, pam, n);
    for (std::size_t i = 0; i < x.size(); ++i) sum.normalised.Add(x[i], y[i]);
  }
  return RunCounted(job, sum);
}

}  // namespace sumac
