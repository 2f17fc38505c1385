// SPDX-License-Identifier: Apache-2.0
#include "sw/driver/descriptor_model.h"

#include <algorithm>
#include <cstring>

#include "model/cycles.h"
#include "model/devices.h"
#include "model/epilogue.h"
#include "model/narrow.h"
#include "sw/driver/registers.h"
#include "sw/driver/window_view.h"

namespace sumac {
namespace {

constexpr std::uint32_t kFormat = 0x5301;
constexpr std::int64_t kMostColumnTiles = 32;
constexpr std::int64_t kAddressMask = (std::int64_t{1} << 30) - 1;

enum Source { kZero = 0, kCIn = 1, kBanks = 2, kNone = 3 };

bool Flag(const Descriptor& words, int bit) { return (words[kDescFlags] >> bit & 1) != 0; }

Source SourceOf(const Descriptor& words) { return static_cast<Source>(words[kDescFlags] >> 2 & 3); }

// A word address after a (wrapping) step.
std::int64_t Wrap(std::int64_t address) { return address & kAddressMask; }

std::span<float> Row(std::span<float> words, std::int64_t first, std::int64_t count) {
  return words.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count));
}

// A row-major view of a buffer that holds all of it.
MatrixView Dense(BufferPtr buffer, std::int64_t columns) {
  return {.buffer = std::move(buffer), .row_stride = columns};
}

}  // namespace

DescriptorModel::DescriptorModel(const AcceleratorShape& shape, BurstMemory& memory)
    : shape_(shape),
      requests_(memory),
      fold_(MakeSimdDevice(1)),
      a_window_(static_cast<std::size_t>(shape.a_words)),
      b_window_(static_cast<std::size_t>(shape.b_words)),
      banks_(static_cast<std::size_t>(shape.psum_depth * shape.columns)) {}

Descriptor DescriptorModel::Fetch(std::int64_t address) {
  std::array<float, kDescriptorWords> words{};
  requests_.Read(address, words);
  Descriptor descriptor;
  std::memcpy(descriptor.data(), words.data(), sizeof descriptor);
  return descriptor;
}

void DescriptorModel::Run(const Descriptor& words, std::int64_t address) {
  Check(words, address);
  Load(&words[kDescBLoad], b_window_);
  Load(&words[kDescALoad], a_window_);
  Job job;
  job.name = "descriptor";
  job.m = words[kDescM];
  job.n = words[kDescN];
  job.k = words[kDescK];
  job.arithmetic = shape_.arithmetic;
  const auto operand = [&](std::size_t view, std::span<const float> window, bool lanes_along_outer,
                           std::int64_t outer) {
    BufferPtr buffer = fold_->Allocate(outer * job.k);
    ReadOperand(&words[view], window, lanes_along_outer, outer, job.k, fold_->Map(*buffer));
    return MatrixOperand(std::move(buffer), 0, outer, job.k, job.k, 1);
  };
  job.a = operand(kDescAView, a_window_, Flag(words, 0), job.m);
  job.b = operand(kDescBView, b_window_, !Flag(words, 1), job.n);
  const std::int64_t bank = words[kDescPsumBase];
  if (SourceOf(words) != kZero) {
    job.c_in = Dense(fold_->Allocate(job.m * job.n), job.n);
    const std::span<float> sums = fold_->Map(*job.c_in->buffer);
    if (SourceOf(words) == kCIn) {
      ReadMatrix(&words[kDescCIn], job.m, job.n, sums);
    } else {
      ReadBanks(bank, job.m, job.n, sums);
    }
  }
  job.c = Dense(fold_->Allocate(job.m * job.n), job.n);
  const bool result = Flag(words, 4);
  const Epilogue epilogue = result ? ReadEpilogue(words, job) : Epilogue{};
  fold_->Run(job);
  if (!result) {
    WriteBanks(bank, job);
    return;
  }
  Apply(epilogue, job);
  WriteMatrix(&words[kDescC], job);
}

void DescriptorModel::Check(const Descriptor& words, std::int64_t address) const {
  const std::int64_t m = words[kDescM];
  const std::int64_t n = words[kDescN];
  const std::int64_t k = words[kDescK];
  const bool good = words[kDescFlags] >> 16 == kFormat && SourceOf(words) != kNone && m >= 1 &&
                    m <= shape_.psum_depth && n >= 1 && n <= kMostColumnTiles * shape_.columns &&
                    m * DivideUp(n, shape_.columns) <= shape_.psum_depth && k >= 1 && k <= 0xFFFF;
  if (!good) throw DescriptorFault(DescriptorFault::kBadDescriptor, address);
}

// Rows of memory into a window, narrowed, one after the other.
void DescriptorModel::Load(const std::uint32_t* words, std::vector<float>& window) {
  std::vector<float> row(words[3] & 0xFFFF);
  std::size_t place = words[4];
  for (std::uint32_t i = 0; i < (words[2] & 0xFFFF); ++i) {
    requests_.Read(Wrap(std::int64_t{words[0]} + std::int64_t{i} * words[1]), row);
    for (const float word : row) {
      window[place++ & (window.size() - 1)] =
          ToFloat(Narrow(ToWord(word), shape_.arithmetic.mantissa_bits));
    }
  }
}

// m x n words by n-tiles, a row's neighbours in one request where they are neighbours in memory.
void DescriptorModel::ReadMatrix(const std::uint32_t* words, std::int64_t m, std::int64_t n,
                                 std::span<float> matrix) {
  for (std::int64_t tile = 0; tile < n; tile += shape_.columns) {
    const std::int64_t columns = std::min<std::int64_t>(shape_.columns, n - tile);
    const std::int64_t run = words[2] == 1 ? columns : 1;
    for (std::int64_t row = 0; row < m; ++row) {
      for (std::int64_t column = tile; column < tile + columns; column += run) {
        requests_.Read(Wrap(words[0] + row * words[1] + column * words[2]),
                       Row(matrix, row * n + column, run));
      }
    }
  }
}

DescriptorModel::Epilogue DescriptorModel::ReadEpilogue(const Descriptor& words, const Job& job) {
  Epilogue epilogue;
  epilogue.relu = Flag(words, 7);
  if (Flag(words, 5)) {
    epilogue.scale.resize(static_cast<std::size_t>(job.n));
    epilogue.shift.resize(static_cast<std::size_t>(job.n));
    // By n-tiles in turn.
    for (std::int64_t tile = 0; tile < job.n; tile += shape_.columns) {
      const std::int64_t columns = std::min<std::int64_t>(shape_.columns, job.n - tile);
      requests_.Read(Wrap(words[kDescScale] + tile), Row(epilogue.scale, tile, columns));
      requests_.Read(Wrap(words[kDescShift] + tile), Row(epilogue.shift, tile, columns));
    }
  }
  if (Flag(words, 6)) {
    epilogue.residual.resize(static_cast<std::size_t>(job.m * job.n));
    ReadMatrix(&words[kDescResidual], job.m, job.n, epilogue.residual);
  }
  return epilogue;
}

// On the words of C.
void DescriptorModel::Apply(const Epilogue& epilogue, const Job& job) {
  const std::span<float> words = fold_->Map(*job.c.buffer);
  const auto columns = static_cast<std::size_t>(job.n);
  for (std::size_t i = 0; i < words.size(); ++i) {
    Word scale = 0;
    Word shift = 0;
    Word residual = 0;
    const bool affine = !epilogue.scale.empty();
    if (affine) {
      scale = ToWord(epilogue.scale[i % columns]);
      shift = ToWord(epilogue.shift[i % columns]);
    }
    if (!epilogue.residual.empty()) residual = ToWord(epilogue.residual[i]);
    words[i] =
        ToFloat(EpilogueWord(shape_.arithmetic, ToWord(words[i]), affine ? &scale : nullptr, &shift,
                             epilogue.residual.empty() ? nullptr : &residual, epilogue.relu));
  }
}

// Of `m` rows from bank row `base` on: row `row`, column n of the matrix.
float& DescriptorModel::Bank(std::int64_t base, std::int64_t m, std::int64_t row, std::int64_t n) {
  const std::int64_t bank = (base + n / shape_.columns * m + row) % shape_.psum_depth;
  return banks_[static_cast<std::size_t>(bank * shape_.columns + n % shape_.columns)];
}

void DescriptorModel::ReadBanks(std::int64_t base, std::int64_t m, std::int64_t n,
                                std::span<float> matrix) {
  for (std::int64_t row = 0; row < m; ++row) {
    for (std::int64_t column = 0; column < n; ++column) {
      matrix[static_cast<std::size_t>(row * n + column)] = Bank(base, m, row, column);
    }
  }
}

void DescriptorModel::WriteBanks(std::int64_t base, const Job& job) {
  const float* next = fold_->Map(*job.c.buffer).data();
  for (std::int64_t row = 0; row < job.m; ++row) {
    for (std::int64_t column = 0; column < job.n; ++column) {
      Bank(base, job.m, row, column) = *next++;
    }
  }
}

void DescriptorModel::WriteMatrix(const std::uint32_t* words, const Job& job) {
  const std::span<float> matrix = fold_->Map(*job.c.buffer);
  for (std::int64_t tile = 0; tile < job.n; tile += shape_.columns) {
    const std::int64_t columns = std::min<std::int64_t>(shape_.columns, job.n - tile);
    const std::int64_t run = words[2] == 1 ? columns : 1;
    for (std::int64_t row = 0; row < job.m; ++row) {
      for (std::int64_t column = tile; column < tile + columns; column += run) {
        requests_.Write(Wrap(words[0] + row * words[1] + column * words[2]),
                        Row(matrix, row * job.n + column, run));
      }
    }
  }
}

}  // namespace sumac
