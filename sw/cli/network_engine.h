// SPDX-License-Identifier: Apache-2.0
// The engine on which `run` and `step` compute a network: hardware runs several of its jobs at a
// time, on this machine's cores and over the ranks of MPI (model/spread_device.h).
#ifndef SUMAC_SW_CLI_NETWORK_ENGINE_H_
#define SUMAC_SW_CLI_NETWORK_ENGINE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/spread_device.h"
#include "sw/cli/options.h"
#include "sw/cli/progress.h"
#include "sw/cli/ranks.h"
#include "sw/nn/context.h"

namespace sumac {

class NetworkEngine {
 public:
  // `check` names the engine that every job is compared with; "" none. Throws Error as MakeEngine
  // does.
  NetworkEngine(const EngineOptions& options, const Arithmetic& arithmetic,
                const std::string& check, Ranks& ranks);
  ~NetworkEngine();

  const std::string& name() const { return name_; }

  // Calls `compute` with a device for the network's jobs, whose buffers live as long as this
  // engine; then `layers` must have a report of each, which Run completes with the hardware's
  // cycles. Where the hardware's words are not those of the contract, `compute` is called once
  // more, with one device that runs job after job. Throws Interruption on Ctrl-C.
  void Run(const std::function<void(std::shared_ptr<Device>)>& compute,
           std::vector<LayerReport>& layers);

 private:
  std::unique_ptr<Device> MakeDevice(int threads) const;
  // False where a job's words were not those predicted.
  bool Complete(const std::vector<std::string>& texts, std::vector<LayerReport>& layers) const;

  EngineOptions options_;
  Arithmetic arithmetic_;
  std::string check_;
  Ranks& ranks_;
  std::string name_;
  std::shared_ptr<Device> device_;                // that computes
  std::vector<std::unique_ptr<Device>> workers_;  // of its jobs, until Run; none: it does them
};

}  // namespace sumac

#endif  // SUMAC_SW_CLI_NETWORK_ENGINE_H_
