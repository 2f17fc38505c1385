// SPDX-License-Identifier: Apache-2.0
// The GEMM kernels on one thread beside what else computes such products: this CPU's register-only
// peak of pam, OpenBLAS's sgemm and oneDNN's convolutions and matrix product where they were
// installed when CMake ran (apt-get install libopenblas-dev libdnnl-dev), and a kernel that looks
// the products of mantissas up in a table of 128 x 128 or 256 x 256 words, as simulations of
// approximate multipliers do (ApproxTrain).
//
// Ours is the AVX-512 kernel, under avx2/ the AVX2 kernel beside that instruction set's peak.
//
// One iteration is a turn of the peak, of our kernel and of the peer, so that a busy
// machine slows all alike; times are the thread's processor time. Counters, a second being
// processor time:
//   GMAC/s   of the peer           pam       of our kernel, in GMAC/s, packing included
//   peak     of the registers      of_peak   the kernel's part of it
//   ratio    the kernel's rate by the peer's
// MACs that are left out for a zero operand count as done: half of the activations are zeros.
#include <benchmark/benchmark.h>
#include <omp.h>

#include <ctime>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "model/float_mode.h"
#include "tests/bench/register_peak.h"
#include "tests/model/gemm_cases.h"

#if defined(SUMAC_OPENBLAS)
#include <cblas.h>
#endif
#if defined(SUMAC_ONEDNN)
#include <dnnl.hpp>
#endif

#if defined(__x86_64__)

namespace sumac::testing {
namespace {

using Work = std::function<void()>;

// The thread's processor time in seconds.
double CpuTime() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

double TimeOf(const Work& work) {
  const double start = CpuTime();
  work();
  return CpuTime() - start;
}

// What a benchmark compares: a job of ours, and a peer's work of as many MACs a turn times `share`.
struct Comparison {
  bool avx2 = false;
  Job job;
  std::unique_ptr<Device> device;
  Work peer;
  double share = 1;
};

void Run(benchmark::State& state, const std::function<Comparison()>& make) {
  omp_set_num_threads(1);
  const Comparison comparison = make();
  constexpr std::int64_t kSteps = 1 << 15;
  const Job& job = comparison.job;
  const double macs =
      static_cast<double>(job.m) * static_cast<double>(job.n) * static_cast<double>(job.k);
  const Work peak = [avx2 = comparison.avx2] {
    const ScopedFloatMode mode;
    benchmark::DoNotOptimize(avx2 ? AddInRegistersAvx2(kSteps) : AddInRegisters(kSteps));
  };
  const double peak_macs = comparison.avx2 ? PeakMacsAvx2(kSteps) : PeakMacs(kSteps);
  double times[3] = {};
  comparison.device->Run(job);
  comparison.peer();
  for (auto _ : state) {
    times[0] += TimeOf(peak);
    times[1] += TimeOf([&] { comparison.device->Run(job); });
    const double peer = TimeOf(comparison.peer);
    times[2] += peer;
    state.SetIterationTime(peer);
  }
  const auto turns = static_cast<double>(state.iterations());
  const double peak_rate = 1e-9 * turns * peak_macs / times[0];
  const double pam_rate = 1e-9 * turns * macs / times[1];
  const double peer_rate = 1e-9 * turns * macs * comparison.share / times[2];
  state.counters["peak"] = peak_rate;
  state.counters["pam"] = pam_rate;
  state.counters["of_peak"] = pam_rate / peak_rate;
  state.counters["GMAC/s"] = peer_rate;
  state.counters["ratio"] = pam_rate / peer_rate;
}

std::vector<float> Operand(std::int64_t count) {
  std::vector<float> words(static_cast<std::size_t>(count));
  Random random(2);
  for (float& word : words) word = ToFloat(DrawWord(random, Words::kNormal));
  return words;
}

Comparison Ours(const Conv* conv, Pass pass, const std::string& kernel = "avx512") {
  Comparison comparison;
  comparison.avx2 = kernel == "avx2";
  comparison.device = MakeSimdDevice(1, kernel);
  Random random(1);
  if (conv == nullptr) {
    comparison.job = MakeMatrixJob(*comparison.device, {.m = 1024, .n = 1024, .k = 1024}, random,
                                   Words::kActivation, Words::kNormal);
  } else {
    const bool gradient = pass == Pass::kInputGradient;
    comparison.job = MakeConvJob(*comparison.device, *conv, pass, random,
                                 gradient ? Words::kNormal : Words::kActivation, Words::kNormal);
  }
  return comparison;
}

// The same job with IEEE products.
Comparison WithIeee(const Conv* conv, Pass pass, const std::string& kernel) {
  Comparison comparison = Ours(conv, pass, kernel);
  Job job = comparison.job;
  job.arithmetic.product = Product::kIeee;
  comparison.peer = [device = comparison.device.get(), job] { device->Run(job); };
  return comparison;
}

// ---- A table of mantissa products ----

// Products of operands of kBits mantissa bits by a table of 2^(2 kBits) words: the mantissa, and
// what it carries into the exponent.
template <int kBits>
class TableGemm {
 public:
  TableGemm(std::int64_t m, std::int64_t n, std::int64_t k)
      : m_(m),
        n_(n),
        k_(k),
        a_(Operand(m * k)),
        b_(Operand(k * n)),
        c_(static_cast<std::size_t>(m * n)) {
    for (Word a = 0; a < kSide; ++a) {
      for (Word b = 0; b < kSide; ++b) {
        const float product = ToFloat(kOne | a << kDropped) * ToFloat(kOne | b << kDropped);
        table_.push_back(ToWord(product) - kOne);
      }
    }
  }

  __attribute__((target("avx512f"))) void operator()() {
    const __m512i exponent = _mm512_set1_epi32(0x7F800000);
    const __m512i sign = _mm512_set1_epi32(static_cast<int>(kSignBit));
    const __m512i one = _mm512_set1_epi32(static_cast<int>(kOne));
    const __m512i mantissa = _mm512_set1_epi32(kSide - 1);
    for (std::int64_t m = 0; m < m_; ++m) {
      for (std::int64_t n = 0; n < n_; n += 16) {
        __m512 acc = _mm512_setzero_ps();
        for (std::int64_t k = 0; k < k_; ++k) {
          const __m512i a =
              _mm512_set1_epi32(static_cast<int>(ToWord(a_[static_cast<std::size_t>(m * k_ + k)])));
          const __m512i b = _mm512_loadu_si512(b_.data() + k * n_ + n);
          const __mmask16 nonzero =
              _mm512_mask_test_epi32_mask(_mm512_test_epi32_mask(a, exponent), b, exponent);
          const __m512i row =
              _mm512_slli_epi32(_mm512_and_si512(_mm512_srli_epi32(a, kDropped), mantissa), kBits);
          const __m512i index =
              _mm512_or_si512(row, _mm512_and_si512(_mm512_srli_epi32(b, kDropped), mantissa));
          const __m512i product = _mm512_i32gather_epi32(index, table_.data(), 4);
          const __m512i scale = _mm512_sub_epi32(
              _mm512_add_epi32(_mm512_and_si512(a, exponent), _mm512_and_si512(b, exponent)), one);
          const __m512i magnitude = _mm512_add_epi32(product, scale);
          const __m512i signs = _mm512_and_si512(_mm512_xor_si512(a, b), sign);
          acc = _mm512_mask_add_ps(acc, nonzero, acc,
                                   _mm512_castsi512_ps(_mm512_or_si512(magnitude, signs)));
        }
        _mm512_storeu_ps(c_.data() + m * n_ + n, acc);
      }
    }
    benchmark::DoNotOptimize(c_.data());
  }

 private:
  static constexpr int kDropped = kMantissaBits - kBits;
  static constexpr Word kSide = Word{1} << kBits;
  std::int64_t m_, n_, k_;
  std::vector<float> a_, b_, c_;
  std::vector<Word> table_;
};

template <int kBits>
Comparison WithTable() {
  Comparison comparison = Ours(nullptr, Pass::kForward);
  comparison.peer = TableGemm<kBits>(64, 1024, 1024);
  comparison.share = 64.0 / 1024;
  return comparison;
}

// ---- OpenBLAS: a matrix product of the job's sizes, the convolution's matrix given ----

#if defined(SUMAC_OPENBLAS)
Comparison WithOpenBlas(const Conv* conv, Pass pass) {
  openblas_set_num_threads(1);
  Comparison comparison = Ours(conv, pass);
  const auto m = static_cast<int>(comparison.job.m);
  const auto n = static_cast<int>(comparison.job.n);
  const auto k = static_cast<int>(comparison.job.k);
  comparison.peer = [m, n, k, a = Operand(comparison.job.m * k), b = Operand(comparison.job.n * k),
                     c = Operand(comparison.job.m * n)]() mutable {
    cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, a.data(), k, b.data(), n, 0,
                c.data(), n);
  };
  return comparison;
}
#endif

// ---- oneDNN: the convolution in the layout that it likes best ----

#if defined(SUMAC_ONEDNN)
using dnnl::memory;

memory Filled(const memory::desc& desc, const dnnl::engine& engine) {
  memory words(desc, engine);
  auto* data = static_cast<float*>(words.get_data_handle());
  std::fill_n(data, desc.get_size() / sizeof(float), 0.5f);
  return words;
}

Comparison WithOneDnn(const Conv* conv, Pass pass) {
  Comparison comparison = Ours(conv, pass);
  const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
  dnnl::stream stream(engine);
  const auto any = [](memory::dims dims) {
    return memory::desc(dims, memory::data_type::f32, memory::format_tag::any);
  };
  std::unordered_map<int, memory> arguments;
  dnnl::primitive primitive;
  const auto bind = [&](int name, const memory::desc& desc) {
    arguments.emplace(name, Filled(desc, engine));
  };
  if (conv == nullptr) {
    const memory::desc side = any({1024, 1024});
    const dnnl::matmul::primitive_desc desc({side, side, side}, engine);
    bind(DNNL_ARG_SRC, desc.src_desc());
    bind(DNNL_ARG_WEIGHTS, desc.weights_desc());
    bind(DNNL_ARG_DST, desc.dst_desc());
    primitive = dnnl::matmul(desc);
  } else {
    const memory::desc x = any({conv->images, conv->in, conv->h, conv->w});
    const memory::desc w = any({conv->out, conv->in, conv->kh, conv->kw});
    const memory::desc y = any({conv->images, conv->out, conv->OutH(), conv->OutW()});
    const memory::dims strides = {conv->stride, conv->stride};
    const memory::dims padding = {conv->padding, conv->padding};
    const auto direct = dnnl::algorithm::convolution_direct;
    const dnnl::convolution_forward::primitive_desc forward(
        {dnnl::prop_kind::forward_training, direct, x, w, y, strides, padding, padding}, engine);
    if (pass == Pass::kForward) {
      bind(DNNL_ARG_SRC, forward.src_desc());
      bind(DNNL_ARG_WEIGHTS, forward.weights_desc());
      bind(DNNL_ARG_DST, forward.dst_desc());
      primitive = dnnl::convolution_forward(forward);
    } else if (pass == Pass::kInputGradient) {
      const dnnl::convolution_backward_data::primitive_desc desc(
          {direct, x, w, y, strides, padding, padding}, engine, forward);
      bind(DNNL_ARG_DIFF_SRC, desc.diff_src_desc());
      bind(DNNL_ARG_WEIGHTS, desc.weights_desc());
      bind(DNNL_ARG_DIFF_DST, desc.diff_dst_desc());
      primitive = dnnl::convolution_backward_data(desc);
    } else {
      const dnnl::convolution_backward_weights::primitive_desc desc(
          {direct, x, w, y, strides, padding, padding}, engine, forward);
      bind(DNNL_ARG_SRC, desc.src_desc());
      bind(DNNL_ARG_DIFF_WEIGHTS, desc.diff_weights_desc());
      bind(DNNL_ARG_DIFF_DST, desc.diff_dst_desc());
      primitive = dnnl::convolution_backward_weights(desc);
    }
  }
  comparison.peer = [engine, stream, primitive, arguments]() mutable {
    primitive.execute(stream, arguments);
    stream.wait();
  };
  return comparison;
}
#endif

constexpr Conv kStage1{.images = 128, .h = 32, .w = 32, .in = 16, .out = 16};
constexpr Conv kStage2{.images = 128, .h = 16, .w = 16, .in = 32, .out = 32};
constexpr Conv kStage3{.images = 128, .h = 8, .w = 8, .in = 64, .out = 64};

void Add(const std::string& name, const std::function<Comparison()>& make) {
  benchmark::RegisterBenchmark(name.c_str(), Run, make)->UseManualTime()->MinTime(0.2);
}

void AddPeers(const std::string& shape, const Conv* conv, Pass pass) {
  Add(shape + "/ieee", [conv, pass] { return WithIeee(conv, pass, "avx512"); });
  Add("avx2/" + shape + "/ieee", [conv, pass] { return WithIeee(conv, pass, "avx2"); });
#if defined(SUMAC_OPENBLAS)
  Add(shape + "/openblas", [conv, pass] { return WithOpenBlas(conv, pass); });
#endif
#if defined(SUMAC_ONEDNN)
  Add(shape + "/onednn", [conv, pass] { return WithOneDnn(conv, pass); });
#endif
}

void Register() {
  if (KernelNames().front() != "avx512") return;
  AddPeers("matrix_1024", nullptr, Pass::kForward);
  Add("matrix_1024/table_128x128", WithTable<7>);
  Add("matrix_1024/table_256x256", WithTable<8>);
  for (const auto& [name, conv] :
       {std::pair{"32x32x16", &kStage1}, {"16x16x32", &kStage2}, {"8x8x64", &kStage3}}) {
    AddPeers(std::string(name) + "/forward", conv, Pass::kForward);
    AddPeers(std::string(name) + "/input_gradient", conv, Pass::kInputGradient);
    AddPeers(std::string(name) + "/weight_gradient", conv, Pass::kWeightGradient);
  }
}

const bool kRegistered = (Register(), true);

}  // namespace
}  // namespace sumac::testing

#endif  // defined(__x86_64__)
