// SPDX-License-Identifier: Apache-2.0
// One product of matrices from .npy files, as a job.
#ifndef SUMAC_SW_CLI_MATRIX_JOB_H_
#define SUMAC_SW_CLI_MATRIX_JOB_H_

#include <optional>
#include <string>

#include "model/device.h"
#include "sw/io/npy.h"

namespace sumac {

struct Matrices {
  Array a;                    // M x K
  Array b;                    // K x N
  std::optional<Array> c_in;  // M x N
};

// Reads them; `c` is empty where the sums start from +0. Throws Error where a file is no such array
// or the shapes do not go together.
Matrices ReadMatrices(const std::string& a, const std::string& b, const std::string& c);

// Allocates the matrices and the result on the device, writes them, and gives the job "gemm".
Job MakeMatrixJob(Device& device, const Matrices& matrices, const Arithmetic& arithmetic);

}  // namespace sumac

#endif  // SUMAC_SW_CLI_MATRIX_JOB_H_
