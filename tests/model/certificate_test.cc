// SPDX-License-Identifier: Apache-2.0
// Certificates at the ragged edges of the exponent ranges: one is given exactly where no product
// can underflow or overflow, and the kernels that rely on it are exact there.
#include <gtest/gtest.h>

#include <algorithm>

#include "model/gemm_certificate.h"
#include "model/simd_device.h"
#include "tests/model/gemm_cases.h"
#include "tests/model/word_pairs.h"

namespace sumac::testing {
namespace {

using gemm::ChooseKind;
using gemm::Kind;
using gemm::Range;

const Word kComps[] = {0, 1, kCompPamAlpha, kCompLMul, kCompLimit - 1};

Range RangeOf(Word low, Word high, bool zeros = false) {
  return {.empty = high < kMinNormal, .zeros = zeros, .low = low, .high = high};
}

// The range of some words as a kernel's encoder finds it.
Range RangeOf(const std::vector<Word>& words,
              const gemm::KernelSet& kernels = *gemm::PortableKernels()) {
  gemm::RangeState state;
  gemm::Clear(state);
  std::vector<Word> panel = words;
  std::vector<Word> keep(words.size());
  kernels.encode(panel.data(), keep.data(), static_cast<std::int64_t>(words.size()), kMantissaBits,
                 kOne, &state);
  return gemm::Reduce(state);
}

bool Underflows(Word a, Word b, Word comp) { return Pam(a, b, comp) == 0; }
bool Overflows(Word a, Word b, Word comp) { return Pam(a, b, comp) == kInfinity; }

// Calls f(a, b) for magnitudes of every exponent, b within two words of where `a` and b make the
// magnitude `result`.
template <class F>
void ForPairsAbout(Word result, Word comp, F f) {
  for (Word exponent = 1; exponent < 255; ++exponent) {
    for (const Word mantissa : {0u, 1u, 0x355555u, 0x7FFFFEu, 0x7FFFFFu}) {
      const Word a = exponent << kMantissaBits | mantissa;
      for (std::int64_t step = -2; step <= 2; ++step) {
        const std::int64_t b = std::int64_t{result} + kOne - comp - a + step;
        if (b >= kMinNormal && b < kInfinity) f(a, static_cast<Word>(b));
      }
    }
  }
}

// Also where the panel is no whole number of vectors: lanes past its end are no zeros of its own.
TEST(Certificate, APanelHasZerosWhereAWordIsZero) {
  const std::vector<std::string> names = KernelNames();
  for (const gemm::KernelSet* kernels :
       {gemm::PortableKernels(), gemm::Avx2Kernels(), gemm::Avx512Kernels()}) {
    if (kernels == nullptr || std::ranges::count(names, kernels->name) == 0) continue;
    SCOPED_TRACE(kernels->name);
    for (std::size_t count = 1; count <= 40; ++count) {
      std::vector<Word> words(count, kOne);
      EXPECT_FALSE(RangeOf(words, *kernels).zeros) << count << " words";
      for (const std::size_t at : {std::size_t{0}, count / 2, count - 1}) {
        words[at] = at % 2 == 0 ? 0 : kMinNormal - 1;
        EXPECT_TRUE(RangeOf(words, *kernels).zeros) << count << " words, a zero at " << at;
        words[at] = kOne;
      }
    }
  }
}

TEST(Certificate, IsGivenExactlyWhereNothingUnderflows) {
  for (const Word comp : kComps) {
    std::int64_t given = 0;
    std::int64_t refused = 0;
    ForPairsAbout(kMinNormal, comp, [&](Word a, Word b) {
      const Range vectors = RangeOf(a, std::max(a, kOne));
      const Range panel = RangeOf(b, std::max(b, kMinNormal));
      if (Overflows(vectors.high, panel.high, comp)) return;
      const bool underflows = Underflows(a, b, comp);
      ++(underflows ? refused : given);
      EXPECT_EQ(ChooseKind({.comp = comp}, vectors, panel),
                underflows ? gemm::kGeneral : gemm::kPlain)
          << std::hex << a << " " << b << " comp " << comp;
    });
    EXPECT_GT(given, 100);
    EXPECT_GT(refused, 100);
  }
}

TEST(Certificate, IsGivenExactlyWhereNothingOverflows) {
  for (const Word comp : kComps) {
    std::int64_t given = 0;
    std::int64_t refused = 0;
    ForPairsAbout(kInfinity, comp, [&](Word a, Word b) {
      const bool overflows = Overflows(a, b, comp);
      ++(overflows ? refused : given);
      EXPECT_EQ(ChooseKind({.comp = comp}, RangeOf(a, a), RangeOf(b, b)),
                overflows ? gemm::kGeneral : gemm::kPlain)
          << std::hex << a << " " << b << " comp " << comp;
    });
    EXPECT_GT(given, 100);
    EXPECT_GT(refused, 100);
  }
}

// Products of a zero of the panel are left out: they may be anything.
TEST(Certificate, IsGivenToZerosBesideAnyFiniteWord) {
  for (const Word comp : kComps) {
    EXPECT_EQ(ChooseKind({.comp = comp}, RangeOf(kMinNormal, kInfinity - 1), RangeOf(0, 0, true)),
              gemm::kMasked);
  }
}

TEST(Certificate, IsNeverGivenToInfinitiesAndNaNs) {
  for (const Word word : {kInfinity, kInfinity + 1, kNaN, kMagnitudeMask}) {
    const Range special = RangeOf(kOne, word);
    const Range ones = RangeOf(kOne, kOne);
    const Range zeros = RangeOf(0, 0, true);
    for (const Range& other : {ones, zeros, special}) {
      EXPECT_EQ(ChooseKind({}, special, other), gemm::kGeneral);
      EXPECT_EQ(ChooseKind({}, other, special), gemm::kGeneral);
    }
  }
}

TEST(Certificate, IsGivenToNormalDataAndZeros) {
  const Range normal = RangeOf(kOne - 20 * kMinNormal, kOne + 20 * kMinNormal);
  const Range sparse = RangeOf(normal.low, normal.high, true);
  for (const Word comp : kComps) {
    EXPECT_EQ(ChooseKind({.comp = comp}, normal, normal), gemm::kPlain);
    EXPECT_EQ(ChooseKind({.comp = comp}, normal, sparse), gemm::kMasked);
    EXPECT_EQ(ChooseKind({.comp = comp}, RangeOf(0, 0), normal), gemm::kPlain);
  }
  EXPECT_EQ(ChooseKind({.product = Product::kIeee}, normal, normal), gemm::kIeee);
}

TEST(Certificate, RangesAreThoseOfTheWords) {
  const Range range = RangeOf({0xC0000000, 0x3F000001, 0x80800000, 0x40400000});
  EXPECT_FALSE(range.empty || range.zeros);
  EXPECT_EQ(range.low, kMinNormal);
  EXPECT_EQ(range.high, 0x40400000u);
  EXPECT_TRUE(RangeOf({0x3F800000, 0x80000000}).zeros);
  EXPECT_TRUE(RangeOf({0x3F800000, 0x007FFFFF}).zeros) << "a subnormal is a zero";
  EXPECT_EQ(RangeOf({0x3F800000, 0x007FFFFF}).low, kOne);
  EXPECT_TRUE(RangeOf({0, 0x80000001}).empty);
  EXPECT_FALSE(RangeOf({kOne, 0xFF800000}).finite());
  EXPECT_FALSE(RangeOf({kOne, kNaN}).finite());
  EXPECT_TRUE(RangeOf({kOne, kInfinity - 1}).finite());
}

// Whole jobs, on every kernel: ones but for one word of A and one of B, which meet in one product.
class CertificateTest : public ::testing::TestWithParam<std::string> {
 protected:
  // Runs on the kernel and the reference; true where a tile had no certificate.
  bool RunsGeneral(Word a, Word b, const Arithmetic& arithmetic) {
    const auto device = MakeSimdDevice(1, GetParam());
    const auto& simd = dynamic_cast<const SimdDevice&>(*device);
    const auto reference = MakeReferenceDevice(1);
    Random random(3);
    const MatrixShape shape{.m = 19, .n = 9, .k = 7};
    Job job = MakeMatrixJob(*device, shape, random, Words::kNormal, Words::kNormal);
    std::ranges::fill(device->Map(*job.a.buffer), 1.0f);
    std::ranges::fill(device->Map(*job.b.buffer), 1.0f);
    job.arithmetic = arithmetic;
    device->Map(*job.a.buffer)[17 * 7 + 4] = ToFloat(a);
    device->Map(*job.b.buffer)[4 * 9 + 8] = ToFloat(b);
    device->Run(job);
    const std::span<float> c = device->Map(*job.c.buffer);
    const std::vector<float> got(c.begin(), c.end());
    reference->Run(job);
    for (std::size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(ToWord(got[i]), ToWord(c[i])) << i << std::hex << " " << a << " " << b;
    }
    return simd.tile_counts()[gemm::kGeneral] > 0;
  }
};

INSTANTIATE_TEST_SUITE_P(Kernels, CertificateTest, ::testing::ValuesIn(KernelNames()),
                         [](const auto& kernel) { return kernel.param; });

TEST_P(CertificateTest, JobsAtTheEdges) {
  for (const Word comp : kComps) {
    for (const Word result : {kMinNormal, kInfinity}) {
      ForPairsAbout(result, comp, [&](Word a, Word b) {
        if ((a >> kMantissaBits) % 8 > 0) return;
        const bool general = RunsGeneral(a, b | kSignBit, {.comp = comp});
        const bool expected = Underflows(std::min(a, kOne), std::min(b, kOne), comp) ||
                              Overflows(std::max(a, kOne), std::max(b, kOne), comp);
        EXPECT_EQ(general, expected) << std::hex << a << " " << b << " comp " << comp;
      });
      if (HasFailure()) return;
    }
  }
}

TEST_P(CertificateTest, NormalDataNeedsNoGeneralKernel) {
  const auto device = MakeSimdDevice(1, GetParam());
  const auto& simd = dynamic_cast<const SimdDevice&>(*device);
  Random random(4);
  Job job = MakeMatrixJob(*device, {.m = 64, .n = 32, .k = 300}, random, Words::kActivation,
                          Words::kNormal);
  for (const Word comp : kComps) {
    job.arithmetic.comp = comp;
    device->Run(job);
  }
  EXPECT_EQ(simd.tile_counts()[gemm::kGeneral], 0);
  EXPECT_GT(simd.tile_counts()[gemm::kPlain] + simd.tile_counts()[gemm::kMasked], 0);
}

}  // namespace
}  // namespace sumac::testing
