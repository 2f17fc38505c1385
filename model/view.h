// SPDX-License-Identifier: Apache-2.0
// How a GEMM operand lies in memory: a matrix, its transpose, the im2col matrix of a tensor or a
// rotated kernel, all as one affine description, which is also the hardware descriptor's layout.
#ifndef SUMAC_MODEL_VIEW_H_
#define SUMAC_MODEL_VIEW_H_

#include <array>
#include <cstdint>
#include <memory>

namespace sumac {

class Buffer;
using BufferPtr = std::shared_ptr<Buffer>;

// One digit of a mixed-radix index. A digit of value d adds d * stride words to the address, and
// d * y and d * x to the two bounded coordinates.
struct Digit {
  std::int64_t extent = 1;
  std::int64_t stride = 0;
  std::int64_t y = 0;
  std::int64_t x = 0;

  friend bool operator==(const Digit&, const Digit&) = default;
};

// A bounded coordinate t = (sum over digits) - padding. The element exists where t >= 0, t is a
// multiple of dilation and t / dilation < extent; it then adds t / dilation * stride words to the
// address. Elsewhere (padding, dilation gaps) the operand is +0.
struct Bound {
  std::int64_t extent = 1;
  std::int64_t stride = 0;
  std::int64_t padding = 0;
  std::int64_t dilation = 1;

  friend bool operator==(const Bound&, const Bound&) = default;
};

// An operand matrix of (outer x K) elements: A's outer index is m, B's is n. Digit 0 is the most
// significant; the extents' product is the matrix's dimension.
struct View {
  BufferPtr buffer;
  std::int64_t offset = 0;
  std::array<Digit, 3> outer;
  std::array<Digit, 3> k;
  Bound y;
  Bound x;

  std::int64_t OuterSize() const { return outer[0].extent * outer[1].extent * outer[2].extent; }
  std::int64_t KSize() const { return k[0].extent * k[1].extent * k[2].extent; }
};

// C_in or C: element (m, n) lies at offset + m * row_stride + n * column_stride. A C_in with
// row_stride 0 is a bias: one value a column.
struct MatrixView {
  BufferPtr buffer;
  std::int64_t offset = 0;
  std::int64_t row_stride = 0;
  std::int64_t column_stride = 1;

  std::int64_t Address(std::int64_t m, std::int64_t n) const {
    return offset + m * row_stride + n * column_stride;
  }
};

// A plain matrix operand: element (outer, k) at offset + outer * outer_stride + k * k_stride.
View MatrixOperand(BufferPtr buffer, std::int64_t offset, std::int64_t outer,
                   std::int64_t outer_stride, std::int64_t k, std::int64_t k_stride);

// A walker over a view's addresses. Place() is O(1); rows are not stored.
class ViewIndex {
 public:
  explicit ViewIndex(const View& view) : view_(view) {}

  // What one index (outer or k) contributes: address, y and x.
  struct Part {
    std::int64_t address = 0;
    std::int64_t y = 0;
    std::int64_t x = 0;
  };
  Part Outer(std::int64_t index) const { return Split(view_.outer, index); }
  Part K(std::int64_t index) const { return Split(view_.k, index); }

  // The address in words of the element at (outer, k), or -1 where the operand is +0.
  std::int64_t Address(const Part& outer, const Part& k) const {
    std::int64_t address = view_.offset + outer.address + k.address;
    if (!Bounded(view_.y, outer.y + k.y, address) || !Bounded(view_.x, outer.x + k.x, address)) {
      return -1;
    }
    return address;
  }

 private:
  static Part Split(const std::array<Digit, 3>& digits, std::int64_t index);
  static bool Bounded(const Bound& bound, std::int64_t sum, std::int64_t& address) {
    const std::int64_t t = sum - bound.padding;
    if (t < 0 || t % bound.dilation != 0 || t / bound.dilation >= bound.extent) return false;
    address += t / bound.dilation * bound.stride;
    return true;
  }

  const View& view_;
};

}  // namespace sumac

#endif  // SUMAC_MODEL_VIEW_H_
