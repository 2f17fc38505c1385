// SPDX-License-Identifier: Apache-2.0
#include "sw/driver/region.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "model/cycles.h"

namespace sumac {
namespace {

// A dimension of the box of words that a region spans.
struct Dimension {
  std::int64_t count;
  std::int64_t stride;  // above 0
};

// The box of words: its first address and its dimensions, by ascending stride.
struct Box {
  std::int64_t address = 0;
  std::vector<Dimension> dimensions;
  bool empty = false;

  void Add(std::int64_t count, std::int64_t stride) {
    if (stride < 0) address += (count - 1) * stride;
    if (count > 1 && stride != 0) dimensions.push_back({count, std::abs(stride)});
  }
  std::int64_t Span() const {
    std::int64_t span = 1;
    for (const Dimension& d : dimensions) span += (d.count - 1) * d.stride;
    return span;
  }
};

std::int64_t FloorDivide(std::int64_t a, std::int64_t b) {
  return a >= 0 ? a / b : -DivideUp(-a, b);
}

// Keeps of a coordinate what the digits can reach; its first value becomes 0.
void Narrow(const std::array<Digit, 3>& outer, const std::array<Digit, 3>& k,
            std::int64_t Digit::*share, Bound& bound, Box& box) {
  std::int64_t low = -bound.padding;
  std::int64_t high = low;
  for (const auto& digits : {outer, k}) {
    for (const Digit& digit : digits) {
      const std::int64_t end = (digit.extent - 1) * (digit.*share);
      low += std::min<std::int64_t>(0, end);
      high += std::max<std::int64_t>(0, end);
    }
  }
  const std::int64_t first = std::max<std::int64_t>(0, -FloorDivide(-low, bound.dilation));
  const std::int64_t last = std::min(bound.extent - 1, FloorDivide(high, bound.dilation));
  if (first > last) {
    box.empty = true;
    return;
  }
  bound.padding += first * bound.dilation;
  bound.extent = last - first + 1;
  box.address += first * bound.stride;
  box.Add(bound.extent, bound.stride);
}

// Joins dimensions that continue each other.
std::vector<Dimension> Merge(std::vector<Dimension> dimensions) {
  std::sort(dimensions.begin(), dimensions.end(),
            [](const Dimension& a, const Dimension& b) { return a.stride < b.stride; });
  std::vector<Dimension> merged;
  for (const Dimension& d : dimensions) {
    if (!merged.empty() && d.stride == merged.back().count * merged.back().stride) {
      merged.back().count *= d.count;
    } else {
      merged.push_back(d);
    }
  }
  return merged;
}

// The box as rows of words, or as all words from its first to its last: whichever is less.
Load MakeLoad(const Box& box) {
  const std::vector<Dimension> dimensions = Merge(box.dimensions);
  const std::int64_t span = box.Span();
  Load load{box.address, 0, 1, span};
  if (dimensions.size() == 1 && dimensions[0].stride > 1) {
    load = {box.address, dimensions[0].stride, dimensions[0].count, 1};
  } else if (dimensions.size() == 2 && dimensions[0].stride == 1 &&
             dimensions[1].stride > dimensions[0].count) {
    load = {box.address, dimensions[1].stride, dimensions[1].count, dimensions[0].count};
  }
  return load;
}

}  // namespace

IndexRange LargestRange(const std::array<Digit, 3>& digits, std::int64_t start, std::int64_t limit,
                        bool even) {
  std::array<std::int64_t, 3> value;
  value[2] = start % digits[2].extent;
  value[1] = start / digits[2].extent % digits[1].extent;
  value[0] = start / digits[2].extent / digits[1].extent;
  IndexRange run;
  run.first = value;
  // A digit may move while those below it run through all of their values.
  std::int64_t inner = 1;
  for (std::size_t i = 3; i-- > 0;) {
    const std::int64_t left = digits[i].extent - value[i];
    const std::int64_t most = std::max<std::int64_t>(1, limit / inner);
    if (most < left || value[i] != 0) {
      run.extent[i] = even ? DivideUp(left, DivideUp(left, most)) : std::min(left, most);
      return run;
    }
    run.extent[i] = left;
    inner *= left;
  }
  return run;
}

Region MakeRegion(const View& view, const IndexRange& outer, const IndexRange& k) {
  Region region;
  View& part = region.view;
  part = view;
  part.buffer.reset();
  Box box;
  box.address = view.offset;
  const auto cut = [&](std::array<Digit, 3>& digits, const IndexRange& run) {
    for (std::size_t i = 0; i < 3; ++i) {
      digits[i].extent = run.extent[i];
      box.address += run.first[i] * digits[i].stride;
      part.y.padding -= run.first[i] * digits[i].y;
      part.x.padding -= run.first[i] * digits[i].x;
    }
  };
  cut(part.outer, outer);
  cut(part.k, k);
  part.offset = box.address;  // of the first element, were it at coordinates 0
  const std::int64_t y_start = part.y.padding;
  const std::int64_t x_start = part.x.padding;
  for (const auto& digits : {part.outer, part.k}) {
    for (const Digit& digit : digits) box.Add(digit.extent, digit.stride);
  }
  Narrow(part.outer, part.k, &Digit::y, part.y, box);
  if (!box.empty) Narrow(part.outer, part.k, &Digit::x, part.x, box);
  if (box.empty) {
    part.y.extent = 0;
    part.offset = 0;
    return region;
  }
  part.offset += (part.y.padding - y_start) / part.y.dilation * part.y.stride +
                 (part.x.padding - x_start) / part.x.dilation * part.x.stride;
  region.load = MakeLoad(box);

  // From addresses in memory to places in the window: a row has `words` words there.
  const Load& load = region.load;
  const auto place = [&](std::int64_t stride) {
    return load.row_stride == 0 ? stride
                                : stride / load.row_stride * load.words + stride % load.row_stride;
  };
  part.offset = place(part.offset - load.address);
  for (auto* digits : {&part.outer, &part.k}) {
    for (Digit& digit : *digits) digit.stride = place(digit.stride);
  }
  part.y.stride = place(part.y.stride);
  part.x.stride = place(part.x.stride);
  return region;
}

}  // namespace sumac
