// SPDX-License-Identifier: Apache-2.0
// The compiled part of the Python module sumac, which sumac/__init__.py wraps.
#include "model/error.h"
#include "python/engine.h"
#include "sw/io/file.h"

PYBIND11_MODULE(_core, module) {
  using namespace sumac;
  module.attr("version") = SUMAC_VERSION;
  // The later one is asked first.
  const auto& error = pybind11::register_exception<Error>(module, "Error", PyExc_ValueError);
  const auto bases = pybind11::make_tuple(error, pybind11::handle(PyExc_RuntimeError));
  pybind11::register_exception<WorkFailed>(module, "WorkFailed", bases);
  const auto describe = [&](const char* name, const char* text) {
    module.attr(name).attr("__module__") = "sumac";
    module.attr(name).attr("__doc__") = text;
  };
  describe("Error", "What was asked for cannot be computed; the message is one sentence.");
  describe("WorkFailed", "Work that was begun could not be finished.");
  python::AddOperations(module);
  python::AddGemm(module);
  python::AddConv(module);
  python::AddModel(module);
  python::AddCycles(module);
}
