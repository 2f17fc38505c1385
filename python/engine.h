// SPDX-License-Identifier: Apache-2.0
// What the parts of the Python module share: arithmetics and devices by their names.
#ifndef SUMAC_PYTHON_ENGINE_H_
#define SUMAC_PYTHON_ENGINE_H_

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <memory>
#include <span>
#include <string>

#include "model/device.h"

namespace sumac::python {

// Contiguous arrays: sumac/__init__.py makes them so, and tells the caller what does not fit.
using Words = pybind11::array_t<Word, pybind11::array::c_style>;
using Floats = pybind11::array_t<float, pybind11::array::c_style>;
using Bytes = pybind11::array_t<std::uint8_t, pybind11::array::c_style>;

template <typename T>
std::span<const T> SpanOf(const pybind11::array_t<T, pybind11::array::c_style>& array) {
  return {array.data(), static_cast<std::size_t>(array.size())};
}
template <typename T>
std::span<T> MutableSpanOf(pybind11::array_t<T, pybind11::array::c_style>& array) {
  return {array.mutable_data(), static_cast<std::size_t>(array.size())};
}

struct EngineOptions {
  std::string engine;
  int threads = 0;    // 0: all cores
  std::string array;  // of the hardware; "": the largest that fits
};

Arithmetic ParseArithmetic(const std::string& mul, const std::string& comp,
                           const std::string& format);

// Throws Error where there is no such engine, or it does not have what is asked.
std::unique_ptr<Device> MakeEngine(const EngineOptions& options, const Arithmetic& arithmetic);

// Each adds its functions to the module.
void AddOperations(pybind11::module_& module);
void AddGemm(pybind11::module_& module);
void AddConv(pybind11::module_& module);
void AddModel(pybind11::module_& module);
void AddCycles(pybind11::module_& module);

}  // namespace sumac::python

#endif  // SUMAC_PYTHON_ENGINE_H_
