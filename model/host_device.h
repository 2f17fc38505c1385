// SPDX-License-Identifier: Apache-2.0
// Devices whose memory is the host's: the buffer, and the part of a Device that they share.
#ifndef SUMAC_MODEL_HOST_DEVICE_H_
#define SUMAC_MODEL_HOST_DEVICE_H_

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "model/device.h"
#include "model/word.h"

namespace sumac {

// Words in the host's memory, aligned to a cache line (64 bytes), all +0 when made.
class HostBuffer : public Buffer {
 public:
  // Throws Error where memory is short.
  explicit HostBuffer(std::int64_t words);

  std::int64_t size() const override { return size_; }
  std::span<float> floats() { return {data_.get(), static_cast<std::size_t>(size_)}; }
  std::span<const float> floats() const { return {data_.get(), static_cast<std::size_t>(size_)}; }

 private:
  struct Free {
    void operator()(float* data) const;
  };
  std::int64_t size_;
  std::unique_ptr<float[], Free> data_;
};

// The host buffer behind a Buffer; throws Error where it belongs to a device of another kind.
HostBuffer& AsHostBuffer(Buffer& buffer);
const HostBuffer& AsHostBuffer(const Buffer& buffer);

// A device on host buffers, which any other HostDevice may share. It runs jobs one after the other
// within Submit; a subclass says how one job runs, and may override Submit and Wait.
class HostDevice : public Device {
 public:
  BufferPtr Allocate(std::int64_t words) override;
  void Write(Buffer& buffer, std::int64_t offset, std::span<const float> words) override;
  void Read(const Buffer& buffer, std::int64_t offset, std::span<float> words) override;
  std::span<float> Map(Buffer& buffer) override;
  Ticket Submit(std::span<const Job> jobs) override;
  std::vector<JobReport> Wait(Ticket ticket) override;

 protected:
  // Runs one job, which has passed ValidateJob and whose buffers are HostBuffers.
  virtual JobReport Execute(const Job& job) = 0;

 private:
  Ticket next_ticket_ = 1;
  std::map<Ticket, std::vector<JobReport>> finished_;
};

}  // namespace sumac

#endif  // SUMAC_MODEL_HOST_DEVICE_H_
