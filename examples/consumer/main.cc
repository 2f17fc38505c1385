// SPDX-License-Identifier: Apache-2.0
// C = A B on a device, with integer adds in place of multiplications: prints 13 30 and 30 72, where
// true products give 14 32 and 32 77.
#include <array>
#include <cstdio>

#include "model/devices.h"
#ifdef WITH_RTL
#include "sim/rtl.h"
#endif

int main() {
#ifdef WITH_RTL
  const auto device = sumac::MakeRtlDevice({});
#else
  const auto device = sumac::MakeSimdDevice();
#endif
  const std::array<float, 6> words = {1, 2, 3, 4, 5, 6};  // A by rows, and B by columns: B = A^T
  sumac::Job job;
  job.m = job.n = 2;
  job.k = 3;
  const sumac::BufferPtr operands = device->Allocate(6);
  device->Write(*operands, 0, words);
  job.a = sumac::MatrixOperand(operands, 0, job.m, job.k, job.k, 1);
  job.b = sumac::MatrixOperand(operands, 0, job.n, job.k, job.k, 1);
  job.c = {device->Allocate(4), 0, job.n, 1};
  const sumac::JobReport report = device->Run(job);

  std::array<float, 4> c;
  device->Read(*job.c.buffer, 0, c);
  std::printf("%g %g\n%g %g\n", c[0], c[1], c[2], c[3]);
  std::fprintf(stderr, "%s: %lld cycles\n", device->name().c_str(),
               static_cast<long long>(report.cycles));
}
