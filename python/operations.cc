// SPDX-License-Identifier: Apache-2.0
// Single products, sums and roundings over arrays of words of one size.
#include "model/elementwise.h"
#include "model/names.h"
#include "model/narrow.h"
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

void NarrowAll(const Words& a, Words& out, const std::string& format) {
  const int bits = ParseFormat(format);
  const auto words = SpanOf(a);
  const auto result = MutableSpanOf(out);
  const pybind11::gil_scoped_release released;
  for (std::size_t i = 0; i < words.size(); ++i) result[i] = Narrow(words[i], bits);
}

}  // namespace

void AddOperations(pybind11::module_& module) {
  module.def("multiply", &Multiply);
  module.def("add", &Add);
  module.def("narrow", &NarrowAll);
}

}  // namespace sumac::python
