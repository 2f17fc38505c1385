// SPDX-License-Identifier: Apache-2.0
// The layout for operands whose outer index is a position (image, y, x) and whose k is a tap and a
// channel (forward and input-gradient convolutions), and for matrices (no position, no taps).
//
// A block is a group of images, copied as channel planes: plane c holds channel c of every position
// of a grid (image, grid row, grid column). A tap then is a shift of the grid, so that a vector of
// 16 consecutive positions at any tap is one load of 16 consecutive words, under a mask that leaves
// out positions in the padding.
// - A stride s > 1 splits the input's rows (and columns) by their remainder modulo s: each tap
// reads
//   planes of one remainder.
// - A dilation D > 1 (input gradient of a stride) splits the outputs by their remainder: each class
//   of outputs meets the taps that hit elements, and the others, structural zeros, are left out.
#include <algorithm>
#include <utility>

#include "model/cycles.h"
#include "model/fused.h"
#include "model/gemm_axis.h"
#include "model/gemm_layouts.h"
#include "model/gemm_view.h"
#include "model/host_device.h"

namespace sumac::gemm {
namespace {

constexpr std::int64_t kBlockWords = 1 << 16;  // staged words to aim for: a quarter of an L2 cache
constexpr std::int64_t kMaxLanesABlock = 4096;
constexpr std::int64_t kMatrixKBlock = 256;
static_assert(kMatrixKBlock % kMaxFusedGroup == 0);
// The same of a matrix: each block packs the other side anew.
constexpr std::int64_t kMatrixWords = 1 << 17;
constexpr std::int64_t kMaxStageWords = 1 << 24;

std::int64_t FloorDivide(std::int64_t a, std::int64_t b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

// An axis as a grid: classes of outputs, remainders of inputs, and what each tap is to each class.
struct GridAxis {
  struct Tap {
    std::int64_t index = 0;      // of the kernel's digit
    std::int64_t remainder = 0;  // index into `remainders`
    std::int64_t shift = 0;      // in grid steps
  };
  std::int64_t classes = 1;
  std::int64_t grid = 1;                 // positions of the grid
  std::int64_t step = 1;                 // input positions a grid step
  std::vector<std::int64_t> remainders;  // those of the input positions that taps read
  std::vector<std::vector<Tap>> taps;    // by class
  std::int64_t max_shift = 0;

  explicit GridAxis(const Axis& axis) {
    const Bound& bound = axis.bound;
    classes = std::min(bound.dilation, axis.positions);
    step = bound.dilation == 1 ? axis.step : 1;
    grid = std::max(DivideUp(axis.positions, bound.dilation), DivideUp(bound.extent, step));
    taps.resize(static_cast<std::size_t>(classes));
    for (std::int64_t c = 0; c < classes; ++c) {
      for (std::int64_t tap = 0; tap < axis.taps; ++tap) {
        const std::int64_t start = c + tap * axis.tap_step - bound.padding;
        const std::int64_t unit = bound.dilation == 1 ? step : bound.dilation;
        const std::int64_t shift = FloorDivide(start, unit);
        const std::int64_t rest = start - shift * unit;
        if (bound.dilation != 1 && rest != 0) continue;
        auto found = std::ranges::find(remainders, rest);
        if (found == remainders.end()) found = remainders.insert(found, rest);
        taps[static_cast<std::size_t>(c)].push_back(
            {.index = tap, .remainder = found - remainders.begin(), .shift = shift});
        max_shift = std::max(max_shift, std::abs(shift));
      }
    }
  }
};

class PlaneLayout : public Layout {
 public:
  struct Shape {
    std::vector<Digit> batch;
    Axis y;
    Axis x;
    Digit channel;
  };

  // The shape of a view that this layout covers, if it does.
  static bool Match(const CompactView& view, bool partner_finite, Shape& shape) {
    std::span<const Digit> outer(view.outer);
    while (!outer.empty() && IsPlain(outer.front())) {
      shape.batch.push_back(outer.front());
      outer = outer.subspan(1);
    }
    std::span<const Digit> k(view.k);
    if (!Axis::Take(outer, true, shape.y.positions, shape.y.step) ||
        !Axis::Take(outer, false, shape.x.positions, shape.x.step) ||
        !Axis::Take(k, true, shape.y.taps, shape.y.tap_step) ||
        !Axis::Take(k, false, shape.x.taps, shape.x.tap_step)) {
      return false;
    }
    if (!k.empty() && IsPlain(k.front())) {
      shape.channel = k.front();
      k = k.subspan(1);
    }
    shape.y.bound = view.y;
    shape.x.bound = view.x;
    if (!outer.empty() || !k.empty()) return false;
    for (const Axis* axis : {&shape.y, &shape.x}) {
      if (axis->bound.dilation != 1 && (axis->step != 1 || !partner_finite)) return false;
      if (axis->bound.extent < 1) return false;
    }
    return true;
  }

  PlaneLayout(const CompactView& view, const Shape& shape, int mantissa_bits,
              const KernelSet& kernels)
      : kernels_(kernels),
        shape_(shape),
        y_(shape.y),
        x_(shape.x),
        source_(WordsAt(view.source.buffer, view.offset)),
        mantissa_bits_(mantissa_bits) {
    for (const Digit& digit : shape_.batch) images_ *= digit.extent;
    image_outer_ = shape_.y.positions * shape_.x.positions;
    grid_ = y_.grid * x_.grid;
    planes_ = static_cast<std::int64_t>(y_.remainders.size() * x_.remainders.size());
    taps_ = shape_.y.taps * shape_.x.taps;

    const std::int64_t channels = shape_.channel.extent;
    std::int64_t k_step = std::max<std::int64_t>(1, channels);
    if (taps_ == 1) k_step = std::min(k_step, kMatrixKBlock);
    for (std::int64_t k = 0; k < channels && taps_ > 0; k += k_step) {
      k_blocks_.push_back({.begin = k * taps_, .end = std::min(k + k_step, channels) * taps_});
    }
    const std::int64_t lanes_aimed =
        std::min(kMaxLanesABlock, (taps_ == 1 ? kMatrixWords : kBlockWords) /
                                      std::max<std::int64_t>(1, planes_ * k_step));
    block_images_ = std::clamp<std::int64_t>(lanes_aimed / grid_, 1, images_);
    if (image_outer_ == 1) {
      // A matrix: whole tiles, and even blocks.
      const std::int64_t tile = kernels.lanes * kernels.vectors;
      const std::int64_t blocks = DivideUp(images_, std::max(block_images_, tile));
      const std::int64_t even = DivideUp(DivideUp(images_, blocks), tile) * tile;
      block_images_ = std::min(even, images_);
    }
    block_count_ = DivideUp(images_, block_images_);
    block_outer_ = block_images_ * image_outer_;
    positions_ = block_images_ * grid_;
    vectors_ = DivideUp(positions_, kernels.lanes);
    // An odd number of cache lines, so that a position's channels fall into different sets.
    pitch_ = DivideUp(vectors_ * kernels.lanes, 16) * 16;
    if (pitch_ / 16 % 2 == 0) pitch_ += 16;
    margin_ = DivideUp(y_.max_shift * x_.grid + x_.max_shift + kernels.lanes, 16) * 16;
    zeros_.assign(static_cast<std::size_t>(channels + kMaxLanes), 0.0f);
    stage_words_ = 2 * margin_ + planes_ * k_step * pitch_;
    MakeClasses();
    for (std::size_t t = 0; t < tiles_.size(); ++t) {
      const Class& c = classes_[static_cast<std::size_t>(places_[t].index)];
      steps_ +=
          block_count_ * tiles_[t].vectors * static_cast<std::int64_t>(c.taps.size()) * channels;
    }
    fill_cost_ = block_count_ * planes_ * positions_ * channels / 2;
  }

  // Whether an image's planes fit and its grid is not mostly empty.
  static bool Worthwhile(const Shape& shape) {
    const GridAxis y(shape.y);
    const GridAxis x(shape.x);
    const std::int64_t grid = y.grid * x.grid;
    const auto planes = static_cast<std::int64_t>(y.remainders.size() * x.remainders.size());
    const bool matrix = shape.y.taps * shape.x.taps == 1;
    const std::int64_t channels =
        matrix ? std::min(shape.channel.extent, kMatrixKBlock) : shape.channel.extent;
    return grid <= kMaxStageWords && planes * channels * grid <= kMaxStageWords &&
           grid * y.classes * x.classes <= 4 * shape.y.positions * shape.x.positions;
  }

  void Fill(std::int64_t block, const KBlock& k_block, Stage& stage,
            RangeState& range) const override {
    const std::int64_t first = block * block_images_;
    const std::int64_t count = std::min(block_images_, images_ - first);
    const std::vector<ViewIndex::Part> images = Parts(shape_.batch, first, first + count);
    const std::int64_t c_begin = k_block.begin / taps_;
    const std::int64_t channels = (k_block.end - k_block.begin) / taps_;
    Word* plane = stage.words.data() + margin_;
    stage.pointers.assign(static_cast<std::size_t>(positions_), nullptr);
    for (const std::int64_t ry : y_.remainders) {
      for (const std::int64_t rx : x_.remainders) {
        Locate(images, ry, rx, c_begin, stage.pointers);
        CopyPlanes(plane, channels, stage.pointers, range);
        plane += channels * pitch_;
      }
    }
  }

  void Runs(std::int64_t tile, const KBlock& k_block, bool skip, const Stage& stage,
            std::vector<Run>& runs) const override {
    const Place& place = places_[static_cast<std::size_t>(tile)];
    const Class& c = classes_[static_cast<std::size_t>(place.index)];
    const std::int64_t channels = (k_block.end - k_block.begin) / taps_;
    const Word* words = stage.words.data() + margin_ + place.vector * kernels_.lanes;
    const int vectors = tiles_[static_cast<std::size_t>(tile)].vectors;
    std::int64_t first = place.vector;  // of the tap's masks; a class without taps has none
    runs.resize(c.taps.size());
    std::size_t used = 0;
    for (const Tap& tap : c.taps) {
      Run& run = runs[used];
      const Word* base = words + tap.plane * channels * pitch_ + tap.shift;
      const std::uint16_t* masks = c.masks.data() + first;
      std::uint32_t any = 0;
      for (int v = 0; v < vectors; ++v) {
        run.base[v] = base + v * kernels_.lanes;
        run.mask[v] = masks[v];
        any |= masks[v];
      }
      first += vectors_;
      if (any == 0 && skip) continue;
      run.count = channels;
      run.step = pitch_;
      run.rows = 1;
      run.k = tap.index * channels;
      ++used;
    }
    runs.resize(used);
  }

 private:
  struct Tap {
    std::int64_t index = 0;
    std::int64_t plane = 0;
    std::int64_t shift = 0;  // words
  };
  // Outputs of one remainder of y and of x.
  struct Class {
    std::vector<Tap> taps;
    std::vector<std::uint16_t> masks;  // tap x vector: lanes inside the tensor
  };
  struct Place {
    std::int64_t index = 0;   // class
    std::int64_t vector = 0;  // first
  };

  void MakeClasses() {
    for (std::int64_t cy = 0; cy < y_.classes; ++cy) {
      for (std::int64_t cx = 0; cx < x_.classes; ++cx) {
        MakeTiles(cy, cx, static_cast<std::int64_t>(classes_.size()));
        Class& c = classes_.emplace_back();
        for (const GridAxis::Tap& ty : y_.taps[static_cast<std::size_t>(cy)]) {
          for (const GridAxis::Tap& tx : x_.taps[static_cast<std::size_t>(cx)]) {
            c.taps.push_back(
                {.index = ty.index * shape_.x.taps + tx.index,
                 .plane =
                     ty.remainder * static_cast<std::int64_t>(x_.remainders.size()) + tx.remainder,
                 .shift = ty.shift * x_.grid + tx.shift});
            AppendMasks(ty, tx, c.masks);
          }
        }
      }
    }
  }

  // The lanes of every vector whose position, shifted by the tap, lies inside the tensor.
  void AppendMasks(const GridAxis::Tap& ty, const GridAxis::Tap& tx,
                   std::vector<std::uint16_t>& masks) const {
    const std::vector<char> rows = Inside(shape_.y, y_, ty);
    const std::vector<char> columns = Inside(shape_.x, x_, tx);
    std::vector<std::uint16_t> lanes(static_cast<std::size_t>(vectors_));
    std::int64_t position = 0;
    for (std::int64_t image = 0; image < block_images_; ++image) {
      for (const char row : rows) {
        for (const char column : columns) {
          const unsigned bit = static_cast<unsigned>(row & column) << (position % kernels_.lanes);
          std::uint16_t& mask = lanes[static_cast<std::size_t>(position / kernels_.lanes)];
          mask = static_cast<std::uint16_t>(mask | bit);
          ++position;
        }
      }
    }
    masks.insert(masks.end(), lanes.begin(), lanes.end());
  }

  static std::vector<char> Inside(const Axis& axis, const GridAxis& grid,
                                  const GridAxis::Tap& tap) {
    std::vector<char> inside;
    for (std::int64_t p = 0; p < grid.grid; ++p) {
      const std::int64_t t =
          (p + tap.shift) * grid.step + grid.remainders[static_cast<std::size_t>(tap.remainder)];
      inside.push_back(t >= 0 && t < axis.bound.extent);
    }
    return inside;
  }

  void MakeTiles(std::int64_t cy, std::int64_t cx, std::int64_t index) {
    // The outer index of each lane.
    std::vector<std::int32_t> outer(static_cast<std::size_t>(vectors_ * kernels_.lanes), -1);
    std::size_t lane = 0;
    for (std::int64_t image = 0; image < block_images_; ++image) {
      for (std::int64_t gy = 0; gy < y_.grid; ++gy) {
        for (std::int64_t gx = 0; gx < x_.grid; ++gx, ++lane) {
          const std::int64_t y = gy * shape_.y.bound.dilation + cy;
          const std::int64_t x = gx * shape_.x.bound.dilation + cx;
          if (y >= shape_.y.positions || x >= shape_.x.positions) continue;
          outer[lane] =
              static_cast<std::int32_t>((image * shape_.y.positions + y) * shape_.x.positions + x);
        }
      }
    }
    for (std::int64_t v = 0; v < vectors_; v += kernels_.vectors) {
      Tile tile;
      tile.vectors = static_cast<int>(std::min<std::int64_t>(kernels_.vectors, vectors_ - v));
      tile.outer.assign(outer.begin() + v * kernels_.lanes,
                        outer.begin() + (v + tile.vectors) * kernels_.lanes);
      tiles_.push_back(std::move(tile));
      places_.push_back({.index = index, .vector = v});
    }
  }

  // Where channel c_begin of each position of one remainder's planes lies; zeros_ where the grid
  // has no element.
  void Locate(const std::vector<ViewIndex::Part>& images, std::int64_t ry, std::int64_t rx,
              std::int64_t c_begin, std::vector<const float*>& pointers) const {
    std::size_t i = 0;
    for (const ViewIndex::Part& image : images) {
      const float* start = source_ + image.address + c_begin * shape_.channel.stride;
      for (std::int64_t gy = 0; gy < y_.grid; ++gy) {
        const std::int64_t y = gy * y_.step + ry;
        const float* row = start + y * shape_.y.bound.stride;
        for (std::int64_t gx = 0; gx < x_.grid; ++gx) {
          const std::int64_t x = gx * x_.step + rx;
          const bool inside = y < shape_.y.bound.extent && x < shape_.x.bound.extent;
          pointers[i++] = inside ? row + x * shape_.x.bound.stride : zeros_.data();
        }
      }
    }
    while (i < pointers.size()) pointers[i++] = zeros_.data();
  }

  void CopyPlanes(Word* plane, std::int64_t channels, const std::vector<const float*>& pointers,
                  RangeState& range) const {
    if (shape_.channel.stride == 1 && channels > 1) {
      kernels_.transpose(plane, pitch_, pointers.data(), positions_, channels, mantissa_bits_,
                         &range);
      return;
    }
    // Runs of adjacent positions, channel by channel.
    for (std::size_t i = 0; i < pointers.size();) {
      std::size_t end = i + 1;
      const bool zero = pointers[i] == zeros_.data();
      while (end < pointers.size() && !zero && pointers[end] == pointers[end - 1] + 1) ++end;
      for (std::int64_t c = 0; c < channels; ++c) {
        const float* source = zero ? pointers[i] : pointers[i] + c * shape_.channel.stride;
        kernels_.copy(plane + c * pitch_ + static_cast<std::int64_t>(i), source,
                      static_cast<std::int64_t>(end - i), mantissa_bits_, &range);
      }
      i = end;
    }
  }

  const KernelSet& kernels_;
  Shape shape_;
  GridAxis y_;
  GridAxis x_;
  const float* source_;
  int mantissa_bits_;
  std::int64_t images_ = 1;
  std::int64_t block_images_ = 1;
  std::int64_t image_outer_ = 1;  // outputs an image
  std::int64_t grid_ = 1;         // grid positions an image
  std::int64_t planes_ = 1;       // remainders of y times those of x
  std::int64_t taps_ = 1;
  std::int64_t positions_ = 0;  // grid positions a block
  std::int64_t vectors_ = 0;    // a class and block
  std::int64_t pitch_ = 0;      // words a channel's plane
  std::int64_t margin_ = 0;     // words before and after, for shifted loads
  std::vector<float> zeros_;
  std::vector<Class> classes_;
  std::vector<Place> places_;  // by tile
};

}  // namespace

std::unique_ptr<Layout> MakePlaneLayout(const CompactView& view, int mantissa_bits,
                                        bool partner_finite, const KernelSet& kernels) {
  PlaneLayout::Shape shape;
  if (!PlaneLayout::Match(view, partner_finite, shape)) return nullptr;
  if (!PlaneLayout::Worthwhile(shape)) return nullptr;
  return std::make_unique<PlaneLayout>(view, shape, mantissa_bits, kernels);
}

}  // namespace sumac::gemm
