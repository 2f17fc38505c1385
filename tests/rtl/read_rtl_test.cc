// SPDX-License-Identifier: Apache-2.0
// sumac_read against a memory with latency and stalls: the words of random requests, the rules of
// AXI4 for their bursts, errors by address, stops, and its speed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <memory>
#include <random>
#include <vector>

#include "rtl_read_128.h"
#include "rtl_read_64.h"
#include "sim/power_up.h"
#include "tests/clock.h"
#include "tests/rtl/walk_ports.h"

namespace sumac {
namespace {

struct Bus64 {
  using Model = rtl_read_64;
  static constexpr std::int64_t kBusWords = 2;
  static constexpr std::int64_t kOutstanding = 2;
};
struct Bus128 {
  using Model = rtl_read_128;
  static constexpr std::int64_t kBusWords = 4;
  static constexpr std::int64_t kOutstanding = 8;
};

struct Request {
  std::int64_t address;  // of a word
  std::int64_t words;
  std::int64_t tag;
};

constexpr std::int64_t kNoError = -1;

// The word at every address; distinct for neighbours and for lines.
std::int64_t WordAt(std::int64_t address) { return (address * 0x9E3779B1) & 0xFFFFFFFF; }

template <typename Bus>
class Reader {
 public:
  // Beats come `latency` cycles after their burst's address at the earliest. One that holds the
  // word `error` is answered with SLVERR.
  Reader(std::int64_t latency, double stalls, std::int64_t error = kNoError)
      : latency_(latency), error_(error), stalled_(stalls) {
    RandomPowerUp(context_, 9);
    model_ = std::make_unique<typename Bus::Model>(&context_);
    model_->stop_i = 0;
    model_->req_valid_i = 0;
    model_->ar_ready_i = 0;
    model_->r_valid_i = 0;
    PowerUpReset(*model_);
  }

  // Expects the requests' words; returns the cycles from the first request to the last word.
  std::int64_t Expect(const std::vector<Request>& requests) {
    std::size_t sent = 0;
    std::size_t done = 0;
    std::int64_t words = 0;  // of request `done`
    std::int64_t cycle = 0;
    for (; done < requests.size(); ++cycle) {
      if (cycle == 1'000'000) {
        ADD_FAILURE() << "stuck";
        break;
      }
      if (sent < requests.size() && !model_->req_valid_i && !stalled_(random_)) {
        Offer(requests[sent]);
      }
      model_->ar_ready_i = !stalled_(random_);
      const bool beat = Answer(cycle);
      model_->eval();
      if (model_->out_valid_o) {
        ExpectWords(requests[done], words);
        if (testing::Test::HasFailure()) break;
        if (words == requests[done].words) {
          ++done;
          words = 0;
        }
      }
      EXPECT_TRUE(model_->r_ready_o);
      if (EndCycle(cycle, beat)) ++sent;
    }
    EXPECT_TRUE(model_->idle_o);
    return cycle;
  }

  // Stops a request whose first burst is taken in cycle 1, and whose second is offered from cycle 2
  // on and taken in cycle kTaken. Expects that this happens where it was on offer before the stop,
  // that no other burst is asked for, and the words of those that were.
  void ExpectStop(const Request& request, std::int64_t stop, std::int64_t words_asked_for) {
    constexpr std::int64_t kSecond = 2;
    constexpr std::int64_t kTaken = 20;
    Offer(request);
    std::int64_t words = 0;
    for (std::int64_t cycle = 0; cycle < kTaken + latency_ + words_asked_for; ++cycle) {
      model_->stop_i = cycle >= stop;
      model_->ar_ready_i = cycle < kSecond || cycle >= kTaken;
      const bool beat = Answer(cycle);
      model_->eval();
      if (cycle >= stop) {
        EXPECT_EQ(model_->ar_valid_o, stop > kSecond && cycle <= kTaken) << "cycle " << cycle;
      }
      if (model_->out_valid_o) ExpectWords(request, words);
      EndCycle(cycle, beat);
      if (testing::Test::HasFailure()) return;
    }
    EXPECT_EQ(words, words_asked_for);
    EXPECT_TRUE(model_->quiet_o);
    EXPECT_FALSE(model_->idle_o);
  }

  std::int64_t beats() const { return beats_; }
  std::int64_t most_outstanding() const { return most_outstanding_; }
  std::vector<std::int64_t> errors() const { return errors_; }

 private:
  struct Burst {
    std::int64_t address;  // of a word
    std::int64_t beats;
    std::int64_t ready;  // the cycle of the first beat
    std::int64_t done = 0;
  };

  void Offer(const Request& request) {
    model_->req_valid_i = 1;
    model_->req_addr_i = static_cast<IData>(request.address);
    model_->req_words_i = static_cast<SData>(request.words);
    model_->req_tag_i = static_cast<CData>(request.tag);
  }

  // Whether the request was taken in the cycle that ends.
  bool EndCycle(std::int64_t cycle, bool beat) {
    const bool taken = model_->req_valid_i && model_->req_ready_o;
    if (model_->ar_valid_o && model_->ar_ready_i) Ask(cycle);
    Clock(*model_);
    if (beat && ++bursts_.front().done == bursts_.front().beats) bursts_.pop_front();
    if (beat) model_->r_valid_i = 0;
    if (taken) model_->req_valid_i = 0;
    return taken;
  }

  // AXI4: aligned to the bus, at most 256 beats, none across a 4 KiB line.
  void Ask(std::int64_t cycle) {
    const std::int64_t byte = model_->ar_addr_o;
    const std::int64_t beats = model_->ar_len_o + 1;
    EXPECT_EQ(byte % (4 * Bus::kBusWords), 0);
    EXPECT_EQ(byte / 4096, (byte + beats * 4 * Bus::kBusWords - 1) / 4096);
    bursts_.push_back({byte / 4, beats, cycle + latency_});
    most_outstanding_ = std::max(most_outstanding_, std::ssize(bursts_));
    EXPECT_LE(std::ssize(bursts_), Bus::kOutstanding);
  }

  // Whether the memory gives a beat in this cycle.
  bool Answer(std::int64_t cycle) {
    if (model_->r_valid_i) return true;
    if (bursts_.empty() || cycle < bursts_.front().ready || stalled_(random_)) return false;
    const Burst& burst = bursts_.front();
    const std::int64_t address = burst.address + burst.done * Bus::kBusWords;
    std::vector<std::int64_t> words;
    for (std::int64_t i = 0; i < Bus::kBusWords; ++i) words.push_back(WordAt(address + i));
    SetLanes(model_->r_data_i, 32, words);
    model_->r_valid_i = 1;
    model_->r_last_i = burst.done + 1 == burst.beats;
    model_->r_resp_i = error_ / Bus::kBusWords == address / Bus::kBusWords && error_ >= 0 ? 2 : 0;
    ++beats_;
    return true;
  }

  void ExpectWords(const Request& request, std::int64_t& words) {
    EXPECT_EQ(model_->out_tag_o, request.tag);
    ASSERT_GE(model_->out_count_o, 1);
    ASSERT_LE(words + model_->out_count_o, request.words);
    if (model_->error_o) errors_.push_back(model_->error_addr_o);
    for (std::int64_t i = 0; i < model_->out_count_o; ++i, ++words) {
      EXPECT_EQ(GetLane(model_->out_data_o, 32, i), WordAt(request.address + words));
    }
    EXPECT_EQ(model_->out_last_o, words == request.words);
  }

  VerilatedContext context_;
  std::unique_ptr<typename Bus::Model> model_;
  std::int64_t latency_;
  std::int64_t error_;
  std::mt19937_64 random_{13};
  std::bernoulli_distribution stalled_;
  std::deque<Burst> bursts_;
  std::int64_t beats_ = 0;
  std::int64_t most_outstanding_ = 0;
  std::vector<std::int64_t> errors_;
};

template <typename Bus>
class ReadRtl : public testing::Test {};

using Buses = testing::Types<Bus64, Bus128>;
TYPED_TEST_SUITE(ReadRtl, Buses);

TYPED_TEST(ReadRtl, GivesTheWordsOfRandomRequests) {
  std::mt19937_64 random(20261126);
  const auto draw = [&](std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random);
  };
  std::vector<Request> requests;
  for (int i = 0; i < 300; ++i) {
    const std::int64_t words = draw(0, 9) == 0 ? draw(200, 3000) : draw(1, 40);
    requests.push_back({draw(0, (1 << 30) - 3000), words, draw(0, 7)});
  }
  for (const std::int64_t latency : {1, 20}) {
    for (const double stalls : {0.0, 0.3}) {
      SCOPED_TRACE(testing::Message() << "latency " << latency << ", stalls " << stalls);
      Reader<TypeParam> reader(latency, stalls);
      reader.Expect(requests);
      if (this->HasFailure()) return;
    }
  }
}

// With as many bursts in flight as hide the latency, the bus is busy in every cycle: the request in
// cycle 0, its first address in 1, that beat at the output a latency and a cycle later.
TYPED_TEST(ReadRtl, KeepsTheBusBusy) {
  constexpr std::int64_t kLatency = 30;
  Reader<TypeParam> reader(kLatency, 0);
  EXPECT_EQ(reader.Expect({{256, 1024, 0}, {2048, 512, 1}}),
            1 + kLatency + 1 + 1536 / TypeParam::kBusWords);
  EXPECT_EQ(reader.beats(), 1536 / TypeParam::kBusWords);
  EXPECT_EQ(reader.most_outstanding(), TypeParam::kOutstanding == 2 ? 2 : 6);
}

TYPED_TEST(ReadRtl, NamesTheWordsOfAnError) {
  const auto errors = [](const Request& request, std::int64_t error) {
    Reader<TypeParam> reader(3, 0, error);
    reader.Expect({request});
    return reader.errors();
  };
  using Addresses = std::vector<std::int64_t>;
  const std::int64_t aligned = 5000 / TypeParam::kBusWords * TypeParam::kBusWords;
  EXPECT_EQ(errors({4000, 2000, 0}, 5001), Addresses{aligned});
  EXPECT_EQ(errors({4001, 10, 0}, 4001), Addresses{4001});
  EXPECT_EQ(errors({4000, 2000, 0}, 3999), Addresses{});
}

TYPED_TEST(ReadRtl, AStopLeavesWhatIsOnOfferAndAsksForNothingElse) {
  const Request request{100, 1000, 5};  // its bursts end at words 256, 512, 768, 1024
  for (const std::int64_t latency : {1, 30}) {
    Reader<TypeParam>(latency, 0).ExpectStop(request, 2, 156);
    Reader<TypeParam>(latency, 0).ExpectStop(request, 3, 412);
    Reader<TypeParam>(latency, 0).ExpectStop(request, 9, 412);
  }
}

}  // namespace
}  // namespace sumac
