// SPDX-License-Identifier: Apache-2.0
// The one interface through which everything above multiplies: a device executes GEMM jobs.
// The scalar reference, the SIMD kernels, the Verilated array and the checking wrapper implement
// it; layers, training and tools know no other way.
#ifndef SUMAC_MODEL_DEVICE_H_
#define SUMAC_MODEL_DEVICE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/arithmetic.h"
#include "model/view.h"

namespace sumac {

// Device memory: a vector of words. Opaque to all but the device that allocated it.
class Buffer {
 public:
  virtual ~Buffer() = default;
  virtual std::int64_t size() const = 0;  // words
};

// Words of a buffer from `offset` on, one a column of C.
struct ColumnVector {
  BufferPtr buffer;
  std::int64_t offset = 0;
};

// What becomes of a finished fold y (docs/arithmetic.md, "The epilogue"), in this order:
//   affine    y = add(product(y, scale[n]), shift[n]), the job's product on operands as they are;
//   residual  y = add(y, residual[m][n]), a matrix that does not overlap C;
//   relu      negatives and -0 become +0, a NaN stays.
// A step that is absent or false is left out.
struct JobEpilogue {
  struct Affine {
    ColumnVector scale;
    ColumnVector shift;
  };
  std::optional<Affine> affine;
  std::optional<MatrixView> residual;
  bool relu = false;

  bool Any() const { return affine || residual || relu; }
};

// C[m][n] = fold over k = 0 .. K-1 in order of add(acc, product(A[m][k], B[k][n])), acc starting
// from C_in[m][n] (or +0), ended by add(acc, +0): docs/arithmetic.md, "GEMM"; or by groups of
// products ("fused"). The epilogue follows.
// A's view is (M x K), B's is (N x K). C may be C_in itself; it may not overlap any other input.
struct Job {
  std::string name;  // for reports: "layer1.0.conv1 forward"
  View a;
  View b;
  std::optional<MatrixView> c_in;
  MatrixView c;
  JobEpilogue epilogue;
  std::int64_t m = 0;
  std::int64_t n = 0;
  std::int64_t k = 0;
  Arithmetic arithmetic;
};

// What a comparing device found for one job.
struct Mismatch {
  std::int64_t compared = 0;  // words
  std::int64_t differing = 0;
  std::string first;  // the first difference: index, both words in hex and as numbers; or empty
};

struct JobReport {
  std::int64_t cycles = 0;            // of the hardware; 0 where a device has no clock
  std::int64_t predicted_cycles = 0;  // by the cycle model; 0 where it does not cover the device
  Mismatch mismatch;                  // of a checking device
};

using Ticket = std::uint64_t;

class Device {
 public:
  virtual ~Device() = default;

  virtual std::string name() const = 0;

  // A buffer of `words` words, all +0. Throws Error where memory is short.
  virtual BufferPtr Allocate(std::int64_t words) = 0;
  virtual void Write(Buffer& buffer, std::int64_t offset, std::span<const float> words) = 0;
  virtual void Read(const Buffer& buffer, std::int64_t offset, std::span<float> words) = 0;

  // The buffer's words in the host's memory, for host code between jobs (batch norm, loss). The
  // span stays valid for the buffer's life; its words may be read and written while no submitted
  // job is unfinished. A device whose memory the host cannot address returns an empty span, and
  // its callers use Read and Write.
  virtual std::span<float> Map(Buffer& buffer) = 0;

  // Starts the jobs, in order: a job may read what an earlier one wrote. The jobs are copied.
  // Throws Error where a job is malformed or not supported by this device, before any has run.
  virtual Ticket Submit(std::span<const Job> jobs) = 0;
  // Waits for a submission and gives one report a job. A ticket is waited for once.
  virtual std::vector<JobReport> Wait(Ticket ticket) = 0;

  // Submit and Wait for one job.
  JobReport Run(const Job& job);
};

// Throws Error naming the job where its sizes, views or arithmetic are inconsistent or reach
// outside their buffers. Every device calls it from Submit.
void ValidateJob(const Job& job);

}  // namespace sumac

#endif  // SUMAC_MODEL_DEVICE_H_
