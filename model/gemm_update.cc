// SPDX-License-Identifier: Apache-2.0
#include "model/gemm_update.h"

#include <algorithm>

#include "model/gemm_certificate.h"
#include "model/gemm_triple_tap.h"
#include "model/host_device.h"

namespace sumac::gemm {
namespace {

// Pixels whose lists and gradients are held at a time: a part of an L2 cache.
constexpr std::int64_t kGroupPixels = 512;

}  // namespace

bool UpdateRun::Matches(const Job& job, const KernelSet& kernels) {
  const View gradient = MatrixOperand(job.b.buffer, job.b.offset, job.n, 1, job.k, job.n);
  return job.arithmetic.group == 1 && kernels.list_nonzeros != nullptr &&
         job.n % kernels.lanes == 0 && job.n > 0 && job.a.outer[2].extent % kernels.lanes == 0 &&
         IsTripleTap(job.a, job.a.k, job.a.outer) && job.b.outer == gradient.outer &&
         job.b.k == gradient.k && job.b.y == gradient.y && job.b.x == gradient.x && !job.c_in;
}

UpdateRun::UpdateRun(const Job& job, const KernelSet& kernels, int threads, Scratch<float>& sums)
    : job_(job),
      kernels_(kernels),
      images_(job.a.k[0].extent),
      height_(job.a.y.extent),
      width_(job.a.x.extent),
      channels_(job.a.outer[2].extent),
      out_height_(job.a.k[1].extent),
      out_width_(job.a.k[2].extent),
      padding_y_(job.a.y.padding),
      padding_x_(job.a.x.padding),
      group_(std::clamp<std::int64_t>(kGroupPixels / (height_ * width_), 1,
                                      std::max<std::int64_t>(1, images_))),
      out_parts_(std::min<std::int64_t>(threads, job.n / kernels.lanes)),
      in_parts_(std::min((threads + out_parts_ - 1) / out_parts_, channels_)),
      bias_(EncodeBias(job.arithmetic)) {
  sums.Reserve(job.m * job.n);
  sums_ = sums.data();
  std::fill_n(sums_, job.m * job.n, 0.0f);
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

void UpdateRun::Execute(std::int64_t task, Workspace& space) {
  const Part part = PartOf(task);
  space.owner = this;
  const std::int64_t pixels = height_ * width_;
  const std::int64_t outputs = out_height_ * out_width_;
  const std::int64_t list_words = pixels * part.in_count;
  const std::int64_t gradient_words = outputs * part.out_count;
  space.words.Reserve(group_ * list_words + kMaxLanes);
  space.places.Reserve(group_ * list_words + kMaxLanes);
  space.counts.Reserve(group_ * pixels);
  space.keep.Reserve(group_ * gradient_words);
  space.dense.Reserve(group_ * outputs);
  space.kinds.resize(static_cast<std::size_t>(group_));
  const auto lists_of = [&](std::int64_t i) {
    return NonzeroLists{.words = space.words.data() + i * list_words,
                        .places = space.places.data() + i * list_words,
                        .counts = space.counts.data() + i * pixels};
  };
  const int bits = job_.arithmetic.mantissa_bits;
  for (std::int64_t first = 0; first < images_; first += group_) {
    const std::int64_t count = std::min(group_, images_ - first);
    for (std::int64_t i = 0; i < count; ++i) {
      RangeState words;
      Clear(words);
      kernels_.list_nonzeros(
          WordsAt(job_.a.buffer, job_.a.offset) + (first + i) * job_.a.k[0].stride + part.in_begin,
          pixels, channels_, part.in_count, static_cast<Word>(kSparseTaps * kernels_.lanes), bits,
          bias_, lists_of(i), &words);
      RangeState gradients;
      Clear(gradients);
      kernels_.copy_pixels(
          space.keep.data() + i * gradient_words,
          WordsAt(job_.b.buffer, job_.b.offset) + (first + i) * outputs * job_.n + part.out_begin,
          outputs, job_.n, part.out_count, bits, space.dense.data() + i * outputs, &gradients);
      const Range range = Reduce(gradients);
      if (!range.finite()) {
        finite_ = false;
        return;
      }
      space.kinds[static_cast<std::size_t>(i)] = ChooseKind(
          job_.arithmetic, Reduce(words), Range{range.empty, false, range.low, range.high});
    }
    for (std::int64_t n = 0; n < part.out_count; n += kernels_.lanes) {
      const Part vector{part.in_begin, part.in_count, part.out_begin + n, part.out_count};
      for (std::int64_t i = 0; i < count; ++i) {
        const Kind kind = space.kinds[static_cast<std::size_t>(i)];
        FoldImage(vector, lists_of(i), space.keep.data() + i * gradient_words + n,
                  space.dense.data() + i * outputs, kind);
        ++space.tile_counts[kind];
      }
    }
  }
}

// The taps of an input pixel that meet an output.
unsigned UpdateRun::TapsOf(std::int64_t y, std::int64_t x) const {
  unsigned taps = 0;
  for (int t = 0; t < kSparseTaps; ++t) {
    const std::int64_t out_y = y - t / 3 + padding_y_;
    const std::int64_t out_x = x - t % 3 + padding_x_;
    const bool inside = out_y >= 0 && out_y < out_height_ && out_x >= 0 && out_x < out_width_;
    taps |= static_cast<unsigned>(inside) << t;
  }
  return taps;
}

// One vector of output channels, `part.out_count` being the gradient's words a pixel.
void UpdateRun::FoldImage(const Part& part, const NonzeroLists& lists, const Word* gradient,
                          const std::uint8_t* dense, Kind kind) const {
  const bool all_dense =
      std::find(dense, dense + out_height_ * out_width_, 0) == dense + out_height_ * out_width_;
  UpdateWork work{.lists = lists,
                  .channels = part.in_count,
                  .gradient_pixel = part.out_count,
                  .gradient_row = out_width_ * part.out_count,
                  .acc = Sums(part.out_begin / kernels_.lanes, part.in_begin),
                  .bias = bias_};
  const bool whole = all_dense || kind != kPlain;
  for (std::int64_t y = 0; y < height_; ++y) {
    for (std::int64_t x = 0; x < width_; x += work.pixels) {
      const unsigned taps = TapsOf(y, x);
      work.gradient = gradient + ((y + padding_y_) * out_width_ + x + padding_x_) * part.out_count;
      // Up to the right margin all pixels of a row have the same taps.
      const bool margin = x < 2 - padding_x_ || x + padding_x_ >= out_width_;
      work.pixels = margin || !whole ? 1 : out_width_ - padding_x_ - x;
      if (!whole || !kernels_.update[kind](work, taps)) {
        work.pixels = 1;
        kernels_.update_some[kind](work, taps);
      }
      work.lists.words += work.pixels * work.channels;
      work.lists.places += work.pixels * work.channels;
      work.lists.counts += work.pixels;
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
