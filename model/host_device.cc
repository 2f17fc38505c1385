// SPDX-License-Identifier: Apache-2.0
#include "model/host_device.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "model/epilogue.h"
#include "model/error.h"

namespace sumac {
namespace {

constexpr std::size_t kCacheLine = 64;

// The words [offset, offset + count) of the buffer.
std::span<float> Range(HostBuffer& buffer, std::int64_t offset, std::size_t count) {
  const auto words = static_cast<std::int64_t>(count);
  if (offset < 0 || words > buffer.size() - offset) {
    throw Error(std::to_string(words) + " words from word " + std::to_string(offset) +
                " on lie outside a buffer of " + std::to_string(buffer.size()) +
                " words; allocate a larger one or move fewer words.");
  }
  return buffer.floats().subspan(static_cast<std::size_t>(offset), count);
}

// Whether the rows follow each other without a gap.
bool IsDense(const Job& job, const MatrixView& matrix) {
  return matrix.column_stride == 1 && matrix.row_stride == job.n;
}

}  // namespace

HostBuffer::HostBuffer(std::int64_t words) {
  if (words < 0) throw Error("A buffer cannot have " + std::to_string(words) + " words.");
  const std::size_t bytes =
      std::max<std::size_t>(1, static_cast<std::size_t>(words)) * sizeof(float);
  const std::size_t rounded = (bytes + kCacheLine - 1) / kCacheLine * kCacheLine;
  const bool overflow = static_cast<std::size_t>(words) > SIZE_MAX / 8;
  void* memory = overflow ? nullptr : std::aligned_alloc(kCacheLine, rounded);
  if (memory == nullptr) {
    throw Error("No memory for a buffer of " + std::to_string(words) +
                " words; use a smaller batch or problem.");
  }
  data_.reset(static_cast<float*>(memory));
  floats_ = {data_.get(), static_cast<std::size_t>(words)};
  std::ranges::fill(floats_, 0.0f);
}

void HostBuffer::Free::operator()(float* data) const { std::free(data); }

HostBuffer& AsHostBuffer(Buffer& buffer) {
  auto* host = dynamic_cast<HostBuffer*>(&buffer);
  if (host == nullptr) {
    throw Error(
        "A buffer of another kind of device was given to a host device; allocate it there.");
  }
  return *host;
}

const HostBuffer& AsHostBuffer(const Buffer& buffer) {
  return AsHostBuffer(const_cast<Buffer&>(buffer));
}

float* WordsAt(const BufferPtr& buffer, std::int64_t offset) {
  return AsHostBuffer(*buffer).floats().data() + offset;
}

Word EpilogueOfJob(const Job& job, std::int64_t m, std::int64_t n, Word acc) {
  const JobEpilogue& steps = job.epilogue;
  Word scale = 0;
  Word shift = 0;
  Word residual = 0;
  if (steps.affine) {
    scale = ToWord(*WordsAt(steps.affine->scale.buffer, steps.affine->scale.offset + n));
    shift = ToWord(*WordsAt(steps.affine->shift.buffer, steps.affine->shift.offset + n));
  }
  if (steps.residual) {
    residual = ToWord(*WordsAt(steps.residual->buffer, steps.residual->Address(m, n)));
  }
  return EpilogueWord(job.arithmetic, acc, steps.affine ? &scale : nullptr, &shift,
                      steps.residual ? &residual : nullptr, steps.relu);
}

void ApplyJobEpilogue(const Job& job) {
  const JobEpilogue& steps = job.epilogue;
  if (!steps.Any()) return;
  const std::span<float> c = AsHostBuffer(*job.c.buffer).floats();
  if (IsDense(job, job.c) && (!steps.residual || IsDense(job, *steps.residual))) {
    Epilogue epilogue{.relu = steps.relu};
    if (steps.affine) {
      epilogue.scale = WordsAt(steps.affine->scale.buffer, steps.affine->scale.offset);
      epilogue.shift = WordsAt(steps.affine->shift.buffer, steps.affine->shift.offset);
    }
    if (steps.residual) epilogue.residual = WordsAt(steps.residual->buffer, steps.residual->offset);
    ApplyEpilogue(
        job.arithmetic, epilogue, job.n,
        c.subspan(static_cast<std::size_t>(job.c.offset), static_cast<std::size_t>(job.m * job.n)));
    return;
  }
#pragma omp parallel for schedule(static)
  for (std::int64_t m = 0; m < job.m; ++m) {
    for (std::int64_t n = 0; n < job.n; ++n) {
      float& word = c[static_cast<std::size_t>(job.c.Address(m, n))];
      word = ToFloat(EpilogueOfJob(job, m, n, ToWord(word)));
    }
  }
}

BufferPtr HostDevice::Allocate(std::int64_t words) { return std::make_shared<HostBuffer>(words); }

void HostDevice::Write(Buffer& buffer, std::int64_t offset, std::span<const float> words) {
  std::ranges::copy(words, Range(AsHostBuffer(buffer), offset, words.size()).begin());
}

void HostDevice::Read(const Buffer& buffer, std::int64_t offset, std::span<float> words) {
  auto& host = const_cast<HostBuffer&>(AsHostBuffer(buffer));
  std::ranges::copy(Range(host, offset, words.size()), words.begin());
}

std::span<float> HostDevice::Map(Buffer& buffer) { return AsHostBuffer(buffer).floats(); }

void HostDevice::Check(const Job& job) const {
  EagerDevice::Check(job);
  for (const BufferPtr& buffer : {job.a.buffer, job.b.buffer, job.c.buffer}) {
    AsHostBuffer(*buffer);
  }
  if (job.c_in) AsHostBuffer(*job.c_in->buffer);
  if (job.epilogue.affine) {
    AsHostBuffer(*job.epilogue.affine->scale.buffer);
    AsHostBuffer(*job.epilogue.affine->shift.buffer);
  }
  if (job.epilogue.residual) AsHostBuffer(*job.epilogue.residual->buffer);
}

}  // namespace sumac
