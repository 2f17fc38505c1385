// SPDX-License-Identifier: Apache-2.0
#include "sim/systemc/axi_bridge.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sumac {
namespace {

int ResponseOf(tlm::tlm_response_status status) {
  if (status == tlm::TLM_OK_RESPONSE) return kRespOkay;
  return status == tlm::TLM_ADDRESS_ERROR_RESPONSE ? kRespDecodeError : kRespSlaveError;
}

}  // namespace

AxiBridge::AxiBridge(BurstPort::Transport transport, int bus_words,
                     std::function<std::int64_t(const sc_core::sc_time&)> cycles_of)
    : port_(std::move(transport)),
      bus_words_(static_cast<std::size_t>(bus_words)),
      cycles_of_(std::move(cycles_of)) {}

void AxiBridge::Forget() {
  reads_.clear();
  writes_.clear();
  answers_.clear();
  offer_ = {};
  quiet_ = 0;
}

BusAnswer AxiBridge::Begin(std::uint32_t* r_data) {
  ++cycle_;
  BusAnswer answer;
  answer.ar_ready = reads_.size() < kMostBursts;
  answer.aw_ready = writes_.size() + answers_.size() < kMostBursts;
  answer.r_valid = !reads_.empty() && cycle_ >= reads_.front().first;
  if (answer.r_valid) {
    const Burst& burst = reads_.front();
    answer.r_resp = burst.response;
    answer.r_last = burst.next + bus_words_ == burst.words.size();
    std::memcpy(r_data, burst.words.data() + burst.next, bus_words_ * sizeof *r_data);
  }
  answer.w_ready = !writes_.empty();
  answer.b_valid = !answers_.empty() && cycle_ >= answers_.front().first;
  if (answer.b_valid) answer.b_resp = answers_.front().response;
  offer_ = answer;
  return answer;
}

void AxiBridge::SetAnswer(const BurstPort::Answer& answer, Burst& burst) const {
  burst.first = cycle_ + std::max<std::int64_t>(1, cycles_of_(answer.delay));
  burst.response = ResponseOf(answer.status);
}

void AxiBridge::TakeBeat(const BusRequest& request, const std::uint32_t* w_data) {
  Burst& burst = writes_.front();
  burst.words.insert(burst.words.end(), w_data, w_data + bus_words_);
  for (std::size_t i = 0; i < bus_words_; ++i) {
    burst.enabled.push_back((request.w_strobe >> (4 * i) & 0xF) != 0 ? 1 : 0);
  }
  if (!request.w_last) return;
  SetAnswer(port_.Write(burst.address, burst.words, burst.enabled), burst);
  answers_.push_back(std::move(burst));
  writes_.pop_front();
}

void AxiBridge::End(const BusRequest& request, const std::uint32_t* w_data) {
  const bool address = request.ar_valid && offer_.ar_ready;
  const bool read = offer_.r_valid && request.r_ready;
  const bool write = request.w_valid && offer_.w_ready;
  const bool write_address = request.aw_valid && offer_.aw_ready;
  const bool answered = offer_.b_valid && request.b_ready;
  if (read) {
    reads_.front().next += bus_words_;
    if (offer_.r_last) reads_.pop_front();
  }
  if (address) {
    Burst burst;
    burst.words.resize((static_cast<std::size_t>(request.ar_len) + 1) * bus_words_);
    SetAnswer(port_.Read(request.ar_addr, burst.words), burst);
    reads_.push_back(std::move(burst));
  }
  if (answered) answers_.pop_front();
  if (write) TakeBeat(request, w_data);
  if (write_address) {
    Burst burst;
    burst.address = request.aw_addr;
    writes_.push_back(std::move(burst));
  }
  const bool moved = address || read || write || write_address || answered;
  quiet_ = moved ? 0 : quiet_ + 1;
}

}  // namespace sumac
