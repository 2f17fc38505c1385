// SPDX-License-Identifier: Apache-2.0
// The SIMD device against the reference device: equal words on every kernel, thread count, shape,
// view and operand distribution.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "model/compare.h"
#include "model/fused.h"
#include "model/gemm_rows.h"
#include "tests/model/gemm_cases.h"

namespace sumac::testing {
namespace {

constexpr std::uint64_t kRandomJobs = 900;

// How many of them are run; fewer where a checker makes each a hundred times as long
// (script/sanitize).
std::uint64_t RandomJobs() {
  const char* jobs = std::getenv("SUMAC_TEST_JOBS");
  return jobs == nullptr ? kRandomJobs : std::stoull(jobs);
}

const char* ClassOf(Word w) {
  if (IsNaN(w)) return "NaN";
  if (IsInfinite(w)) return "infinity";
  if (Magnitude(w) == 0) return w == 0 ? "+0" : "-0";
  if (IsZero(w)) return "subnormal";
  const Word exponent = Magnitude(w) >> kMantissaBits;
  return exponent < 20 ? "tiny" : exponent > 235 ? "huge" : "normal";
}

// Gives the job a C whose elements are three words apart, either way round.
void SpreadC(Device& device, Job& job, Random& random) {
  const bool in_place = job.c_in && job.c_in->buffer == job.c.buffer;
  job.c = {.buffer = device.Allocate(3 * job.m * job.n + 4),
           .offset = 2,
           .row_stride = 3 * job.n,
           .column_stride = 3};
  if (random() % 2 == 0) {
    job.c.row_stride = 3;
    job.c.column_stride = 3 * job.m;
  }
  for (float& word : device.Map(*job.c.buffer)) word = ToFloat(DrawWord(random, Words::kMixture));
  if (in_place) job.c_in = job.c;
}

class GemmTest : public ::testing::Test {
 protected:
  GemmTest() {
    for (const std::string& kernel : KernelNames()) {
      for (const int threads : kThreads) subjects_.push_back(MakeSimdDevice(threads, kernel));
    }
  }

  void ExpectEqual(const Job& job) { ExpectEqual(std::vector{job}); }

  // Runs the jobs one by one on the reference, in one submission on every subject, from the same
  // words, and compares the whole buffers of C, which no device may touch elsewhere.
  void ExpectEqual(const std::vector<Job>& jobs) {
    const std::vector<std::vector<float>> before = Results(jobs);
    for (const Job& job : jobs) device_->Run(job);
    const std::vector<std::vector<float>> expected = Results(jobs);
    for (std::size_t i = 0; i < subjects_.size(); ++i) {
      for (std::size_t j = 0; j < jobs.size(); ++j) {
        std::ranges::copy(before[j], device_->Map(*jobs[j].c.buffer).begin());
      }
      subjects_[i]->Wait(subjects_[i]->Submit(jobs));
      for (std::size_t j = 0; j < jobs.size(); ++j) {
        const std::span<float> c = device_->Map(*jobs[j].c.buffer);
        const Mismatch mismatch = CompareWords(c, expected[j], std::ssize(c));
        EXPECT_EQ(mismatch.differing, 0)
            << subjects_[i]->name() << " on " << kThreads[i % std::size(kThreads)]
            << " threads: " << jobs[j].name << " " << mismatch.first;
      }
    }
  }

  std::unique_ptr<Device> device_ = MakeReferenceDevice();

 private:
  static constexpr int kThreads[] = {1, 2, 5};

  // The whole buffers of every job's C.
  std::vector<std::vector<float>> Results(const std::vector<Job>& jobs) {
    std::vector<std::vector<float>> results;
    for (const Job& job : jobs) {
      const std::span<const float> c = device_->Map(*job.c.buffer);
      results.emplace_back(c.begin(), c.end());
    }
    return results;
  }

  std::vector<std::unique_ptr<Device>> subjects_;  // each kernel on each number of threads
};

// Lengths of the fold from 0 to 5000 in formats and compensations at both ends and between, on
// operands whose products stay, underflow, overflow, and do all of it; no dimension fits a vector.
TEST_F(GemmTest, ShortAndLongFolds) {
  const std::pair<Words, Words> operands[] = {
      {Words::kActivation, Words::kNormal}, {Words::kTiny, Words::kHuge},
      {Words::kTiny, Words::kNormal},       {Words::kHuge, Words::kNormal},
      {Words::kMixture, Words::kNormal},    {Words::kBits, Words::kBits}};
  std::uint64_t seed = 1'000;
  for (const auto& [a, b] : operands) {
    for (const int mantissa_bits : {3, 7, 10, 23}) {
      for (const Word comp : {kCompMogami, kCompPamAlpha, kCompLimit - 1}) {
        for (const std::int64_t k : {0, 1, 2, 31, 257, 1023, 2500, 5000}) {
          Random random(++seed);
          SCOPED_TRACE("seed " + std::to_string(seed));
          Job job = MakeMatrixJob(*device_, {.m = 3, .n = 17, .k = k}, random, a, b);
          job.arithmetic = {.comp = comp, .mantissa_bits = mantissa_bits};
          AddCIn(*device_, job, static_cast<int>(seed % 4), random, Words::kNormal);
          ExpectEqual(job);
          if (HasFailure()) return;
        }
      }
    }
  }
}

// What RandomJobs is there to draw, it draws.
TEST(GemmCases, DrawEverything) {
  const auto device = MakeReferenceDevice(1);
  std::map<std::string, int> jobs;
  for (std::uint64_t seed = 0; seed < kRandomJobs; ++seed) {
    Random random(seed);
    const Job job = MakeRandomJob(*device, random);
    std::set<std::string> seen;
    for (const auto& [operand, buffer] : {std::pair{"A ", job.a.buffer},
                                          {"B ", job.b.buffer},
                                          {"C_in ", job.c_in ? job.c_in->buffer : nullptr}}) {
      if (buffer == nullptr) continue;
      for (const float value : device->Map(*buffer)) {
        seen.insert(operand + std::string(ClassOf(ToWord(value))));
      }
    }
    const Arithmetic& arithmetic = job.arithmetic;
    seen.insert(arithmetic.product == Product::kIeee ? "ieee" : "pam");
    seen.insert("E8M" + std::to_string(arithmetic.mantissa_bits));
    seen.insert("comp " + std::to_string(arithmetic.comp));
    seen.insert(job.name.substr(0, job.name.find(' ')));
    if (job.k == 0) seen.insert("K = 0");
    if (job.k > 1'000) seen.insert("K > 1000");
    if (job.k > 4'000) seen.insert("K > 4000");
    if (job.m % 16 != 0 && job.n % 16 != 0 && job.m * job.n > 256) seen.insert("ragged");
    if (job.c.column_stride != 1) seen.insert("C transposed");
    if (!job.c_in) seen.insert("no C_in");
    if (job.c_in && job.c_in->row_stride == 0) seen.insert("bias");
    if (job.c_in && job.c_in->buffer == job.c.buffer) seen.insert("C_in is C");
    if (job.epilogue.affine) seen.insert("scale");
    if (job.epilogue.residual) {
      seen.insert(job.epilogue.residual->column_stride == 1 ? "residual" : "residual transposed");
    }
    if (job.epilogue.relu) seen.insert("relu");
    for (const std::string& item : seen) ++jobs[item];
  }
  std::vector<std::string> wanted = {
      "ieee",     "pam",      "matrix",  "forward",   "input", "weight",
      "K = 0",    "ragged",   "no C_in", "C_in is C", "bias",  "C transposed",
      "K > 1000", "K > 4000", "scale",   "residual",  "relu",  "residual transposed"};
  for (const char* operand : {"A ", "B ", "C_in "}) {
    for (const char* one : {"+0", "-0", "subnormal", "tiny", "normal", "huge", "infinity", "NaN"}) {
      wanted.push_back(operand + std::string(one));
    }
  }
  for (int bits = kMinMantissaBits; bits <= kMantissaBits; ++bits) {
    wanted.push_back("E8M" + std::to_string(bits));
  }
  for (const Word comp : {kCompMogami, kCompPamAlpha, kCompLMul, kCompLimit - 1}) {
    wanted.push_back("comp " + std::to_string(comp));
  }
  for (const std::string& item : wanted) EXPECT_GE(jobs[item], 3) << item;
}

// Convolutions that run by the nonzero words of an operand: whole and half empty tensors, operands
// that no certificate covers, zeros, infinities and NaNs on either side, margins of every width.
TEST_F(GemmTest, SparseConvolutions) {
  const std::pair<Words, Words> operands[] = {
      {Words::kActivation, Words::kNormal}, {Words::kNormal, Words::kActivation},
      {Words::kActivation, Words::kTiny},   {Words::kHuge, Words::kHuge},
      {Words::kMixture, Words::kNormal},    {Words::kNormal, Words::kMixture},
      {Words::kNoFinite, Words::kNormal},   {Words::kNormal, Words::kNoFinite},
      {Words::kGradient, Words::kNormal}};
  std::uint64_t seed = 50'000;
  for (const std::int64_t padding : {0, 1, 2}) {
    const Conv convs[] = {{.images = 3, .h = 3, .w = 5, .in = 16, .out = 32, .padding = padding},
                          {.images = 2, .h = 7, .w = 4, .in = 32, .out = 16, .padding = padding},
                          {.images = 9, .h = 9, .w = 8, .in = 16, .out = 16, .padding = padding}};
    for (const Conv& conv : convs) {
      for (const Pass pass : kAllPasses) {
        for (const auto& [a, b] : operands) {
          Random random(++seed);
          SCOPED_TRACE("seed " + std::to_string(seed));
          Job job = MakeConvJob(*device_, conv, pass, random, a, b);
          if (seed % 3 == 0) job.arithmetic = {.comp = kCompPamAlpha, .mantissa_bits = 7};
          if (seed % 5 == 0) job.arithmetic.product = Product::kIeee;
          if (pass != Pass::kWeightGradient) {
            AddCIn(*device_, job, static_cast<int>(seed / 7 % 4), random, Words::kMixture);
          }
          ExpectEqual(job);
          if (HasFailure()) return;
        }
      }
    }
  }
}

// Images that need kernels of different kinds side by side: with and without zeros, and with
// products that underflow; several a group, an odd number, and so many that large ones go two by
// two.
TEST_F(GemmTest, ImagesOfAllKinds) {
  const Conv convs[] = {{.images = 9, .h = 5, .w = 5, .in = 16, .out = 32},
                        {.images = 8, .h = 4, .w = 7, .in = 32, .out = 48},
                        {.images = 65, .h = 1, .w = 513, .in = 16, .out = 16},
                        {.images = 2, .h = 45, .w = 30, .in = 16, .out = 32}};
  std::uint64_t seed = 60'000;
  for (const Conv& conv : convs) {
    for (const Pass pass : kAllPasses) {
      for (const Product product : {Product::kPam, Product::kIeee}) {
        Random random(++seed);
        SCOPED_TRACE("seed " + std::to_string(seed));
        Job job = MakeConvJob(*device_, conv, pass, random, Words::kNormal, Words::kNormal);
        job.arithmetic.product = product;
        for (float& word : device_->Map(*job.b.buffer)) word *= 0x1p-20f;
        const std::span<float> a = device_->Map(*job.a.buffer);
        const std::size_t image = a.size() / static_cast<std::size_t>(conv.images);
        for (std::size_t i = 0; i < a.size(); i += image) {
          const std::span<float> words = a.subspan(i, image);
          const auto kind = random() % 4;
          if (kind == 0) words[random() % image] = 0.0f;
          if (kind == 1) {
            for (float& word : words) word *= 0x1p-105f;
          }
        }
        ExpectEqual(job);
        if (HasFailure()) return;
      }
    }
  }
}

// Matrix products that run by A's nonzero words: rows and columns of a larger A and of either order
// of B, widths that fill their panels and do not, steps of which some are left over, products that
// no certificate covers, infinities and NaNs in A, and a B that sends them another way.
TEST_F(GemmTest, SparseMatrices) {
  const Words others[] = {Words::kNormal, Words::kTiny, Words::kHuge, Words::kGradient,
                          Words::kMixture};
  const std::vector<std::string> usable = KernelNames();
  std::map<std::string, int> taken;
  for (std::uint64_t seed = 70'000; seed < 70'240; ++seed) {
    Random random(seed);
    SCOPED_TRACE("seed " + std::to_string(seed));
    const std::int64_t widths[] = {60, 72, 117, 144, 288};
    MatrixShape shape{.m = 64 + static_cast<std::int64_t>(random() % 40),
                      .n = widths[random() % std::size(widths)],
                      .k = 32 + static_cast<std::int64_t>(random() % 120)};
    shape.b_transposed = random() % 2 == 0;
    Job job = MakeMatrixJob(*device_, shape, random, Words::kActivation,
                            others[random() % std::size(others)]);
    if (random() % 3 == 0) {  // rows of a larger matrix
      const std::int64_t pitch = shape.k + 5;
      job.a = MatrixOperand(device_->Allocate(shape.m * pitch + 3), 3, shape.m, pitch, shape.k, 1);
      for (float& word : device_->Map(*job.a.buffer)) {
        word = ToFloat(DrawWord(random, Words::kActivation));
      }
    }
    const std::span<float> a = device_->Map(*job.a.buffer);
    if (random() % 3 == 0) {
      for (int i = 0; i < 5; ++i) a[random() % a.size()] = ToFloat(DrawWord(random, Words::kEdge));
    }
    if (random() % 3 == 0) {  // a word at B's first step decides over the certificate
      const std::int64_t column = static_cast<std::int64_t>(random()) & 31;
      const std::int64_t place = shape.b_transposed ? column * shape.k : column;
      device_->Map(*job.b.buffer)[static_cast<std::size_t>(place)] =
          random() % 2 == 0 ? 0x1p127f : 0x1p-126f;
    }
    if (random() % 3 == 0) job.arithmetic = {.comp = kCompPamAlpha, .mantissa_bits = 7};
    if (random() % 4 == 0) job.arithmetic.product = Product::kIeee;
    AddCIn(*device_, job, static_cast<int>(random() % 4), random, Words::kMixture);
    if (!job.c_in && random() % 2 == 0) {  // a part of a larger one
      job.c = {.buffer = device_->Allocate(shape.m * (shape.n + 7)),
               .offset = 2,
               .row_stride = shape.n + 7};
    }
    for (const gemm::KernelSet* kernels : {gemm::Avx512Kernels(), gemm::Avx2Kernels()}) {
      if (kernels == nullptr || std::ranges::count(usable, kernels->name) == 0) continue;
      if (!gemm::RowsRun::Matches(job, *kernels)) continue;
      gemm::Workspace space;
      ++taken[std::string(kernels->name) +
              (gemm::RowsRun::Make(job, *kernels, space) ? "" : ", but for B")];
    }
    ExpectEqual(job);
    if (HasFailure()) return;
  }
  for (const std::string& kernel : usable) {
    if (kernel == "portable") continue;
    EXPECT_GT(taken[kernel], 40);
    EXPECT_GT(taken[kernel + ", but for B"], 5);
  }
}

// Jobs submitted together, which may run side by side: weight gradients among others, some of which
// read an earlier one's result as A or C_in or write over it.
TEST_F(GemmTest, Submissions) {
  constexpr std::uint64_t kSubmissions = 150;
  int dependent = 0;
  for (std::uint64_t seed = 90'000; seed < 90'000 + kSubmissions; ++seed) {
    Random random(seed);
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Words words = seed % 4 == 0 ? Words::kMixture : Words::kActivation;
    std::vector<Job> jobs;
    while (jobs.size() < 1 + seed % 5) {
      const Conv conv{.images = 2 + static_cast<std::int64_t>(random() % 3),
                      .h = 6,
                      .w = 6,
                      .in = 16,
                      .out = 16,
                      .stride = 1 + static_cast<std::int64_t>(random() % 2)};
      const Pass pass = random() % 4 == 0 ? Pass::kForward : Pass::kWeightGradient;
      Job job = random() % 5 == 0 ? MakeRandomJob(*device_, random)
                                  : MakeConvJob(*device_, conv, pass, random, words, words);
      if (!jobs.empty() && random() % 3 == 0) {
        const Job& earlier = jobs[random() % jobs.size()];
        const std::int64_t size = device_->Map(*earlier.c.buffer).size();
        switch (random() % 3) {
          case 0:  // again, on top of the first result
            job = earlier;
            job.c_in = job.c;
            break;
          case 1:  // instead of it
            job = earlier;
            break;
          default:  // its words, each times a word
            job = MakeMatrixJob(*device_, {.m = size, .n = 1, .k = 1}, random, words, words);
            job.a = MatrixOperand(earlier.c.buffer, 0, size, 1, 1, 1);
        }
        ++dependent;
      }
      jobs.push_back(std::move(job));
    }
    ExpectEqual(jobs);
    if (HasFailure()) break;
  }
  EXPECT_GT(dependent, 50);
}

// Groups of products: any job; and weight gradients of so many images of odd sizes that their
// blocks of k, if not cut by groups, would end within one.
TEST_F(GemmTest, FusedJobs) {
  for (std::uint64_t seed = 0; seed < RandomJobs() / 2; ++seed) {
    Random random(300'000 + seed);
    SCOPED_TRACE("seed " + std::to_string(300'000 + seed));
    Job job = MakeRandomJob(*device_, random);
    if (seed % 5 == 0) {
      const Conv conv{.images = 20 + static_cast<std::int64_t>(random() % 9),
                      .h = 7,
                      .w = 7 + static_cast<std::int64_t>(random() % 5),
                      .in = 1 + static_cast<std::int64_t>(random() % 6),
                      .out = 5};
      const Words words = random() % 2 == 0 ? Words::kActivation : Words::kMixture;
      const Arithmetic arithmetic = job.arithmetic;
      job = MakeConvJob(*device_, conv, Pass::kWeightGradient, random, words, Words::kNormal);
      job.arithmetic = arithmetic;
    }
    job.arithmetic.group = kFusedGroups[seed % std::size(kFusedGroups)];
    if (seed % 6 == 0) SpreadC(*device_, job, random);
    ExpectEqual(job);
    if (HasFailure()) break;
  }
}

// Terms that all fill the window: sums of 17 need 33 bits.
TEST_F(GemmTest, FullWindow) {
  Random random(1);
  for (const int group : kFusedGroups) {
    for (const Word sign : {Word{0}, kSignBit}) {
      Job job = MakeMatrixJob(*device_, {.m = 3, .n = 17, .k = 40}, random, Words::kNormal,
                              Words::kNormal);
      AddCIn(*device_, job, 1, random, Words::kNormal);
      for (const auto& [buffer, word] : {std::pair{job.a.buffer, 0x3FFFFFFFu},
                                         {job.b.buffer, kOne | sign},
                                         {job.c_in->buffer, 0x3FFFFFFFu | sign}}) {
        for (float& value : device_->Map(*buffer)) value = ToFloat(word - (random() % 8 == 0));
      }
      job.arithmetic.group = group;
      ExpectEqual(job);
    }
  }
}

TEST_F(GemmTest, RandomJobs) {
  for (std::uint64_t seed = 0; seed < RandomJobs(); ++seed) {
    Random random(seed);
    SCOPED_TRACE("seed " + std::to_string(seed));
    Job job = MakeRandomJob(*device_, random);
    if (seed % 6 == 0) SpreadC(*device_, job, random);
    ExpectEqual(job);
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace sumac::testing
