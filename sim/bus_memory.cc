// SPDX-License-Identifier: Apache-2.0
#include "sim/bus_memory.h"

#include <algorithm>
#include <cstring>

#include "model/error.h"

namespace sumac {

BusMemory::BusMemory(std::span<float> memory, int bus_words, const BusTiming& timing)
    : memory_(memory), bus_words_(bus_words), timing_(timing) {
  if (timing.latency < 1 || timing.interval < 1) {
    throw Error("A memory needs a latency and an interval of at least 1 cycle.");
  }
  Reseed(0);
}

void BusMemory::Reseed(std::uint64_t stream) {
  const std::uint64_t seed = timing_.stall_seed;
  std::seed_seq words{seed & 0xFFFFFFFFu, seed >> 32, stream & 0xFFFFFFFFu, stream >> 32};
  random_.seed(words);
}

void BusMemory::Forget() {
  reads_.clear();
  writes_.clear();
  answers_.clear();
  offer_ = {};
  quiet_ = 0;
}

bool BusMemory::Stall() {
  return timing_.stall_seed != 0 && std::bernoulli_distribution(timing_.stall_rate)(random_);
}

int BusMemory::Response(std::uint64_t word) const {
  const std::uint64_t end = word + static_cast<std::uint64_t>(bus_words_);
  if (end > memory_.size()) return kRespDecodeError;
  const auto fail = static_cast<std::uint64_t>(fail_at_);
  return fail_at_ >= 0 && word <= fail && fail < end ? kRespSlaveError : kRespOkay;
}

BusAnswer BusMemory::Begin(std::uint32_t* r_data) {
  ++cycle_;
  BusAnswer answer;
  answer.ar_ready = reads_.size() < kMostBursts && !Stall();
  answer.aw_ready = writes_.size() < kMostBursts && !Stall();
  // An offer stays until it is taken.
  if (offer_.r_valid) {
    answer.r_valid = true;
  } else if (!reads_.empty() && cycle_ >= std::max(reads_.front().first, next_read_)) {
    answer.r_valid = !Stall();
  }
  if (answer.r_valid) {
    const Burst& burst = reads_.front();
    answer.r_resp = Response(burst.word);
    answer.r_last = burst.beats == 1;
    const auto bytes = static_cast<std::size_t>(bus_words_) * sizeof(float);
    if (answer.r_resp == kRespDecodeError) {
      std::memset(r_data, 0, bytes);
    } else {
      std::memcpy(r_data, memory_.data() + burst.word, bytes);
    }
  }
  // Data are taken with or after their address.
  answer.w_ready = !writes_.empty() && cycle_ >= next_write_ && !Stall();
  if (offer_.b_valid) {
    answer.b_valid = true;
  } else if (!answers_.empty() && cycle_ >= answers_.front().first) {
    answer.b_valid = !Stall();
  }
  if (answer.b_valid) answer.b_resp = answers_.front().error ? kRespSlaveError : kRespOkay;
  offer_ = answer;
  return answer;
}

BusMemory::Burst BusMemory::MakeBurst(std::uint64_t addr, int len) const {
  return {addr / sizeof(float), len + 1, cycle_ + timing_.latency, false};
}

void BusMemory::End(const BusRequest& request, const std::uint32_t* w_data) {
  bool moved = false;
  if (request.ar_valid && offer_.ar_ready) {
    reads_.push_back(MakeBurst(request.ar_addr, request.ar_len));
    moved = true;
  }
  if (offer_.r_valid && request.r_ready) {
    Burst& burst = reads_.front();
    burst.word += static_cast<std::uint64_t>(bus_words_);
    if (--burst.beats == 0) reads_.pop_front();
    next_read_ = cycle_ + timing_.interval;
    offer_.r_valid = false;
    moved = true;
  }
  if (request.w_valid && offer_.w_ready) {
    Burst& burst = writes_.front();
    const int response = Response(burst.word);
    burst.error = burst.error || response != kRespOkay;
    for (int i = 0; i < bus_words_; ++i) {
      if ((request.w_strobe >> (4 * i) & 0xF) == 0 || response != kRespOkay) continue;
      std::memcpy(memory_.data() + burst.word + i, w_data + i, sizeof(float));
    }
    burst.word += static_cast<std::uint64_t>(bus_words_);
    if (--burst.beats == 0) {
      burst.first = cycle_ + timing_.latency;
      answers_.push_back(burst);
      writes_.pop_front();
    }
    next_write_ = cycle_ + timing_.interval;
    moved = true;
  }
  if (request.aw_valid && offer_.aw_ready) {
    writes_.push_back(MakeBurst(request.aw_addr, request.aw_len));
    moved = true;
  }
  if (offer_.b_valid && request.b_ready) {
    answers_.pop_front();
    offer_.b_valid = false;
    moved = true;
  }
  quiet_ = moved ? 0 : quiet_ + 1;
}

}  // namespace sumac
