// SPDX-License-Identifier: Apache-2.0
// One matrix product on a device.
#include <pybind11/stl.h>

#include <optional>

#include "python/engine.h"

namespace sumac::python {
namespace {

BufferPtr Load(Device& device, std::span<const float> words) {
  BufferPtr buffer = device.Allocate(std::ssize(words));
  device.Write(*buffer, 0, words);
  return buffer;
}

// a is M x K, b K x N, c_in and out M x N. Returns the hardware's cycles, 0 where it has none.
std::int64_t Gemm(const Floats& a, const Floats& b, const std::optional<Floats>& c_in, Floats& out,
                  const std::string& engine, const std::string& mul, const std::string& comp,
                  const std::string& format, int threads, const std::string& array) {
  Job job;
  job.name = "gemm";
  job.m = a.shape(0);
  job.k = a.shape(1);
  job.n = b.shape(1);
  job.arithmetic = ParseArithmetic(mul, comp, format);
  const auto a_words = SpanOf(a);
  const auto b_words = SpanOf(b);
  const auto c_words = c_in ? SpanOf(*c_in) : std::span<const float>();
  const auto out_words = MutableSpanOf(out);

  const pybind11::gil_scoped_release released;
  const auto device = MakeEngine({engine, threads, array}, job.arithmetic);
  job.a = MatrixOperand(Load(*device, a_words), 0, job.m, job.k, job.k, 1);
  job.b = MatrixOperand(Load(*device, b_words), 0, job.n, 1, job.k, job.n);
  if (c_in) job.c_in = MatrixView{Load(*device, c_words), 0, job.n, 1};
  job.c = MatrixView{device->Allocate(job.m * job.n), 0, job.n, 1};
  const JobReport report = device->Run(job);
  device->Read(*job.c.buffer, 0, out_words);
  return report.cycles;
}

}  // namespace

void AddGemm(pybind11::module_& module) { module.def("gemm", &Gemm); }

}  // namespace sumac::python
