// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/matrix_job.h"

#include <fmt/format.h>

#include "model/error.h"

namespace sumac {
namespace {

Array ReadMatrix(const std::string& path) {
  Array array = ReadNpy(path);
  if (array.shape.size() != 2) {
    throw Error(fmt::format("{}: expected a matrix, found an array of {} dimensions; reshape it.",
                            path, array.shape.size()));
  }
  return array;
}

BufferPtr Load(Device& device, const Array& array) {
  BufferPtr buffer = device.Allocate(std::ssize(array.values));
  device.Write(*buffer, 0, array.values);
  return buffer;
}

}  // namespace

Matrices ReadMatrices(const std::string& a, const std::string& b, const std::string& c) {
  Matrices matrices{ReadMatrix(a), ReadMatrix(b), {}};
  if (!c.empty()) matrices.c_in = ReadMatrix(c);
  const std::int64_t m = matrices.a.shape[0];
  const std::int64_t k = matrices.a.shape[1];
  const std::int64_t n = matrices.b.shape[1];
  if (matrices.b.shape[0] != k) {
    throw Error(
        fmt::format("{} is {} x {} and {} is {} x {}: expected as many rows of B as columns "
                    "of A; check their order.",
                    a, m, k, b, matrices.b.shape[0], n));
  }
  if (m == 0 || n == 0) {
    throw Error(fmt::format("The product of {} and {} is {} x {}: expected at least one element.",
                            a, b, m, n));
  }
  if (matrices.c_in && matrices.c_in->shape != std::vector{m, n}) {
    throw Error(fmt::format("{}: expected a matrix of {} x {}, as the product is, found {} x {}.",
                            c, m, n, matrices.c_in->shape[0], matrices.c_in->shape[1]));
  }
  return matrices;
}

Job MakeMatrixJob(Device& device, const Matrices& matrices, const Arithmetic& arithmetic) {
  Job job;
  job.name = "gemm";
  job.m = matrices.a.shape[0];
  job.n = matrices.b.shape[1];
  job.k = matrices.a.shape[1];
  job.arithmetic = arithmetic;
  job.a = MatrixOperand(Load(device, matrices.a), 0, job.m, job.k, job.k, 1);
  job.b = MatrixOperand(Load(device, matrices.b), 0, job.n, 1, job.k, job.n);
  if (matrices.c_in) job.c_in = MatrixView{Load(device, *matrices.c_in), 0, job.n, 1};
  job.c = MatrixView{device.Allocate(job.m * job.n), 0, job.n, 1};
  return job;
}

}  // namespace sumac
