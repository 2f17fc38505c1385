// SPDX-License-Identifier: Apache-2.0
// `gemm`: one fold from .npy files to a .npy file.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "model/devices.h"
#include "sw/cli/commands.h"
#include "sw/cli/matrix_job.h"
#include "sw/cli/options.h"

namespace sumac {
namespace {

struct GemmOptions {
  EngineOptions engine;
  ArithmeticOptions arithmetic;
  std::string a;
  std::string b;
  std::string c;
  std::string out;
  bool check = false;
  bool json = false;
};

int RunGemm(const GemmOptions& options) {
  const Matrices matrices = ReadMatrices(options.a, options.b, options.c);
  const Arithmetic arithmetic = options.arithmetic.Get();
  CheckWritable(options.out);
  if (!options.engine.trace.empty()) CheckWritable(options.engine.trace);
  std::unique_ptr<Device> device = MakeEngine(options.engine, arithmetic);
  if (options.check) {
    device = MakeCheckedDevice(std::move(device), MakeReferenceDevice(options.engine.threads));
  }

  return Working([&] {
    const Job job = MakeMatrixJob(*device, matrices, arithmetic);
    const auto start = std::chrono::steady_clock::now();
    const JobReport report = device->Run(job);
    const std::chrono::nanoseconds elapsed = std::chrono::steady_clock::now() - start;
    Array out{{job.m, job.n}, std::vector<float>(static_cast<std::size_t>(job.m * job.n))};
    device->Read(*job.c.buffer, 0, out.values);
    WriteNpy(options.out, out);

    const ArrayShape array = EngineArray(options.engine, arithmetic);
    const double utilization = Utilization(array, job.m * job.n * job.k, report.cycles);
    const Mismatch& mismatch = report.mismatch;
    if (options.json) {
      nlohmann::ordered_json document = {{"m", job.m},
                                         {"n", job.n},
                                         {"k", job.k},
                                         {"engine", device->name()},
                                         {"elapsed_ns", elapsed.count()}};
      if (array.Elements() > 0) {
        document["cycles"] = report.cycles;
        document["utilization"] = utilization;
      }
      if (options.check) {
        document["compared"] = mismatch.compared;
        document["mismatches"] = mismatch.differing;
        document["first_mismatch"] = mismatch.first;
      }
      fmt::print("{}\n", document.dump(2));
    } else {
      fmt::print("M {}  N {}  K {}  on {}\n", job.m, job.n, job.k, device->name());
      if (array.Elements() > 0) {
        fmt::print("cycles {}  utilization {:.1f} %\n", report.cycles, 100 * utilization);
      }
      fmt::print("time {:.3f} ms\n", static_cast<double>(elapsed.count()) * 1e-6);
      if (options.check) {
        fmt::print("compared {} words with the reference: {} differ\n", mismatch.compared,
                   mismatch.differing);
        if (mismatch.differing != 0) fmt::print("first: {}\n", mismatch.first);
      }
    }
    return mismatch.differing == 0 ? kDone : kDifferent;
  });
}

}  // namespace

void AddGemm(CLI::App& app, int& status) {
  const auto options = std::make_shared<GemmOptions>();
  CLI::App* command = app.add_subcommand("gemm", "One matrix product, from .npy to .npy");
  command->add_option("--a", options->a, "A, M x K: .npy, float32, C order")->required();
  command->add_option("--b", options->b, "B, K x N")->required();
  command->add_option("--c", options->c, "C_in, M x N, from which the sums start (default +0)");
  command->add_option("--out", options->out, "Where the result is written, M x N")->required();
  AddDeviceOptions(*command, options->engine, options->arithmetic);
  command->add_flag("--check", options->check,
                    "Compare every word with the reference; exit status 1 where one differs");
  AddTraceOption(*command, options->engine);
  AddJsonOption(*command, options->json);
  command->footer(
      "Examples:\n"
      "  sumac gemm --a a.npy --b b.npy --out c.npy\n"
      "  sumac gemm --a a.npy --b b.npy --out c.npy --engine rtl --array 16x16 --check");
  command->callback([options, &status] { status = RunGemm(*options); });
}

}  // namespace sumac
