// SPDX-License-Identifier: Apache-2.0
// Devices whose memory is the host's: the buffer, and the part of a Device that they share.
#ifndef SUMAC_MODEL_HOST_DEVICE_H_
#define SUMAC_MODEL_HOST_DEVICE_H_

#include <cstdint>
#include <memory>
#include <span>

#include "model/eager_device.h"
#include "model/word.h"

namespace sumac {

// Words in the host's memory, aligned to a cache line (64 bytes), all +0 when made.
class HostBuffer : public Buffer {
 public:
  // Throws Error where memory is short.
  explicit HostBuffer(std::int64_t words);

  std::int64_t size() const override { return std::ssize(floats_); }
  std::span<float> floats() { return floats_; }
  std::span<const float> floats() const { return floats_; }

 protected:
  // Words that someone else owns, as they are.
  explicit HostBuffer(std::span<float> floats) : floats_(floats) {}

 private:
  struct Free {
    void operator()(float* data) const;
  };
  std::unique_ptr<float[], Free> data_;
  std::span<float> floats_;
};

// The host buffer behind a Buffer; throws Error where it belongs to a device of another kind.
HostBuffer& AsHostBuffer(Buffer& buffer);
const HostBuffer& AsHostBuffer(const Buffer& buffer);

// The word `offset` words into a host buffer.
float* WordsAt(const BufferPtr& buffer, std::int64_t offset);

// The job's epilogue on the finished fold `acc` of element (m, n), by the integer reference. The
// job is valid and its buffers are HostBuffers, here and below.
Word EpilogueOfJob(const Job& job, std::int64_t m, std::int64_t n, Word acc);

// The same, in place, on all of C, which holds the finished folds; on all OpenMP threads.
void ApplyJobEpilogue(const Job& job);

// A device on host buffers, which any other HostDevice may share.
class HostDevice : public EagerDevice {
 public:
  BufferPtr Allocate(std::int64_t words) override;
  void Write(Buffer& buffer, std::int64_t offset, std::span<const float> words) override;
  void Read(const Buffer& buffer, std::int64_t offset, std::span<float> words) override;
  std::span<float> Map(Buffer& buffer) override;

 protected:
  // ValidateJob, and whether the buffers are HostBuffers.
  void Check(const Job& job) const override;
};

}  // namespace sumac

#endif  // SUMAC_MODEL_HOST_DEVICE_H_
