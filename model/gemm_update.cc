// SPDX-License-Identifier: Apache-2.0
#include "model/gemm_update.h"

#include <algorithm>

#include "model/cycles.h"
#include "model/gemm_certificate.h"
#include "model/gemm_triple_tap.h"
#include "model/host_device.h"

namespace sumac::gemm {
namespace {

// Words and gradients are held of images of up to so many pixels together, or of a strip of so many
// where one image has more: a part of an L2 cache.
constexpr std::int64_t kGroupPixels = 512;
constexpr std::int64_t kStripPixels = 1024;

}  // namespace

bool UpdateRun::Matches(const Job& job, const KernelSet& kernels) {
  const View gradient = MatrixOperand(job.b.buffer, job.b.offset, job.n, 1, job.k, job.n);
  return job.arithmetic.group == 1 && kernels.list_channels != nullptr &&
         job.n % kernels.lanes == 0 && job.n > 0 && job.a.outer[2].extent % kernels.lanes == 0 &&
         IsTripleTap(job.a, job.a.k, job.a.outer) && job.a.y.padding == 1 && job.a.x.padding == 1 &&
         job.b.outer == gradient.outer && job.b.k == gradient.k && job.b.y == gradient.y &&
         job.b.x == gradient.x && !job.c_in;
}

UpdateRun::UpdateRun(const Job& job, const KernelSet& kernels, int threads, Scratch<float>& sums)
    : job_(job),
      kernels_(kernels),
      images_(job.a.k[0].extent),
      width_(job.a.x.extent),
      pixels_(job.a.y.extent * width_),
      channels_(job.a.outer[2].extent),
      group_(
          std::clamp<std::int64_t>(kGroupPixels / pixels_, 1, std::max<std::int64_t>(1, images_))),
      strip_(std::min(pixels_, std::max<std::int64_t>(1, kStripPixels / width_) * width_)),
      out_parts_(std::min<std::int64_t>(threads, job.n / kernels.lanes)),
      in_parts_(std::min(DivideUp(threads, out_parts_), channels_)),
      bias_(EncodeBias(job.arithmetic)) {
  sums.Reserve(job.m * job.n);
  sums_ = sums.data();
  std::fill_n(sums_, job.m * job.n, 0.0f);
  // Tap (r, s) of input pixel (y, x) meets output pixel (y + 1 - r, x + 1 - s).
  const auto all_if = [](bool inside) { return inside ? ~Word{0} : Word{0}; };
  keep_.reserve(static_cast<std::size_t>(group_ * pixels_));
  for (std::int64_t i = 0; i < group_ * pixels_; ++i) {
    const std::int64_t pixel = i % pixels_;
    const std::int64_t x = pixel % width_;
    keep_.push_back({.first_row = all_if(pixel + width_ < pixels_),
                     .last_row = all_if(pixel >= width_),
                     .first_column = all_if(x + 1 < width_),
                     .last_column = all_if(x > 0)});
  }
}

UpdateRun::Part UpdateRun::PartOf(std::int64_t task) const {
  const std::int64_t in = task % in_parts_;
  const std::int64_t out = task / in_parts_;
  const std::int64_t vectors = job_.n / kernels_.lanes;
  Part part{.in_begin = channels_ * in / in_parts_,
            .in_count = channels_ * (in + 1) / in_parts_,
            .out_begin = vectors * out / out_parts_ * kernels_.lanes,
            .out_count = vectors * (out + 1) / out_parts_ * kernels_.lanes};
  part.in_count -= part.in_begin;
  part.out_count -= part.out_begin;
  return part;
}

std::int64_t UpdateRun::Vectors(const Part& part, std::int64_t n) const {
  return kernels_.update[kPlain][1] != nullptr && part.out_count - n >= 2 * kernels_.lanes ? 2 : 1;
}

std::optional<Kind> UpdateRun::Read(const Part& part, const Strip& strip, Workspace& space) const {
  const int bits = job_.arithmetic.mantissa_bits;
  RangeState words;
  Clear(words);
  std::fill_n(space.counts.data(), part.in_count, 0);
  const ChannelLists lists{.words = space.words.data(),
                           .places = space.places.data(),
                           .pitch = ListPitch(),
                           .counts = space.counts.data()};
  for (std::int64_t i = 0; i < strip.images; ++i) {
    const float* image = WordsAt(job_.a.buffer, job_.a.offset) +
                         (strip.image + i) * job_.a.k[0].stride + part.in_begin;
    kernels_.list_channels(image + strip.begin * channels_, strip.pixels, channels_, part.in_count,
                           static_cast<Word>(i * pixels_), bits, bias_, lists, &words);
  }
  // Of a part of an image also the rows before and after.
  const std::int64_t before = strip.begin > 0 ? width_ : 0;
  const std::int64_t after = strip.begin + strip.pixels < pixels_ ? width_ : 0;
  const std::int64_t begin = strip.image * pixels_ + strip.begin - before;
  const std::int64_t count = before + strip.images * strip.pixels + after;
  const float* source = WordsAt(job_.b.buffer, job_.b.offset) + begin * job_.n + part.out_begin;
  RangeState gradients;
  Clear(gradients);
  bool dense = true;
  for (std::int64_t n = 0; n < part.out_count;) {
    const std::int64_t channels = Vectors(part, n) * kernels_.lanes;
    Word* copy = space.keep.data() + GradientPixels() * n + (Margin() - before) * channels;
    dense &= kernels_.copy_pixels(copy, source + n, count, job_.n, channels, bits, &gradients);
    n += channels;
  }
  Range range = Reduce(gradients);
  if (!range.finite()) return std::nullopt;
  range.zeros = !dense;
  return ChooseKind(job_.arithmetic, Reduce(words), range);
}

void UpdateRun::Fold(const Part& part, const Strip& strip, Kind kind, Workspace& space) const {
  for (std::int64_t n = 0; n < part.out_count;) {
    const std::int64_t vectors = Vectors(part, n);
    const std::int64_t channels = vectors * kernels_.lanes;
    // Tap (0, 0) of the first place meets the output a row and a pixel further on.
    const Word* gradient = space.keep.data() + GradientPixels() * n + 2 * Margin() * channels;
    for (std::int64_t c = 0; c < part.in_count; ++c) {
      kernels_.update[kind][vectors - 1](
          {.places = space.places.data() + c * ListPitch(),
           .count = space.counts.data()[c],
           .words = space.words.data() + c * ListPitch(),
           .gradient = gradient,
           .gradient_pixel = channels,
           .gradient_row = width_ * channels,
           .keep = keep_.data() + strip.begin,
           .acc = Sums((part.out_begin + n) / kernels_.lanes, part.in_begin + c),
           .acc_vector = channels_ * kSparseTaps * kernels_.lanes,
           .bias = bias_});
    }
    space.tile_counts[kind] += strip.images * vectors;
    n += channels;
  }
}

void UpdateRun::Execute(std::int64_t task, Workspace& space) {
  const Part part = PartOf(task);
  space.owner = this;
  space.words.Reserve(ListPitch() * part.in_count);
  space.places.Reserve(ListPitch() * part.in_count);
  space.counts.Reserve(part.in_count);
  space.keep.Reserve(GradientPixels() * part.out_count);
  for (std::int64_t image = 0; image < images_; image += group_) {
    const std::int64_t images = std::min(group_, images_ - image);
    for (std::int64_t begin = 0; begin < pixels_; begin += strip_) {
      const Strip strip{image, images, begin, std::min(strip_, pixels_ - begin)};
      const std::optional<Kind> kind = Read(part, strip, space);
      if (!kind) {
        finite_ = false;
        return;
      }
      Fold(part, strip, *kind, space);
    }
  }
}

bool UpdateRun::Finish() {
  if (!finite_) return false;
  kernels_.finish(sums_, sums_, job_.m * job_.n);
  float* c = WordsAt(job_.c.buffer, job_.c.offset);
  for (std::int64_t n = 0; n < job_.n; ++n) {
    const float* sum = Sums(n / kernels_.lanes, 0) + n % kernels_.lanes;
    for (std::int64_t tap = 0; tap < kSparseTaps; ++tap) {
      for (std::int64_t channel = 0; channel < channels_; ++channel) {
        const std::int64_t m = tap * channels_ + channel;
        c[m * job_.c.row_stride + n * job_.c.column_stride] =
            sum[(channel * kSparseTaps + tap) * kernels_.lanes];
      }
    }
  }
  return true;
}

}  // namespace sumac::gemm
