// SPDX-License-Identifier: Apache-2.0
#include "model/gemm_view.h"

#include <algorithm>

namespace sumac::gemm {
namespace {

std::vector<Digit> WithoutUnits(const std::array<Digit, 3>& digits) {
  std::vector<Digit> result;
  std::ranges::copy_if(digits, std::back_inserter(result),
                       [](const Digit& digit) { return digit.extent != 1; });
  return result;
}

// Merges each digit into the one above it where that one's step is a full turn of this one.
void Merge(std::vector<Digit>& digits) {
  for (std::size_t i = digits.size(); i-- > 1;) {
    const Digit& low = digits[i];
    Digit& high = digits[i - 1];
    if (high.stride != low.stride * low.extent || high.y != low.y * low.extent ||
        high.x != low.x * low.extent) {
      continue;
    }
    high = {.extent = high.extent * low.extent, .stride = low.stride, .y = low.y, .x = low.x};
    digits.erase(digits.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

// Turns a coordinate that is in bounds for every element into strides; says whether it was.
bool Unbind(CompactView& view, Bound& bound, std::int64_t Digit::*coordinate) {
  std::int64_t low = -bound.padding;
  std::int64_t high = low;
  for (const auto* digits : {&view.outer, &view.k}) {
    for (const Digit& digit : *digits) {
      const std::int64_t end = (digit.extent - 1) * (digit.*coordinate);
      (end < 0 ? low : high) += end;
    }
  }
  if (bound.dilation != 1 || low < 0 || high >= bound.extent) return false;
  for (auto* digits : {&view.outer, &view.k}) {
    for (Digit& digit : *digits) {
      digit.stride += digit.*coordinate * bound.stride;
      digit.*coordinate = 0;
    }
  }
  view.offset -= bound.padding * bound.stride;
  bound = {};
  return true;
}

}  // namespace

CompactView::CompactView(const View& view)
    : source(view),
      offset(view.offset),
      outer(WithoutUnits(view.outer)),
      k(WithoutUnits(view.k)),
      y(view.y),
      x(view.x) {
  const bool y_unbound = Unbind(*this, y, &Digit::y);
  const bool x_unbound = Unbind(*this, x, &Digit::x);
  bounded = !y_unbound || !x_unbound;
  Merge(outer);
  Merge(k);
}

View CompactView::Expanded() const {
  View view;
  view.buffer = source.buffer;
  view.offset = offset;
  std::ranges::copy_backward(outer, view.outer.end());
  std::ranges::copy_backward(k, view.k.end());
  view.y = y;
  view.x = x;
  return view;
}

std::vector<ViewIndex::Part> Parts(const std::vector<Digit>& digits, std::int64_t begin,
                                   std::int64_t end) {
  std::vector<ViewIndex::Part> parts;
  parts.reserve(static_cast<std::size_t>(end - begin));
  const Digit last = digits.empty() ? Digit{} : digits.back();
  while (begin < end) {
    // One turn of the last digit at a time.
    ViewIndex::Part part;
    std::int64_t index = begin / last.extent;
    for (std::size_t i = digits.size(); i-- > 1;) {
      const Digit& digit = digits[i - 1];
      const std::int64_t value = index % digit.extent;
      index /= digit.extent;
      part.address += value * digit.stride;
      part.y += value * digit.y;
      part.x += value * digit.x;
    }
    const std::int64_t first = begin % last.extent;
    const std::int64_t turn = std::min(last.extent - first, end - begin);
    for (std::int64_t value = first; value < first + turn; ++value) {
      parts.push_back({.address = part.address + value * last.stride,
                       .y = part.y + value * last.y,
                       .x = part.x + value * last.x});
    }
    begin += turn;
  }
  return parts;
}

}  // namespace sumac::gemm
