// SPDX-License-Identifier: Apache-2.0
#include "model/device.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "model/error.h"
#include "model/fused.h"

namespace sumac {
namespace {

// Sizes and strides up to this keep every address computation below within 64 bits: at most eight
// terms of 2^30 * 2^30.
constexpr std::int64_t kLimit = std::int64_t{1} << 30;

[[noreturn]] void Refuse(const Job& job, const std::string& what) {
  throw Error("GEMM job '" + job.name + "' (" + std::to_string(job.m) + " x " +
              std::to_string(job.n) + " x " + std::to_string(job.k) + "): " + what);
}

// The closed interval of values that a sum takes; empty where no element exists.
struct Interval {
  std::int64_t low = 0;
  std::int64_t high = 0;
  bool empty = false;

  void AddTerm(std::int64_t extent, std::int64_t stride) {
    const std::int64_t end = (extent - 1) * stride;
    low += std::min<std::int64_t>(0, end);
    high += std::max<std::int64_t>(0, end);
  }
  bool Overlaps(const Interval& other) const {
    return !empty && !other.empty && low <= other.high && other.low <= high;
  }
};

void CheckMagnitude(const Job& job, const std::string& name, std::int64_t value) {
  if (value < -kLimit || value > kLimit) {
    Refuse(job, name + " has a stride, offset or padding of " + std::to_string(value) +
                    ", outside +-2^30.");
  }
}

// Product of the digits' extents.
std::int64_t Extents(const Job& job, const std::string& name, const std::array<Digit, 3>& digits) {
  std::int64_t product = 1;
  for (const Digit& digit : digits) {
    if (digit.extent < 0 || digit.extent > kLimit) {
      Refuse(job, name + " has a digit of extent " + std::to_string(digit.extent) +
                      ", outside 0 to 2^30.");
    }
    CheckMagnitude(job, name, digit.stride);
    CheckMagnitude(job, name, digit.y);
    CheckMagnitude(job, name, digit.x);
    product = std::min(product * digit.extent, kLimit + 1);
  }
  return product;
}

// Adds a bounded coordinate's part of the address: t / dilation * stride over the t in range.
void AddBound(const Bound& bound, Interval sum, Interval& address) {
  sum.low -= bound.padding;
  sum.high -= bound.padding;
  const std::int64_t first = sum.low <= 0 ? 0 : (sum.low + bound.dilation - 1) / bound.dilation;
  const std::int64_t last =
      sum.high < 0 ? -1 : std::min(bound.extent - 1, sum.high / bound.dilation);
  if (first > last) {
    address.empty = true;
    return;
  }
  address.low += std::min(first * bound.stride, last * bound.stride);
  address.high += std::max(first * bound.stride, last * bound.stride);
}

void CheckRange(const Job& job, const std::string& name, const Buffer& buffer,
                const Interval& address) {
  if (address.empty || (address.low >= 0 && address.high < buffer.size())) return;
  Refuse(job, name + " reaches words " + std::to_string(address.low) + " to " +
                  std::to_string(address.high) + " of a buffer of " +
                  std::to_string(buffer.size()) + " words.");
}

// The addresses that an operand reaches, taking every digit and coordinate on its own.
Interval CheckOperand(const Job& job, const std::string& name, const View& view,
                      std::int64_t outer) {
  if (view.buffer == nullptr) Refuse(job, name + " has no buffer.");
  const std::int64_t outer_size = Extents(job, name, view.outer);
  const std::int64_t k_size = Extents(job, name, view.k);
  if (outer_size != outer || k_size != job.k) {
    Refuse(job, name + "'s digits span " + std::to_string(outer_size) + " x " +
                    std::to_string(k_size) + " elements, not " + std::to_string(outer) + " x " +
                    std::to_string(job.k) + ".");
  }
  CheckMagnitude(job, name, view.offset);
  for (const Bound& bound : {view.y, view.x}) {
    if (bound.extent < 0 || bound.extent > kLimit || bound.dilation < 1 ||
        bound.dilation > kLimit) {
      Refuse(job, name + " has a coordinate of extent " + std::to_string(bound.extent) +
                      " and dilation " + std::to_string(bound.dilation) +
                      "; the extent must be 0 to 2^30 and the dilation 1 to 2^30.");
    }
    CheckMagnitude(job, name, bound.stride);
    CheckMagnitude(job, name, bound.padding);
  }
  Interval address{.low = view.offset, .high = view.offset};
  address.empty = outer == 0 || job.k == 0;
  if (address.empty) return address;
  Interval y;
  Interval x;
  for (const auto& digits : {view.outer, view.k}) {
    for (const Digit& digit : digits) {
      address.AddTerm(digit.extent, digit.stride);
      y.AddTerm(digit.extent, digit.y);
      x.AddTerm(digit.extent, digit.x);
    }
  }
  AddBound(view.y, y, address);
  AddBound(view.x, x, address);
  CheckRange(job, name, *view.buffer, address);
  return address;
}

Interval CheckMatrix(const Job& job, const std::string& name, const MatrixView& view) {
  if (view.buffer == nullptr) Refuse(job, name + " has no buffer.");
  CheckMagnitude(job, name, view.offset);
  CheckMagnitude(job, name, view.row_stride);
  CheckMagnitude(job, name, view.column_stride);
  Interval address{.low = view.offset, .high = view.offset};
  address.empty = job.m == 0 || job.n == 0;
  if (address.empty) return address;
  address.AddTerm(job.m, view.row_stride);
  address.AddTerm(job.n, view.column_stride);
  CheckRange(job, name, *view.buffer, address);
  return address;
}

// A vector of the epilogue, one word a column, that C may not overlap.
void CheckVector(const Job& job, const std::string& name, const ColumnVector& vector,
                 const Interval& c) {
  if (vector.buffer == nullptr) Refuse(job, name + " has no buffer.");
  CheckMagnitude(job, name, vector.offset);
  Interval address{.low = vector.offset, .high = vector.offset};
  address.empty = job.n == 0;
  if (address.empty) return;
  address.AddTerm(job.n, 1);
  CheckRange(job, name, *vector.buffer, address);
  if (vector.buffer == job.c.buffer && c.Overlaps(address)) {
    Refuse(job, "C overlaps " + name + "; write it to another buffer or range.");
  }
}

void CheckEpilogue(const Job& job, const Interval& c) {
  if (job.epilogue.affine) {
    CheckVector(job, "the epilogue's scale", job.epilogue.affine->scale, c);
    CheckVector(job, "the epilogue's shift", job.epilogue.affine->shift, c);
  }
  if (!job.epilogue.residual) return;
  const Interval residual = CheckMatrix(job, "the residual", *job.epilogue.residual);
  if (job.epilogue.residual->buffer == job.c.buffer && c.Overlaps(residual)) {
    Refuse(job, "C overlaps the residual; write it to another buffer or range.");
  }
}

// Whether one index of C steps over all that the other spans, so that no two elements share a word.
bool Distinct(const Job& job) {
  const std::int64_t row = std::abs(job.c.row_stride);
  const std::int64_t column = std::abs(job.c.column_stride);
  if (job.m <= 1) return job.n <= 1 || column > 0;
  if (job.n <= 1) return row > 0;
  return (column > 0 && row > (job.n - 1) * column) || (row > 0 && column > (job.m - 1) * row);
}

}  // namespace

void ValidateJob(const Job& job) {
  for (const std::int64_t size : {job.m, job.n, job.k}) {
    if (size < 0 || size > kLimit) Refuse(job, "a dimension lies outside 0 to 2^30.");
  }
  const Arithmetic& arithmetic = job.arithmetic;
  if (arithmetic.product != Product::kPam && arithmetic.product != Product::kIeee) {
    Refuse(job, "the product is neither pam nor ieee.");
  }
  if (arithmetic.comp >= kCompLimit) {
    Refuse(job, "comp " + std::to_string(arithmetic.comp) + " is not below 2^23.");
  }
  if (arithmetic.mantissa_bits < kMinMantissaBits || arithmetic.mantissa_bits > kMantissaBits) {
    Refuse(job, "operands of " + std::to_string(arithmetic.mantissa_bits) +
                    " mantissa bits are not in E8M3 to E8M23.");
  }
  if (arithmetic.group != 1 && std::ranges::count(kFusedGroups, arithmetic.group) == 0) {
    Refuse(job, "products are added one by one or 4, 8 or 16 at once, not " +
                    std::to_string(arithmetic.group) + ".");
  }
  const Interval a = CheckOperand(job, "A", job.a, job.m);
  const Interval b = CheckOperand(job, "B", job.b, job.n);
  const Interval c = CheckMatrix(job, "C", job.c);
  if (!Distinct(job)) Refuse(job, "two elements of C share a word; change its strides.");
  if ((job.c.buffer == job.a.buffer && c.Overlaps(a)) ||
      (job.c.buffer == job.b.buffer && c.Overlaps(b))) {
    Refuse(job, "C overlaps an operand; write it to another buffer or range.");
  }
  CheckEpilogue(job, c);
  if (!job.c_in) return;
  const Interval c_in = CheckMatrix(job, "C_in", *job.c_in);
  const bool same = job.c_in->offset == job.c.offset && job.c_in->row_stride == job.c.row_stride &&
                    job.c_in->column_stride == job.c.column_stride;
  if (job.c_in->buffer == job.c.buffer && !same && c.Overlaps(c_in)) {
    Refuse(job, "C overlaps C_in without being it; write it to another buffer or range.");
  }
}

JobReport Device::Run(const Job& job) { return Wait(Submit({&job, 1})).front(); }

}  // namespace sumac
