// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/random_job.h"

#include <fmt/format.h>

#include <utility>

namespace sumac {
namespace {

// A matrix operand (outer x k): plain, transposed or with k descending, with an offset and gaps.
View RandomMatrix(Device& device, CaseRandom& random, std::int64_t outer, std::int64_t k,
                  std::string& description) {
  const WordKind kind = RandomKind(random);
  const std::int64_t gap = random.Between(0, 2);
  const std::int64_t offset = random.Between(0, 5);
  const std::int64_t words = offset + (outer + gap) * (k + gap) + 1;
  BufferPtr buffer = RandomBuffer(device, random, kind, words);
  switch (random.Between(0, 2)) {
    case 0:
      description = fmt::format("matrix of {} words", Name(kind));
      return MatrixOperand(std::move(buffer), offset, outer, k + gap, k, 1);
    case 1:
      description = fmt::format("transposed matrix of {} words", Name(kind));
      return MatrixOperand(std::move(buffer), offset, outer, 1, k, outer + gap);
    default:
      description = fmt::format("matrix with descending k of {} words", Name(kind));
      return MatrixOperand(std::move(buffer), offset + (k > 0 ? k - 1 : 0), outer, k + gap, k, -1);
  }
}

// The im2col matrix of a small NHWC tensor, with stride, padding, and dilation of kernel and input.
View RandomIm2col(Device& device, CaseRandom& random, std::string& description) {
  const WordKind kind = RandomKind(random);
  const std::int64_t images = random.Between(1, 2);
  const std::int64_t height = random.Between(1, 7);
  const std::int64_t width = random.Between(1, 7);
  const std::int64_t channels = random.Between(1, 9);
  const std::int64_t kernel = random.OneIn(3) ? 1 : 3;
  const std::int64_t stride = random.Between(1, 2);
  const std::int64_t spread = random.OneIn(3) ? random.Between(2, 3) : 1;
  const std::int64_t dilation = random.OneIn(3) ? 2 : 1;
  const std::int64_t reach = (kernel - 1) * spread + 1;
  const std::int64_t padding = kernel == 1 ? 0 : random.Between(spread, 2 * spread);
  const auto size = [&](std::int64_t extent) {
    return ((extent - 1) * dilation + 1 + 2 * padding - reach) / stride + 1;
  };
  description = fmt::format(
      "im2col ({} x {} x {} x {}, kernel {} dilated by {}, stride {}, padding {}, input dilation "
      "{}) of {} words",
      images, height, width, channels, kernel, spread, stride, padding, dilation, Name(kind));
  View view;
  view.buffer = RandomBuffer(device, random, kind, images * height * width * channels);
  view.outer = {Digit{images, height * width * channels, 0, 0}, Digit{size(height), 0, stride, 0},
                Digit{size(width), 0, 0, stride}};
  view.k = {Digit{kernel, 0, spread, 0}, Digit{kernel, 0, 0, spread}, Digit{channels, 1, 0, 0}};
  view.y = Bound{height, width * channels, padding, dilation};
  view.x = Bound{width, channels, padding, dilation};
  return view;
}

// Where C or C_in lies: by rows or by columns, with gaps. `words` is what its buffer must hold.
MatrixView RandomPlace(CaseRandom& random, std::int64_t m, std::int64_t n, std::int64_t& words) {
  const std::int64_t gap = random.Between(0, 2);
  const std::int64_t offset = random.Between(0, 5);
  words = offset + (m + gap) * (n + gap);
  if (random.OneIn(3)) return {nullptr, offset, 1, m + gap};
  return {nullptr, offset, n + gap, 1};
}

}  // namespace

void AddRandomEpilogue(Device& device, CaseRandom& random, Job& job, std::string& description) {
  const WordKind kind = RandomKind(random);
  std::string steps;
  if (random.OneIn(2)) {
    const auto vector = [&] {
      const std::int64_t offset = random.Between(0, 5);
      return ColumnVector{RandomBuffer(device, random, kind, offset + job.n), offset};
    };
    job.epilogue.affine = {vector(), vector()};
    steps += " affine";
  }
  if (random.OneIn(2)) {
    std::int64_t words = 0;
    job.epilogue.residual = RandomPlace(random, job.m, job.n, words);
    job.epilogue.residual->buffer = RandomBuffer(device, random, kind, words);
    steps += " residual";
  }
  job.epilogue.relu = random.OneIn(2);
  if (job.epilogue.relu) steps += " relu";
  description += steps.empty() ? "" : fmt::format("; epilogue{} of {} words", steps, Name(kind));
}

RandomJobs MakeRandomGemm(Device& device, CaseRandom& random, const Arithmetic& arithmetic,
                          int rows, int columns) {
  RandomJobs result;
  Job& job = result.jobs.emplace_back();
  job.name = "verify";
  job.arithmetic = arithmetic;
  std::string a;
  std::string b;
  if (random.OneIn(3)) {
    job.a = RandomIm2col(device, random, a);
    job.m = job.a.OuterSize();
    job.k = job.a.KSize();
  } else {
    job.m = random.Between(1, random.OneIn(4) ? 8 * rows + 40 : 2 * rows);
    job.k = random.OneIn(20) ? 0 : random.Between(1, 3 * rows + 1);
    job.a = RandomMatrix(device, random, job.m, job.k, a);
  }
  job.n = random.Between(1, 2 * columns + 1);
  job.b = RandomMatrix(device, random, job.n, job.k, b);

  std::int64_t words = 0;
  job.c = RandomPlace(random, job.m, job.n, words);
  const WordKind kind = RandomKind(random);
  job.c.buffer = RandomBuffer(device, random, kind, words);
  std::string c_in = "none";
  switch (random.Between(0, 3)) {
    case 0:
      break;
    case 1:
      c_in = fmt::format("C itself, {} words", Name(kind));
      job.c_in = job.c;
      break;
    case 2:
      c_in = fmt::format("a bias of {} words", Name(kind));
      job.c_in = MatrixView{RandomBuffer(device, random, kind, job.n), 0, 0, 1};
      break;
    default:
      c_in = fmt::format("a matrix of {} words", Name(kind));
      job.c_in = RandomPlace(random, job.m, job.n, words);
      job.c_in->buffer = RandomBuffer(device, random, kind, words);
  }
  result.description =
      fmt::format("M {}, N {}, K {}; A {}; B {}; C_in {}", job.m, job.n, job.k, a, b, c_in);
  if (random.OneIn(3)) AddRandomEpilogue(device, random, job, result.description);
  return result;
}

}  // namespace sumac
