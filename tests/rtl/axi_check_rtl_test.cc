// SPDX-License-Identifier: Apache-2.0
// The assertions on the accelerator's two AXI ports: legal traffic passes, and each rule that is
// broken is named.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <verilated.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <type_traits>
#include <vector>

#include "model/error.h"
#include "rtl_axi_check.h"
#include "rtl_axil_check.h"
#include "sim/power_up.h"
#include "tests/clock.h"

namespace sumac {
namespace {

using Full = rtl_axi_check;   // 64 bits, 4 bursts each way
using Lite = rtl_axil_check;  // one read, one write

constexpr std::size_t kMost = 4;
constexpr int kBytes = 8;

// Nothing is offered, and all that were would be taken and legal.
void SetIdle(Full& port) {
  port.ar_valid_i = port.r_valid_i = port.aw_valid_i = port.w_valid_i = port.b_valid_i = 0;
  port.ar_ready_i = port.r_ready_i = port.aw_ready_i = port.w_ready_i = port.b_ready_i = 1;
  port.ar_addr_i = port.aw_addr_i = 0;
  port.ar_len_i = port.aw_len_i = 0;
  port.ar_size_i = port.aw_size_i = 3;
  port.ar_burst_i = port.aw_burst_i = 1;
  port.r_data_i = port.w_data_i = 0;
  port.w_strb_i = 0xFF;
  port.r_last_i = port.w_last_i = 1;
  port.r_resp_i = port.b_resp_i = 0;
}

void SetIdle(Lite& port) {
  port.ar_valid_i = port.r_valid_i = port.aw_valid_i = port.w_valid_i = port.b_valid_i = 0;
  port.ar_ready_i = port.r_ready_i = port.aw_ready_i = port.w_ready_i = port.b_ready_i = 1;
  port.ar_addr_i = port.aw_addr_i = 0;
  port.r_data_i = port.w_data_i = 0;
  port.w_strb_i = 0xF;
  port.r_resp_i = port.b_resp_i = 0;
}

template <typename Model>
class Bench {
 public:
  // In reset.
  Bench() : context_(std::make_unique<VerilatedContext>()) {
    RandomPowerUp(*context_, 5);
    port_ = std::make_unique<Model>(context_.get());
    SetIdle(*port_);
    port_->clk_i = 0;
    port_->rst_ni = 1;
    port_->eval();
    port_->rst_ni = 0;
    port_->eval();
  }
  ~Bench() {
    // Verilator 5.006 ends a model in the thread's context, which is that of the newest model.
    Verilated::threadContextp(context_.get());
    port_->final();
  }

  Model& port() { return *port_; }
  void Clock() { sumac::Clock(*port_); }
  // Out of reset, and past the first edge.
  void Start() {
    Clock();
    port_->rst_ni = 1;
    Clock();
  }

 private:
  std::unique_ptr<VerilatedContext> context_;
  std::unique_ptr<Model> port_;
};

template <typename Model>
using Cycle = std::function<void(Model&)>;

// Cycles of which the last breaks the rule; before each the port is idle again.
template <typename Model>
struct Fault {
  std::string message;
  std::vector<Cycle<Model>> cycles;
};

// Runs one cycle; what the assertion that fails in it says, empty where none does.
template <typename Model>
std::string Said(Bench<Model>& bench) {
  testing::internal::CaptureStdout();
  bool failed = false;
  try {
    bench.Clock();
  } catch (const Error&) {
    failed = true;
  }
  const std::string said = testing::internal::GetCapturedStdout();
  EXPECT_EQ(failed, !said.empty());
  return said;
}

template <typename Model>
void ExpectCaught(const std::vector<Fault<Model>>& faults) {
  for (const Fault<Model>& fault : faults) {
    SCOPED_TRACE(fault.message);
    Bench<Model> bench;
    bench.Start();
    for (std::size_t i = 0; i < fault.cycles.size(); ++i) {
      SetIdle(bench.port());
      fault.cycles[i](bench.port());
      const std::string said = Said(bench);
      if (i + 1 < fault.cycles.size()) {
        ASSERT_EQ(said, "") << "cycle " << i;
      } else {
        EXPECT_THAT(said, testing::HasSubstr(fault.message + "\n"));
      }
    }
  }
}

template <typename Model>
std::vector<Cycle<Model>> Times(std::size_t times, const Cycle<Model>& cycle) {
  return std::vector<Cycle<Model>>(times, cycle);
}

template <typename Model>
std::vector<Cycle<Model>> Then(std::vector<Cycle<Model>> cycles, const Cycle<Model>& last) {
  cycles.push_back(last);
  return cycles;
}

// ---- Rules of both ports ----

struct Channel {
  std::string name;
  CData& valid;
  CData& ready;
};

// In the order of sumac_reset_check.
template <typename Model>
std::vector<Channel> Channels(Model& port) {
  return {{"AR", port.ar_valid_i, port.ar_ready_i},
          {"R", port.r_valid_i, port.r_ready_i},
          {"AW", port.aw_valid_i, port.aw_ready_i},
          {"W", port.w_valid_i, port.w_ready_i},
          {"B", port.b_valid_i, port.b_ready_i}};
}

template <typename Model>
class AxiCheck : public testing::Test {
 protected:
  static constexpr bool kFull = std::is_same_v<Model, Full>;
  static constexpr std::size_t kChannels = 5;

  // A read and a write are open, so that answers are legal; channel i has offered a word in vain.
  static void Wait(Bench<Model>& bench, std::size_t i) {
    bench.Start();
    Model& port = bench.port();
    if (i == 1 || i == 4) {
      port.ar_valid_i = port.aw_valid_i = port.w_valid_i = 1;
      bench.Clock();
      SetIdle(port);
    }
    const Channel channel = Channels(port)[i];
    channel.valid = 1;
    channel.ready = 0;
    bench.Clock();
  }

  const std::string bus_ = kFull ? "AXI4" : "AXI4-Lite";
};

using Ports = testing::Types<Full, Lite>;
TYPED_TEST_SUITE(AxiCheck, Ports);

TYPED_TEST(AxiCheck, AnOfferStaysUntilItIsTaken) {
  for (std::size_t i = 0; i < this->kChannels; ++i) {
    Bench<TypeParam> bench;
    this->Wait(bench, i);
    const Channel channel = Channels(bench.port())[i];
    SCOPED_TRACE(channel.name);
    EXPECT_EQ(Said(bench), "");
    channel.valid = 0;
    EXPECT_THAT(Said(bench), testing::HasSubstr(this->bus_ + " " + channel.name +
                                                ": VALID falls before READY\n"));
  }
}

TYPED_TEST(AxiCheck, AnOfferStaysTheSame) {
  struct Change {
    std::size_t channel;
    std::function<void(TypeParam&)> make;
  };
  // Each is legal but for that it comes too late. SIZE, BURST and RLAST have one legal value.
  std::vector<Change> changes = {
      {0, [](auto& port) { port.ar_addr_i += kBytes; }},
      {1, [](auto& port) { port.r_data_i ^= 1; }},
      {1, [](auto& port) { port.r_resp_i = 2; }},
      {2, [](auto& port) { port.aw_addr_i += kBytes; }},
      {3, [](auto& port) { port.w_data_i ^= 1; }},
      {3, [](auto& port) { port.w_strb_i = 0; }},
      {4, [](auto& port) { port.b_resp_i = 2; }},
  };
  if constexpr (std::is_same_v<TypeParam, Full>) {
    changes.push_back({0, [](auto& port) { port.ar_len_i = 1; }});
    changes.push_back({2, [](auto& port) { port.aw_len_i = 1; }});
    changes.push_back({3, [](auto& port) { port.w_last_i = 0; }});
  }
  for (std::size_t i = 0; i < changes.size(); ++i) {
    SCOPED_TRACE(i);
    Bench<TypeParam> bench;
    this->Wait(bench, changes[i].channel);
    changes[i].make(bench.port());
    const std::string name = Channels(bench.port())[changes[i].channel].name;
    EXPECT_THAT(Said(bench), testing::HasSubstr(this->bus_ + " " + name +
                                                ": the payload changes before READY\n"));
  }
}

TYPED_TEST(AxiCheck, NoValidInResetNorAtTheFirstEdgeAfterIt) {
  const std::string message =
      this->bus_ + ": VALID is high in reset or just after it (AR R AW W B: ";
  for (const std::size_t i : {0u, 1u, 2u, 3u, 4u}) {
    for (const bool in_reset : {true, false}) {
      Bench<TypeParam> bench;
      EXPECT_EQ(Said(bench), "");
      if (!in_reset) bench.port().rst_ni = 1;
      const Channel channel = Channels(bench.port())[i];
      SCOPED_TRACE(channel.name);
      channel.valid = 1;
      std::string lanes = "00000)\n";
      lanes[i] = '1';
      EXPECT_THAT(Said(bench), testing::HasSubstr(message + lanes));
    }
  }
  Bench<TypeParam> bench;
  bench.Start();
  bench.port().ar_valid_i = bench.port().aw_valid_i = bench.port().w_valid_i = 1;
  EXPECT_EQ(Said(bench), "");
}

TYPED_TEST(AxiCheck, ResetForgetsWhatIsOpen) {
  Bench<TypeParam> bench;
  bench.Start();
  TypeParam& port = bench.port();
  port.ar_valid_i = port.aw_valid_i = 1;
  bench.Clock();
  SetIdle(port);
  port.rst_ni = 0;
  port.eval();
  bench.Start();
  // As many as are allowed in all.
  port.ar_valid_i = port.aw_valid_i = 1;
  for (std::size_t i = 0; i < (this->kFull ? kMost : 1); ++i) EXPECT_EQ(Said(bench), "");
}

// ---- Rules of AXI4 ----

void TakeRead(Full& port) { port.ar_valid_i = 1; }
void TakeAddress(Full& port) { port.aw_valid_i = 1; }
void TakeLast(Full& port) { port.w_valid_i = 1; }
void TakeBeat(Full& port) {
  port.w_valid_i = 1;
  port.w_last_i = 0;
}
void TakeAnswer(Full& port) { port.b_valid_i = 1; }
void TakeTwo(Full& port) {
  port.ar_valid_i = port.aw_valid_i = 1;
  port.ar_len_i = port.aw_len_i = 1;
}

TEST(AxiFullCheck, NamesAnIllegalBurst) {
  const auto read = [](int addr, int len, int size = 3, int burst = 1) {
    return Cycle<Full>([=](Full& port) {
      port.ar_valid_i = 1;
      port.ar_addr_i = static_cast<IData>(addr);
      port.ar_len_i = static_cast<CData>(len);
      port.ar_size_i = static_cast<CData>(size);
      port.ar_burst_i = static_cast<CData>(burst);
    });
  };
  const auto write = [](int addr, int len, int size = 3, int burst = 1) {
    return Cycle<Full>([=](Full& port) {
      port.aw_valid_i = 1;
      port.aw_addr_i = static_cast<IData>(addr);
      port.aw_len_i = static_cast<CData>(len);
      port.aw_size_i = static_cast<CData>(size);
      port.aw_burst_i = static_cast<CData>(burst);
    });
  };
  ExpectCaught<Full>({
      {"AXI4 AR: the burst is not of type INCR", {read(64, 0, 3, 0)}},
      {"AXI4 AR: the burst is not of type INCR", {read(64, 0, 3, 2)}},
      {"AXI4 AR: SIZE is not the width of the bus", {read(64, 0, 2)}},
      {"AXI4 AR: the address is not aligned", {read(68, 0)}},
      {"AXI4 AR: the burst crosses a 4 KiB line", {read(4096 - 16, 1), read(4096 - 16, 2)}},
      {"AXI4 AR: the burst crosses a 4 KiB line", {read(-2048, 255), read(-2040, 255)}},
      {"AXI4 AW: the burst is not of type INCR", {write(64, 0, 3, 0)}},
      {"AXI4 AW: SIZE is not the width of the bus", {write(64, 0, 4)}},
      {"AXI4 AW: the address is not aligned", {write(65, 0)}},
      {"AXI4 AW: the burst crosses a 4 KiB line", {write(4096 - 16, 1), write(4096 - 16, 2)}},
  });
}

TEST(AxiFullCheck, NamesWhatIsWrongWithReads) {
  const auto beat = [](bool last) {
    return Cycle<Full>([=](Full& port) {
      port.r_valid_i = 1;
      port.r_last_i = last;
    });
  };
  const std::string last = "AXI4 R: RLAST is not on the last beat of its burst, and on no other";
  ExpectCaught<Full>({
      {"AXI4 AR: too many bursts are open", Then<Full>(Times<Full>(kMost, TakeRead), TakeRead)},
      {"AXI4 R: a beat of no burst", {beat(true)}},
      {"AXI4 R: a beat of no burst", {[](Full& port) { port.ar_valid_i = port.r_valid_i = 1; }}},
      {"AXI4 R: a beat of no burst", {TakeRead, beat(true), beat(true)}},
      {last, {TakeTwo, beat(true)}},
      {last, {TakeTwo, beat(false), beat(false)}},
      {last, {TakeRead, TakeTwo, beat(true), beat(true)}},
      {"AXI4 R: RRESP is EXOKAY",
       {TakeRead,
        [](Full& port) {
          port.r_valid_i = 1;
          port.r_resp_i = 1;
        }}},
  });
}

TEST(AxiFullCheck, NamesWhatIsWrongWithWrites) {
  const auto both = [](int len, bool last) {
    return Cycle<Full>([=](Full& port) {
      port.aw_valid_i = port.w_valid_i = 1;
      port.aw_len_i = static_cast<CData>(len);
      port.w_last_i = last;
    });
  };
  const std::string last = "AXI4 W: WLAST is not on the last beat of its burst, and on no other";
  ExpectCaught<Full>({
      {"AXI4 AW: too many bursts are open",
       Then<Full>(Times<Full>(kMost, TakeAddress), TakeAddress)},
      {"AXI4 W: too many bursts are open", Then<Full>(Times<Full>(kMost, TakeLast), TakeLast)},
      {"AXI4 W: more than 256 beats", Times<Full>(256, TakeBeat)},
      // The address first, with the data, and after some or all of them.
      {last, {TakeTwo, TakeLast}},
      {last, {TakeTwo, TakeBeat, TakeBeat}},
      {last, {both(1, true)}},
      {last, {both(0, false)}},
      {last, {TakeBeat, both(1, false)}},
      {last, {TakeLast, TakeAddress, TakeTwo, TakeLast}},
      {"AXI4 AW: the burst is shorter than its data, which came before",
       {TakeBeat, TakeBeat, TakeTwo}},
      {"AXI4 AW: the burst has not the length of its data, which came before", {TakeLast, TakeTwo}},
      {"AXI4 AW: the burst has not the length of its data, which came before",
       {TakeBeat, TakeLast, TakeLast, TakeTwo, TakeTwo}},
      {"AXI4 W: WSTRB has parts of a word", {[](Full& port) {
         port.w_valid_i = 1;
         port.w_strb_i = 0x1F;
       }}},
      {"AXI4 B: an answer to no burst", {TakeAnswer}},
      {"AXI4 B: an answer to no burst", {TakeLast, TakeAnswer}},
      {"AXI4 B: an answer to no burst", {both(0, true), TakeAnswer, TakeAnswer}},
      {"AXI4 B: an answer before the burst's last beat", {TakeAddress, TakeAnswer}},
      {"AXI4 B: an answer before the burst's last beat", {TakeTwo, TakeBeat, TakeAnswer}},
      {"AXI4 B: an answer before the burst's last beat",
       {both(0, true), TakeAddress, TakeAnswer, TakeAnswer}},
      {"AXI4 B: BRESP is EXOKAY",
       {both(0, true),
        [](Full& port) {
          port.b_valid_i = 1;
          port.b_resp_i = 1;
        }}},
  });
}

// ---- Rules of AXI4-Lite ----

TEST(AxiLiteCheck, NamesWhatIsWrong) {
  const Cycle<Lite> read = [](Lite& port) { port.ar_valid_i = 1; };
  const Cycle<Lite> answer = [](Lite& port) { port.r_valid_i = 1; };
  const Cycle<Lite> address = [](Lite& port) { port.aw_valid_i = 1; };
  const Cycle<Lite> data = [](Lite& port) { port.w_valid_i = 1; };
  const Cycle<Lite> done = [](Lite& port) { port.b_valid_i = 1; };
  ExpectCaught<Lite>({
      {"AXI4-Lite AR: too many reads are open", {read, read}},
      {"AXI4-Lite R: an answer to no read", {answer}},
      {"AXI4-Lite R: an answer to no read",
       {[](Lite& port) { port.ar_valid_i = port.r_valid_i = 1; }}},
      {"AXI4-Lite R: an answer to no read", {read, answer, answer}},
      {"AXI4-Lite R: RRESP is EXOKAY",
       {read,
        [](Lite& port) {
          port.r_valid_i = 1;
          port.r_resp_i = 1;
        }}},
      {"AXI4-Lite AW: too many writes are open", {address, address}},
      {"AXI4-Lite W: too many writes are open", {data, data}},
      {"AXI4-Lite B: an answer before the write's address", {data, done}},
      {"AXI4-Lite B: an answer before the write's data", {address, done}},
      {"AXI4-Lite B: an answer before the write's address", {address, data, done, done}},
      {"AXI4-Lite B: BRESP is EXOKAY",
       {address, data,
        [](Lite& port) {
          port.b_valid_i = 1;
          port.b_resp_i = 1;
        }}},
  });
}

// ---- Legal traffic ----

// Offers a channel's words at random, each until it is taken.
class Offers {
 public:
  Offers(std::mt19937_64& random, double rate) : random_(&random), offers_(rate), takes_(rate) {}

  // Whether the word is taken in this cycle, where one may be offered.
  bool Cycle(CData& valid, CData& ready, bool there) {
    if (!valid) valid = there && offers_(*random_);
    ready = takes_(*random_);
    return valid && ready;
  }

 private:
  std::mt19937_64* random_;
  std::bernoulli_distribution offers_, takes_;
};

// Random bursts with stalls on every channel; data come before or after their address.
TEST(AxiFullCheck, LegalTrafficPasses) {
  constexpr int kBursts = 400;
  for (const std::uint64_t seed : {1, 2, 3, 4}) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random(seed);
    const auto draw = [&](int low, int high) {
      return std::uniform_int_distribution<int>(low, high)(random);
    };
    struct Burst {
      int addr;
      int beats;
    };
    std::vector<Burst> reads, writes;
    for (std::vector<Burst>* bursts : {&reads, &writes}) {
      for (int i = 0; i < kBursts; ++i) {
        const int beats = draw(0, 20) == 0 ? draw(1, 256) : draw(1, 5);
        const int space = 4096 / kBytes - beats;
        bursts->push_back({4096 * draw(0, 1000) + kBytes * draw(0, space), beats});
      }
    }
    Bench<Full> bench;
    bench.Start();
    Full& port = bench.port();
    // Of addresses, of data and of answers: bursts that are through; beats of the next.
    std::size_t ar = 0, r = 0, aw = 0, w = 0, b = 0;
    int r_beat = 0, w_beat = 0;
    std::vector<Offers> offers;
    for (int i = 0; i < 5; ++i) offers.emplace_back(random, draw(0, 1) ? 1.0 : 0.4);
    if (seed % 2 == 0) offers[2] = Offers(random, 0.1);  // addresses late, so that data are first
    std::int64_t cycles = 0;
    int data_first = 0;
    while (r < kBursts || b < kBursts) {
      ASSERT_LT(++cycles, 1'000'000);
      // A new word's payload, where none waits.
      if (!port.ar_valid_i && ar < kBursts) {
        port.ar_addr_i = static_cast<IData>(reads[ar].addr);
        port.ar_len_i = static_cast<CData>(reads[ar].beats - 1);
      }
      if (!port.r_valid_i && r < kBursts) {
        port.r_data_i = random();
        port.r_last_i = r_beat + 1 == reads[r].beats;
        port.r_resp_i = static_cast<CData>(draw(0, 1) ? 0 : draw(2, 3));
      }
      if (!port.aw_valid_i && aw < kBursts) {
        port.aw_addr_i = static_cast<IData>(writes[aw].addr);
        port.aw_len_i = static_cast<CData>(writes[aw].beats - 1);
      }
      if (!port.w_valid_i && w < kBursts) {
        port.w_data_i = random();
        port.w_last_i = w_beat + 1 == writes[w].beats;
        port.w_strb_i = static_cast<CData>((draw(0, 1) ? 0xF0 : 0) | (draw(0, 1) ? 0x0F : 0));
      }
      if (!port.b_valid_i) port.b_resp_i = static_cast<CData>(draw(0, 1) ? 0 : draw(2, 3));
      const bool ar_taken =
          offers[0].Cycle(port.ar_valid_i, port.ar_ready_i, ar < kBursts && ar - r < kMost);
      const bool r_taken = offers[1].Cycle(port.r_valid_i, port.r_ready_i, r < ar);
      const bool aw_taken =
          offers[2].Cycle(port.aw_valid_i, port.aw_ready_i, aw < kBursts && aw - b < kMost);
      const bool w_taken =
          offers[3].Cycle(port.w_valid_i, port.w_ready_i, w < kBursts && w - b < kMost);
      const bool b_taken = offers[4].Cycle(port.b_valid_i, port.b_ready_i, b < std::min(aw, w));
      ASSERT_NO_THROW(bench.Clock());
      if (w_taken && aw <= w && !aw_taken) ++data_first;
      ar += ar_taken;
      aw += aw_taken;
      b += b_taken;
      if (r_taken && ++r_beat == reads[r].beats) ++r, r_beat = 0;
      if (w_taken && ++w_beat == writes[w].beats) ++w, w_beat = 0;
      if (ar_taken) port.ar_valid_i = 0;
      if (r_taken) port.r_valid_i = 0;
      if (aw_taken) port.aw_valid_i = 0;
      if (w_taken) port.w_valid_i = 0;
      if (b_taken) port.b_valid_i = 0;
    }
    EXPECT_TRUE(seed % 2 == 1 || data_first > 100) << data_first;
  }
}

TEST(AxiLiteCheck, LegalTrafficPasses) {
  std::mt19937_64 random(7);
  Bench<Lite> bench;
  bench.Start();
  Lite& port = bench.port();
  std::vector<Offers> offers(5, Offers(random, 0.5));
  int ar = 0, r = 0, aw = 0, w = 0, b = 0;
  while (r < 1000 || b < 1000) {
    if (!port.ar_valid_i) port.ar_addr_i = static_cast<CData>(random());
    if (!port.r_valid_i) port.r_data_i = static_cast<IData>(random());
    if (!port.aw_valid_i) port.aw_addr_i = static_cast<CData>(random());
    if (!port.w_valid_i) port.w_data_i = static_cast<IData>(random());
    // An answer that is taken makes room for a request in the same cycle.
    const bool r_taken = offers[1].Cycle(port.r_valid_i, port.r_ready_i, r < ar);
    const bool b_taken = offers[4].Cycle(port.b_valid_i, port.b_ready_i, b < aw && b < w);
    r += r_taken;
    b += b_taken;
    const auto request = [&](Offers& offer, CData& valid, CData& ready, bool room) {
      offer.Cycle(valid, ready, true);
      ready = ready && room;
      return valid && ready;
    };
    const bool ar_taken = request(offers[0], port.ar_valid_i, port.ar_ready_i, ar == r);
    const bool aw_taken = request(offers[2], port.aw_valid_i, port.aw_ready_i, aw == b);
    const bool w_taken = request(offers[3], port.w_valid_i, port.w_ready_i, w == b);
    ar += ar_taken;
    aw += aw_taken;
    w += w_taken;
    ASSERT_NO_THROW(bench.Clock());
    if (ar_taken) port.ar_valid_i = 0;
    if (r_taken) port.r_valid_i = 0;
    if (aw_taken) port.aw_valid_i = 0;
    if (w_taken) port.w_valid_i = 0;
    if (b_taken) port.b_valid_i = 0;
  }
}

}  // namespace
}  // namespace sumac
