// SPDX-License-Identifier: Apache-2.0
#include "model/gemm_scatter.h"

#include <algorithm>
#include <vector>

#include "model/gemm_triple_tap.h"
#include "model/gemm_view.h"
#include "model/host_device.h"

namespace sumac::gemm {
namespace {

// Pixels whose lists and sums are held at a time: a part of an L2 cache.
constexpr std::int64_t kGroupPixels = 512;
// So many are enough tasks for all threads also two by two, as scatter_pair takes them.
constexpr std::int64_t kManyImages = 64;

bool IsRowMajor(const MatrixView& matrix, std::int64_t n) {
  return matrix.column_stride == 1 && matrix.row_stride == n;
}

}  // namespace

// A convolution of 3 x 3 taps and stride 1 on channels-last tensors.
bool ScatterRun::Matches(const Job& job, const KernelSet& kernels) {
  return job.arithmetic.group == 1 && kernels.list_nonzeros != nullptr &&
         job.n % kernels.lanes == 0 && job.a.k[2].extent % kernels.lanes == 0 &&
         IsTripleTap(job.a, job.a.outer, job.a.k) && IsRowMajor(job.c, job.n) &&
         (!job.c_in || IsRowMajor(*job.c_in, job.n));
}

ScatterRun::ScatterRun(const Job& job, const KernelSet& kernels)
    : job_(job),
      kernels_(kernels),
      images_(job.a.outer[0].extent),
      height_(job.a.y.extent),
      width_(job.a.x.extent),
      channels_(job.a.k[2].extent),
      out_height_(job.a.outer[1].extent),
      out_width_(job.a.outer[2].extent),
      padding_y_(job.a.y.padding),
      padding_x_(job.a.x.padding),
      columns_(width_ + 2),
      image_words_((height_ + 2) * columns_ * job.n),
      group_(std::clamp<std::int64_t>(kGroupPixels / (height_ * width_),
                                      images_ < kManyImages ? 1 : 2, images_)),
      bias_(EncodeBias(job.arithmetic)) {}

std::unique_ptr<ScatterRun> ScatterRun::Make(const Job& job, const KernelSet& kernels,
                                             Workspace& space) {
  if (!Matches(job, kernels)) return nullptr;
  std::unique_ptr<ScatterRun> run(new ScatterRun(job, kernels));
  if (!run->PackWeights(space)) return nullptr;
  return run;
}

bool ScatterRun::PackWeights(Workspace& space) {
  const CompactView compact(job_.b);
  if (compact.bounded) return false;
  const auto* source = reinterpret_cast<const Word*>(WordsAt(job_.b.buffer, compact.offset));
  const std::vector<ViewIndex::Part> columns = Parts(compact.outer, 0, job_.n);
  const std::vector<ViewIndex::Part> rows = Parts(compact.k, 0, job_.k);
  const std::int64_t count = job_.n * job_.k;
  space.weights.Reserve(count);
  space.keep.Reserve(count);
  weights_ = space.weights.data();
  for (std::int64_t n = 0; n < job_.n; ++n) {
    const Word* column = source + columns[static_cast<std::size_t>(n)].address;
    Word* packed =
        space.weights.data() + n / kernels_.lanes * job_.k * kernels_.lanes + n % kernels_.lanes;
    for (std::int64_t tap = 0; tap < kSparseTaps; ++tap) {
      for (std::int64_t c = 0; c < channels_; ++c) {
        packed[(c * kSparseTaps + tap) * kernels_.lanes] =
            column[rows[static_cast<std::size_t>(tap * channels_ + c)].address];
      }
    }
  }
  RangeState state;
  Clear(state);
  kernels_.encode(space.weights.data(), space.keep.data(), count, job_.arithmetic.mantissa_bits,
                  bias_, &state);
  weight_range_ = Reduce(state);
  return weight_range_.finite() && !weight_range_.zeros;
}

void ScatterRun::Begin(std::int64_t image, float* acc) const {
  std::fill_n(acc, image_words_, 0.0f);
  if (!job_.c_in) return;
  const std::int64_t row_words = out_width_ * job_.n;
  const float* source =
      WordsAt(job_.c_in->buffer, job_.c_in->offset) + image * out_height_ * row_words;
  for (std::int64_t y = 0; y < out_height_; ++y) {
    std::copy_n(source + y * row_words, row_words, acc + Output(y, 0));
  }
}

void ScatterRun::End(std::int64_t image, const float* acc) const {
  const std::int64_t row_words = out_width_ * job_.n;
  float* c = WordsAt(job_.c.buffer, job_.c.offset) + image * out_height_ * row_words;
  for (std::int64_t y = 0; y < out_height_; ++y) {
    kernels_.finish(c + y * row_words, acc + Output(y, 0), row_words);
  }
}

void ScatterRun::Execute(std::int64_t task, Workspace& space) const {
  const std::int64_t first = task * group_;
  const std::int64_t count = std::min(group_, images_ - first);
  const std::int64_t pixels = height_ * width_;
  const std::int64_t list_words = pixels * channels_;
  space.words.Reserve(group_ * list_words + kMaxLanes);
  space.places.Reserve(group_ * list_words + kMaxLanes);
  space.counts.Reserve(group_ * pixels);
  space.acc.Reserve(group_ * image_words_);
  space.ranges.resize(static_cast<std::size_t>(count));
  space.all.resize(static_cast<std::size_t>(count));
  const auto lists_of = [&](std::int64_t image) {
    return NonzeroLists{.words = space.words.data() + image * list_words,
                        .places = space.places.data() + image * list_words,
                        .counts = space.counts.data() + image * pixels};
  };
  const auto place_step = static_cast<Word>(kSparseTaps * kernels_.lanes);
  for (std::int64_t i = 0; i < count; ++i) {
    RangeState state;
    Clear(state);
    const float* source =
        WordsAt(job_.a.buffer, job_.a.offset) + (first + i) * job_.a.outer[0].stride;
    const bool all = job_.arithmetic.mantissa_bits == kMantissaBits &&
                     kernels_.measure(source, list_words, &state);
    space.all[static_cast<std::size_t>(i)] = all ? reinterpret_cast<const Word*>(source) : nullptr;
    if (!all) {
      Clear(state);
      kernels_.list_nonzeros(source, pixels, channels_, channels_, place_step,
                             job_.arithmetic.mantissa_bits, 0, lists_of(i), &state);
    }
    space.ranges[static_cast<std::size_t>(i)] = Reduce(state);
    Begin(first + i, space.acc.data() + i * image_words_);
  }
  const auto kind_of = [&](std::int64_t i) {
    return ChooseKind(job_.arithmetic, space.ranges[static_cast<std::size_t>(i)], weight_range_);
  };
  const auto all_of = [&](std::int64_t i) { return space.all[static_cast<std::size_t>(i)]; };
  const auto acc_of = [&](std::int64_t i) {
    return space.acc.data() + i * image_words_ + (2 * columns_ + 2) * job_.n;
  };
  for (std::int64_t vector = 0; vector < job_.n; vector += kernels_.lanes) {
    for (std::int64_t i = 0; i < count;) {
      const Kind kind = kind_of(i);
      ScatterWork work{.lists = lists_of(i),
                       .all = {all_of(i), nullptr},
                       .pixels = width_,
                       .channels = channels_,
                       .weights = weights_ + vector * job_.k,
                       .acc = {acc_of(i) + vector, nullptr},
                       .acc_pixel = job_.n,
                       .acc_row = columns_ * job_.n,
                       .bias = bias_};
      ScatterFunction scatter =
          work.all[0] != nullptr ? kernels_.scatter_all[kind] : kernels_.scatter[kind];
      std::int64_t images = 1;
      if (kernels_.scatter_pair[kind] != nullptr && work.all[0] != nullptr && i + 1 < count &&
          all_of(i + 1) != nullptr && kind_of(i + 1) == kind) {
        scatter = kernels_.scatter_pair[kind];
        work.all[1] = all_of(i + 1);
        work.acc[1] = acc_of(i + 1) + vector;
        images = 2;
      }
      for (std::int64_t y = 0; y < height_; ++y) {
        scatter(work);
        for (std::int64_t j = 0; j < images; ++j) {
          if (work.all[j] != nullptr) work.all[j] += width_ * channels_;
          work.acc[j] += work.acc_row;
        }
        work.lists.words += width_ * channels_;
        work.lists.places += width_ * channels_;
        work.lists.counts += width_;
      }
      space.tile_counts[kind] += images;
      i += images;
    }
  }
  for (std::int64_t i = 0; i < count; ++i) End(first + i, space.acc.data() + i * image_words_);
}

}  // namespace sumac::gemm
