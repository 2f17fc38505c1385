// SPDX-License-Identifier: Apache-2.0
// ONNX files in a build without SUMAC_ONNX.
#include "model/error.h"
#include "sw/onnx/onnx.h"

namespace sumac {
namespace {

[[noreturn]] void Refuse(const std::string& path) {
  throw Error(path +
              ": this program was built without ONNX; install libonnx-dev and "
              "libprotobuf-dev and build it with -DSUMAC_ONNX=ON.");
}

}  // namespace

Graph ReadOnnx(const std::string& path) { Refuse(path); }

void WriteOnnx(const std::string& path, const Graph&, const std::vector<std::int64_t>&) {
  Refuse(path);
}

}  // namespace sumac
