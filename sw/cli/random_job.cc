// SPDX-License-Identifier: Apache-2.0
#include "sw/cli/random_job.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>
#include <vector>

namespace sumac {
namespace {

// The edges of the number system, each also negative.
constexpr std::array<Word, 16> kCorners = {
    0x00000000,  // zero
    0x00000001,  // the least subnormal
    0x007FFFFF,  // the largest subnormal
    0x00800000,  // the least normal
    0x00800001,  //
    0x1FFFFFFF,  // squares near the least normal
    0x20000000,  //
    0x3F7FFFFF,  // just below one
    0x3F800000,  // one
    0x3F800001,  // just above one
    0x3FC00000,  // 1.5, where pam errs most
    0x5F7FFFFF,  // squares near the largest
    0x7F7FFFFF,  // the largest
    0x7F800000,  // infinity
    0x7F800001,  // a signalling NaN
    0x7FC00000,  // the one NaN
};

enum class Kind { kUnit, kBits, kCorner, kHuge, kTiny, kFewSpecials, kKinds };

const char* Name(Kind kind) {
  switch (kind) {
    case Kind::kUnit:
      return "unit";
    case Kind::kBits:
      return "any";
    case Kind::kCorner:
      return "corner";
    case Kind::kHuge:
      return "huge";
    case Kind::kTiny:
      return "tiny";
    default:
      return "unit and few special";
  }
}

// A word with a random sign and mantissa and a biased exponent from low to high.
Word WithExponent(CaseRandom& random, std::int64_t low, std::int64_t high) {
  const auto exponent = static_cast<Word>(random.Between(low, high));
  return (static_cast<Word>(random.Bits()) & 0x807FFFFF) | exponent << kMantissaBits;
}

Word RandomWord(CaseRandom& random, Kind kind) {
  const auto corner = [&] {
    const auto index = static_cast<std::size_t>(random.Between(0, kCorners.size() - 1));
    return kCorners[index] ^ (static_cast<Word>(random.Bits()) & kSignBit);
  };
  switch (kind) {
    case Kind::kUnit:
      return WithExponent(random, 120, 128);
    case Kind::kBits:
      return static_cast<Word>(random.Bits());
    case Kind::kCorner:
      return corner();
    case Kind::kHuge:
      return WithExponent(random, 180, 254);
    case Kind::kTiny:
      return WithExponent(random, 0, 70);
    default:
      return random.OneIn(50) ? corner() : WithExponent(random, 120, 128);
  }
}

BufferPtr RandomBuffer(Device& device, CaseRandom& random, Kind kind, std::int64_t words) {
  std::vector<float> values(static_cast<std::size_t>(words));
  for (float& value : values) value = ToFloat(RandomWord(random, kind));
  BufferPtr buffer = device.Allocate(words);
  device.Write(*buffer, 0, values);
  return buffer;
}

Kind RandomKind(CaseRandom& random) {
  return static_cast<Kind>(random.Between(0, static_cast<std::int64_t>(Kind::kKinds) - 1));
}

// A matrix operand (outer x k): plain, transposed or with k descending, with an offset and gaps.
View RandomMatrix(Device& device, CaseRandom& random, std::int64_t outer, std::int64_t k,
                  std::string& description) {
  const Kind kind = RandomKind(random);
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

// The im2col matrix of a small NHWC tensor, with stride, padding and input dilation.
View RandomIm2col(Device& device, CaseRandom& random, std::string& description) {
  const Kind kind = RandomKind(random);
  const std::int64_t images = random.Between(1, 2);
  const std::int64_t height = random.Between(1, 7);
  const std::int64_t width = random.Between(1, 7);
  const std::int64_t channels = random.Between(1, 9);
  const std::int64_t kernel = random.OneIn(3) ? 1 : 3;
  const std::int64_t stride = random.Between(1, 2);
  const std::int64_t dilation = random.OneIn(3) ? 2 : 1;
  const std::int64_t padding = kernel == 1 ? 0 : random.Between(1, 2);
  const auto size = [&](std::int64_t extent) {
    return ((extent - 1) * dilation + 1 + 2 * padding - kernel) / stride + 1;
  };
  description = fmt::format(
      "im2col ({} x {} x {} x {}, kernel {}, stride {}, padding {}, input dilation {}) of {} words",
      images, height, width, channels, kernel, stride, padding, dilation, Name(kind));
  View view;
  view.buffer = RandomBuffer(device, random, kind, images * height * width * channels);
  view.outer = {Digit{images, height * width * channels, 0, 0}, Digit{size(height), 0, stride, 0},
                Digit{size(width), 0, 0, stride}};
  view.k = {Digit{kernel, 0, 1, 0}, Digit{kernel, 0, 0, 1}, Digit{channels, 1, 0, 0}};
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

CaseRandom::CaseRandom(std::uint64_t seed, std::int64_t number) {
  const auto n = static_cast<std::uint64_t>(number);
  std::seed_seq sequence{seed & 0xFFFFFFFF, seed >> 32, n & 0xFFFFFFFF, n >> 32};
  engine_.seed(sequence);
}

std::int64_t CaseRandom::Between(std::int64_t low, std::int64_t high) {
  const auto range = static_cast<std::uint64_t>(high - low) + 1;
  return low + static_cast<std::int64_t>(engine_() % range);
}

RandomJob MakeRandomJob(Device& device, CaseRandom& random, const Arithmetic& arithmetic, int rows,
                        int columns) {
  RandomJob result;
  Job& job = result.job;
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
  const Kind kind = RandomKind(random);
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
  return result;
}

}  // namespace sumac
