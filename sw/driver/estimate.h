// SPDX-License-Identifier: Apache-2.0
// What a network would take on an array of any size, by the cycle models alone.
#ifndef SUMAC_SW_DRIVER_ESTIMATE_H_
#define SUMAC_SW_DRIVER_ESTIMATE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "model/cycles.h"
#include "sw/topology/topology.h"

namespace sumac {

struct EstimateOptions {
  ArrayShape array;
  std::int64_t batch = 1;
  bool training = false;      // both gradients as well
  int bus_bits = 0;           // not 0: the whole accelerator, on a memory
  std::int64_t latency = 32;  // of that memory
};

// The array that "16x8" names, 16 rows of 8 columns; a psum_depth of 0 takes the hardware's
// default, which depends on whether there is a memory bus. Throws Error where it is none.
ArrayShape ParseArrayShape(const std::string& text, int adder_depth, std::int64_t psum_depth,
                           int bus_bits);

struct Estimate {
  std::int64_t macs = 0;
  std::int64_t cycles = 0;
  std::int64_t bytes_read = 0;  // these two: on a memory
  std::int64_t bytes_written = 0;
  std::int64_t places = 0;  // elements of the array that its tiles have, times their rows

  void Add(const Estimate& more);
};

struct LayerEstimate {
  LayerGemm gemm;
  Estimate estimate;  // of all its `count` GEMMs
};

// The GEMMs of LowerTopology, each with its estimate. Throws Error as LowerTopology, and where the
// array is larger than an accelerator's.
std::vector<LayerEstimate> EstimateNetwork(const std::vector<TopologyLayer>& layers,
                                           const EstimateOptions& options);

}  // namespace sumac

#endif  // SUMAC_SW_DRIVER_ESTIMATE_H_
