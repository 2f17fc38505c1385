// SPDX-License-Identifier: Apache-2.0
// Single products, sums and roundings over arrays of words of one size.
#include "model/elementwise.h"
#include "model/names.h"
#include "model/narrow.h"
#include "model/piecewise_affine.h"
#include "python/engine.h"

namespace sumac::python {
namespace {

// out = a op b with the interpreter's lock released; the arrays are kept by the caller.
template <typename Operation>
void Apply(const Words& a, const Words& b, Words& out, Operation operation) {
  const auto left = SpanOf(a);
  const auto right = SpanOf(b);
  const auto result = MutableSpanOf(out);
  const pybind11::gil_scoped_release released;
  operation(left, right, result);
}

void Multiply(const Words& a, const Words& b, Words& out, const std::string& mul,
              const std::string& comp) {
  const Arithmetic arithmetic = ParseArithmetic(mul, comp, "fp32");
  Apply(a, b, out, [&](auto left, auto right, auto result) {
    MultiplyWords(arithmetic, left, right, result);
  });
}

void Add(const Words& a, const Words& b, Words& out) {
  Apply(a, b, out, [](auto left, auto right, auto result) { AddWords(left, right, result); });
}

void Padivs(const Words& a, const Words& b, Words& out) {
  Apply(a, b, out, [](auto left, auto right, auto result) {
    for (std::size_t i = 0; i < left.size(); ++i) result[i] = Padiv(left[i], right[i]);
  });
}

// out = function(a), the same way.
template <typename Function>
void ApplyEach(const Words& a, Words& out, Function function) {
  const auto words = SpanOf(a);
  const auto result = MutableSpanOf(out);
  const pybind11::gil_scoped_release released;
  for (std::size_t i = 0; i < words.size(); ++i) result[i] = function(words[i]);
}

void NarrowAll(const Words& a, Words& out, const std::string& format) {
  const int bits = ParseFormat(format);
  ApplyEach(a, out, [=](Word word) { return Narrow(word, bits); });
}

void Pasqrts(const Words& a, Words& out) { ApplyEach(a, out, Pasqrt); }
void Paexp2s(const Words& a, Words& out) { ApplyEach(a, out, Paexp2); }
void Palog2s(const Words& a, Words& out) { ApplyEach(a, out, Palog2); }

}  // namespace

void AddOperations(pybind11::module_& module) {
  module.def("multiply", &Multiply);
  module.def("add", &Add);
  module.def("narrow", &NarrowAll);
  module.def("padiv", &Padivs);
  module.def("pasqrt", &Pasqrts);
  module.def("paexp2", &Paexp2s);
  module.def("palog2", &Palog2s);
}

}  // namespace sumac::python
