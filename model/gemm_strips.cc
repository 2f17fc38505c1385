// SPDX-License-Identifier: Apache-2.0
// The layout for operands whose k is a position (image, y, x) and whose outer index is a tap and a
// channel, channels adjacent in memory: weight-gradient convolutions.
//
// A k-block is a group of images, or of rows of one, copied with its padding made of zeros. A
// vector then holds adjacent channels (of adjacent taps, where they follow each other in memory) of
// one kernel row, and a step of k is a step of one position.
#include <algorithm>
#include <cstring>
#include <numeric>
#include <span>

#include "model/gemm_axis.h"
#include "model/gemm_layouts.h"
#include "model/host_device.h"

namespace sumac::gemm {
namespace {

constexpr std::int64_t kBlockWords = 1 << 16;  // staged words to aim for: a quarter of an L2 cache
constexpr std::int64_t kBlockSteps = 1024;     // of k, to aim for
constexpr std::int64_t kMaxStageWords = 1 << 24;

class StripLayout : public Layout {
 public:
  struct Shape {
    std::vector<Digit> batch;
    Axis y;
    Axis x;
    std::int64_t channels = 1;
  };

  static bool Match(const CompactView& view, Shape& shape) {
    std::span<const Digit> k(view.k);
    while (!k.empty() && IsPlain(k.front())) {
      shape.batch.push_back(k.front());
      k = k.subspan(1);
    }
    std::span<const Digit> outer(view.outer);
    if (!Axis::Take(k, true, shape.y.positions, shape.y.step) ||
        !Axis::Take(k, false, shape.x.positions, shape.x.step) ||
        !Axis::Take(outer, true, shape.y.taps, shape.y.tap_step) ||
        !Axis::Take(outer, false, shape.x.taps, shape.x.tap_step)) {
      return false;
    }
    if (!outer.empty() && IsPlain(outer.front()) && outer.front().stride == 1) {
      shape.channels = outer.front().extent;
      outer = outer.subspan(1);
    }
    if (!outer.empty() || !k.empty()) return false;
    if (view.y.dilation != 1 || view.x.dilation != 1) return false;
    shape.y.bound = view.y;
    shape.x.bound = view.x;
    const bool no_x = shape.x.positions == 1 && shape.x.taps == 1 && view.x == Bound{};
    if (no_x && !shape.batch.empty()) {
      // The last plain digit serves as x.
      const Digit& last = shape.batch.back();
      shape.x.positions = last.extent;
      shape.x.bound = {.extent = last.extent, .stride = last.stride};
      shape.batch.pop_back();
    }
    return true;
  }

  StripLayout(const CompactView& view, const Shape& shape, const Arithmetic& arithmetic,
              const KernelSet& kernels)
      : kernels_(kernels),
        shape_(shape),
        source_(WordsAt(view.source.buffer, view.offset)),
        mantissa_bits_(arithmetic.mantissa_bits) {
    for (const Digit& digit : shape_.batch) images_ *= digit.extent;
    // The digit that k-blocks cut: images, or else rows, or else columns.
    std::int64_t extent = images_;
    if (images_ == 1) {
      cut_ = shape_.y.positions > 1 ? &Box::y_count : &Box::x_count;
      extent = shape_.y.positions > 1 ? shape_.y.positions : shape_.x.positions;
    }
    Box box{.images = images_, .y_count = shape_.y.positions, .x_count = shape_.x.positions};
    box.*cut_ = 1;
    unit_steps_ = box.images * box.y_count * box.x_count;
    const std::int64_t one = Words(box);
    box.*cut_ = 2;
    const std::int64_t each = std::max<std::int64_t>(1, Words(box) - one);
    const std::int64_t by_words = 1 + std::max<std::int64_t>(0, kBlockWords - one) / each;
    const std::int64_t by_steps = kBlockSteps / std::max<std::int64_t>(1, unit_steps_);
    // So many units have a whole number of groups.
    const std::int64_t whole =
        arithmetic.group /
        std::gcd<std::int64_t>(arithmetic.group, std::max<std::int64_t>(1, unit_steps_));
    const std::int64_t aimed = std::min(by_words, by_steps) / whole * whole;
    const std::int64_t units = std::min(std::max(whole, aimed), std::max<std::int64_t>(1, extent));
    for (std::int64_t unit = 0; unit < extent && unit_steps_ > 0; unit += units) {
      k_blocks_.push_back(
          {.begin = unit * unit_steps_, .end = std::min(unit + units, extent) * unit_steps_});
    }
    box.*cut_ = units;
    stage_words_ = Words(box) + kMaxLanes;
    block_count_ = 1;
    block_outer_ = view.source.OuterSize();
    MakeVectors();
    steps_ = static_cast<std::int64_t>(vectors_.size()) * view.source.KSize();
    fill_cost_ = static_cast<std::int64_t>(k_blocks_.size()) * stage_words_ / 4;
  }

  bool Worthwhile() const {
    return stage_words_ <= kMaxStageWords && stage_words_ >= 0 &&
           fill_cost_ <= 2 * steps_ + kBlockWords;
  }

  void Fill(std::int64_t, const KBlock& k_block, Stage& stage, RangeState& range) const override {
    const Box box = BoxOf(k_block);
    const std::int64_t t_y = box.y_begin * shape_.y.step - shape_.y.bound.padding;
    const std::int64_t t_x = box.x_begin * shape_.x.step - shape_.x.bound.padding;
    const std::int64_t rows = Span(shape_.y, box.y_count);
    const std::int64_t columns = Span(shape_.x, box.x_count);
    const std::int64_t row_words = columns * shape_.channels;
    // Columns inside the tensor, counted from t_x.
    const std::int64_t first = std::clamp<std::int64_t>(-t_x, 0, columns);
    const std::int64_t last = std::clamp<std::int64_t>(shape_.x.bound.extent - t_x, first, columns);
    Word* dst = stage.words.data();
    for (const ViewIndex::Part& image :
         Parts(shape_.batch, box.image_begin, box.image_begin + box.images)) {
      for (std::int64_t row = 0; row < rows; ++row, dst += row_words) {
        const std::int64_t y = t_y + row;
        if (y < 0 || y >= shape_.y.bound.extent || first == last) {
          std::fill_n(dst, row_words, Word{0});
          continue;
        }
        std::fill_n(dst, first * shape_.channels, Word{0});
        CopyColumns(source_ + image.address + y * shape_.y.bound.stride +
                        (t_x + first) * shape_.x.bound.stride,
                    last - first, dst + first * shape_.channels, range);
        std::fill_n(dst + last * shape_.channels, (columns - last) * shape_.channels, Word{0});
      }
    }
    std::fill_n(dst, kMaxLanes, Word{0});
  }

  void Runs(std::int64_t tile, const KBlock& k_block, bool, const Stage& stage,
            std::vector<Run>& runs) const override {
    const Box box = BoxOf(k_block);
    const std::int64_t row_words = Span(shape_.x, box.x_count) * shape_.channels;
    const std::int64_t image_words = Span(shape_.y, box.y_count) * row_words;
    for (std::int64_t image = 0; image < box.images; ++image) {
      Run run{.count = box.x_count,
              .step = shape_.x.step * shape_.channels,
              .rows = box.y_count,
              .row_step = shape_.y.step * row_words,
              .k = image * box.y_count * box.x_count};
      for (int v = 0; v < tiles_[static_cast<std::size_t>(tile)].vectors; ++v) {
        const Vector& vector = vectors_[static_cast<std::size_t>(tile * kernels_.vectors + v)];
        run.base[v] = stage.words.data() + image * image_words + vector.row * row_words +
                      vector.column * shape_.channels + vector.channel;
        run.mask[v] = vector.mask;
      }
      runs.push_back(run);
    }
  }

 private:
  // A vector's first lane: kernel row and column (in input positions) and channel.
  struct Vector {
    std::int64_t row = 0;
    std::int64_t column = 0;
    std::int64_t channel = 0;
    std::uint32_t mask = 0;
  };
  // The positions of one k-block.
  struct Box {
    std::int64_t image_begin = 0;
    std::int64_t images = 1;
    std::int64_t y_begin = 0;
    std::int64_t y_count = 1;
    std::int64_t x_begin = 0;
    std::int64_t x_count = 1;
  };

  // Input positions that `count` positions and all taps span.
  static std::int64_t Span(const Axis& axis, std::int64_t count) {
    return (count - 1) * axis.step + (axis.taps - 1) * axis.tap_step + 1;
  }

  std::int64_t Words(const Box& box) const {
    return box.images * Span(shape_.y, box.y_count) * Span(shape_.x, box.x_count) * shape_.channels;
  }

  Box BoxOf(const KBlock& k_block) const {
    Box box{.images = images_, .y_count = shape_.y.positions, .x_count = shape_.x.positions};
    box.*cut_ = (k_block.end - k_block.begin) / unit_steps_;
    const std::int64_t first = k_block.begin / unit_steps_;
    (cut_ == &Box::images    ? box.image_begin
     : cut_ == &Box::y_count ? box.y_begin
                             : box.x_begin) = first;
    return box;
  }

  void CopyColumns(const float* source, std::int64_t columns, Word* dst, RangeState& range) const {
    if (shape_.x.bound.stride == shape_.channels) {
      kernels_.copy(dst, source, columns * shape_.channels, mantissa_bits_, &range);
      return;
    }
    for (std::int64_t i = 0; i < columns; ++i) {
      kernels_.copy(dst + i * shape_.channels, source + i * shape_.x.bound.stride, shape_.channels,
                    mantissa_bits_, &range);
    }
  }

  void MakeVectors() {
    const std::int64_t lanes = kernels_.lanes;
    // Taps next to each other lie next to each other in the copy: one strip of lanes.
    const bool joined = shape_.x.tap_step == 1;
    const std::int64_t strips = joined ? 1 : shape_.x.taps;
    const std::int64_t strip_lanes = joined ? shape_.x.taps * shape_.channels : shape_.channels;
    std::vector<std::int32_t> outer;
    std::int64_t index = 0;
    for (std::int64_t ty = 0; ty < shape_.y.taps; ++ty) {
      for (std::int64_t strip = 0; strip < strips; ++strip) {
        for (std::int64_t lane = 0; lane < strip_lanes; lane += lanes) {
          const std::int64_t count = std::min(lanes, strip_lanes - lane);
          vectors_.push_back({.row = ty * shape_.y.tap_step,
                              .column = strip * shape_.x.tap_step,
                              .channel = lane,
                              .mask = (1u << count) - 1});
          for (std::int64_t i = 0; i < lanes; ++i) {
            outer.push_back(i < count ? static_cast<std::int32_t>(index++) : -1);
          }
        }
      }
    }
    const auto total = static_cast<std::int64_t>(vectors_.size());
    for (std::int64_t v = 0; v < total; v += kernels_.vectors) {
      Tile tile;
      tile.vectors = static_cast<int>(std::min<std::int64_t>(kernels_.vectors, total - v));
      tile.outer.assign(outer.begin() + v * lanes, outer.begin() + (v + tile.vectors) * lanes);
      tiles_.push_back(std::move(tile));
    }
  }

  const KernelSet& kernels_;
  Shape shape_;
  const float* source_;
  int mantissa_bits_;
  std::int64_t images_ = 1;
  std::int64_t Box::*cut_ = &Box::images;
  std::int64_t unit_steps_ = 1;  // of k, a unit of the cut digit
  std::vector<Vector> vectors_;
};

}  // namespace

std::unique_ptr<Layout> MakeStripLayout(const CompactView& view, const Arithmetic& arithmetic,
                                        const KernelSet& kernels) {
  StripLayout::Shape shape;
  if (!StripLayout::Match(view, shape)) return nullptr;
  auto layout = std::make_unique<StripLayout>(view, shape, arithmetic, kernels);
  if (!layout->Worthwhile()) return nullptr;
  return layout;
}

}  // namespace sumac::gemm
