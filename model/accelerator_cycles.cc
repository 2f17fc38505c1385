// SPDX-License-Identifier: Apache-2.0
#include "model/accelerator_cycles.h"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <vector>

namespace sumac {
namespace {

using Cycle = std::int64_t;

constexpr Cycle kNever = std::numeric_limits<Cycle>::min() / 4;  // so long ago that nothing waits
constexpr std::int64_t kDescriptorWords = 64;
constexpr std::int64_t kLineWords = 256;   // bursts of reads end at 1 KiB
constexpr std::int64_t kPageWords = 1024;  // those of writes at 4 KiB

// The times of the last items of a sequence, to wait for one of them.
class History {
 public:
  explicit History(std::int64_t depth)
      : times_(std::bit_ceil(static_cast<std::size_t>(depth)), kNever) {}

  void Add(Cycle time) { times_[count_++ & (times_.size() - 1)] = time; }
  std::size_t count() const { return count_; }
  // The time of the item that came `back` items before the next one (1: the last); kNever where
  // there was none.
  Cycle Back(std::int64_t back) const {
    return times_[(count_ - static_cast<std::size_t>(back)) & (times_.size() - 1)];
  }

 private:
  std::vector<Cycle> times_;
  std::size_t count_ = 0;
};

// A pipeline of `stages` registers that ends in a FIFO of two (sumac_fifo) and halts as a whole
// while that is full. An item enters, is offered at the FIFO's output, and leaves; then the next
// may enter. (In the hardware it enters earlier; its times are the same.)
class HaltingPipe {
 public:
  explicit HaltingPipe(int stages) : stages_(stages) {}

  // The first cycle from t on in which the pipeline moves.
  Cycle Moves(Cycle t) const {
    if (t > halts_[newest_].last) return t;
    for (std::size_t i = 0; i < halts_.size(); ++i) {
      const Halt& halt = halts_[(newest_ + 1 + i) % halts_.size()];
      if (t >= halt.first && t <= halt.last) t = halt.last + 1;
    }
    return t;
  }

  // Of an item that enters in cycle t, in which the pipeline moves: its first cycle at the output.
  Cycle Enter(Cycle t) {
    Cycle pushed = t + stages_;
    if (t <= halts_[newest_].last) {
      for (std::size_t i = 0; i < halts_.size(); ++i) {
        const Halt& halt = halts_[(newest_ + 1 + i) % halts_.size()];
        if (halt.first > t && halt.first <= pushed) pushed += halt.last - halt.first + 1;
      }
    }
    // With it the FIFO is full until the item before leaves.
    if (left_ > pushed) {
      newest_ = (newest_ + 1) % halts_.size();
      halts_[newest_] = {pushed + 1, left_};
    }
    return std::max(pushed, left_) + 1;
  }

  void Leave(Cycle t) { left_ = t; }

 private:
  struct Halt {
    Cycle first = kNever;
    Cycle last = kNever;
  };
  Cycle stages_;
  std::array<Halt, 16> halts_{};  // a ring of the last ones, more than stages
  std::size_t newest_ = 0;
  Cycle left_ = kNever;
};

// sumac_read and the memory's read channel: requests in order.
class Reads {
 public:
  explicit Reads(const AcceleratorTiming& timing) : timing_(timing), ends_(timing.outstanding) {}

  struct Answer {
    Cycle taken = 0;  // the request
    Cycle last = 0;   // the last word is given out
  };
  // Of a request on offer from cycle `offer` on.
  Answer Read(Cycle offer, std::int64_t address, std::int64_t words) {
    const Cycle taken = std::max(offer, free_);
    Cycle ask = taken;
    while (words > 0) {
      const std::int64_t burst = std::min(words, kLineWords - address % kLineWords);
      const std::int64_t beats = DivideUp(address % timing_.bus_words + burst, timing_.bus_words);
      ask = std::max(ask + 1, ends_.Back(timing_.outstanding) + 1);
      const Cycle first = std::max(ask + timing_.latency, next_);
      const Cycle last = first + (beats - 1) * timing_.interval;
      next_ = last + timing_.interval;
      ends_.Add(last);
      beats_ += beats;
      address += burst;
      words -= burst;
    }
    free_ = ask;
    return {taken, next_ - timing_.interval + 1};
  }

  std::int64_t beats() const { return beats_; }

 private:
  const AcceleratorTiming& timing_;
  Cycle free_ = 0;       // the last burst of the last request is asked for
  Cycle next_ = kNever;  // the channel is free for a beat
  History ends_;         // of bursts
  std::int64_t beats_ = 0;
};

// sumac_rows: rows that were read, in order.
class RowFifo {
 public:
  explicit RowFifo(std::int64_t depth) : depth_(depth), left_(depth) {}

  // The first cycle in which there is room for the next row.
  Cycle Room() const { return Room(1); }
  // ... for as many rows, counted from those that have been asked for.
  Cycle Room(std::int64_t rows) const {
    // The row that must have left; rows in the FIFO are fewer than its depth.
    const std::int64_t back = static_cast<std::int64_t>(left_.count()) - asked_ + depth_ - rows + 1;
    return back > depth_ ? kNever : left_.Back(back) + 1;
  }
  void Take(std::int64_t rows) { asked_ += rows; }
  // A row's last word came in this cycle.
  void Put(Cycle t) { came_.push_back(t); }
  // The first cycle in which the oldest row is offered. Asked once, before Leave.
  Cycle Offer() {
    const Cycle t = pipe_.Moves(std::max(came_[next_++], entered_) + 1);
    if (next_ == came_.size()) {
      came_.clear();
      next_ = 0;
    }
    entered_ = t;
    return pipe_.Enter(t);
  }
  void Leave(Cycle t) {
    pipe_.Leave(t);
    left_.Add(t);
  }

 private:
  std::int64_t depth_;
  std::int64_t asked_ = 0;
  std::vector<Cycle> came_;
  std::size_t next_ = 0;
  Cycle entered_ = kNever;
  HaltingPipe pipe_{1};
  History left_;
};

// sumac_operand: the beats of an operand's tiles.
class Feed {
 public:
  // A descriptor that was handed on in cycle `hand`, and whose load ended in cycle `loaded`.
  void Begin(Cycle hand, Cycle loaded) {
    const Cycle start = std::max({hand + 1, run_ + 1, loaded + 1});
    run_ = start + 1;
  }
  // The offer of the next step's beat, which takes so many runs.
  Cycle Offer(std::int64_t runs) {
    for (std::int64_t i = 0; i < runs; ++i) run_ = pipe_.Moves(run_ + 1);
    return pipe_.Enter(run_);
  }
  void Leave(Cycle t) { pipe_.Leave(t); }
  // The descriptor's last run, with which the unit is free for the next.
  Cycle end() const { return run_; }

 private:
  Cycle run_ = -1;
  HaltingPipe pipe_{2};
};

// sumac_turner: two halves of a tile each.
class Turner {
 public:
  // A row is offered: the cycle in which it is taken.
  Cycle Put(Cycle offer) { return put_ = std::max(offer, free_[half_]); }
  // The rows of a tile have all been put.
  void Turn() { get_ = std::max(get_, put_); }
  Cycle Offer() { return pipe_.Enter(get_ = pipe_.Moves(get_ + 1)); }
  void Leave(Cycle t) { pipe_.Leave(t); }
  // The tile's beats have all been asked for.
  void End() {
    free_[half_] = get_ + 1;
    half_ ^= 1;
  }

 private:
  std::array<Cycle, 2> free_{kNever, kNever};
  std::size_t half_ = 0;
  Cycle put_ = kNever;
  Cycle get_ = kNever;
  HaltingPipe pipe_{1};
};

// A bound on how far a unit's queue of descriptors, or commands, lets its giver get ahead: the next
// may come in the cycle after the one before the last has left.
struct Queue {
  Cycle last = kNever;
  Cycle before = kNever;
  void Leave(Cycle t) {
    before = last;
    last = t;
  }
  Cycle Ready() const { return before + 1; }
};

// Runs that lanes [lane, lane + lanes) of a step take.
std::int64_t RunsOf(const DescriptorWork::Operand& operand, std::int64_t lane, std::int64_t lanes) {
  if (!operand.unit) return lanes;
  return (lane % operand.lane_extent + lanes - 1) / operand.lane_extent + 1;
}

class Accelerator {
 public:
  explicit Accelerator(const AcceleratorTiming& timing)
      : timing_(timing),
        rows_(timing.array.rows),
        columns_(timing.array.columns),
        latency_(rows_ * timing.array.adder_depth),
        turn_size_(std::max<std::int64_t>(
            2, static_cast<std::int64_t>(
                   std::bit_ceil(static_cast<std::size_t>(std::max(rows_, columns_)))))),
        reads_(timing),
        c_in_(timing.array.psum_depth),
        vectors_(kVectors),
        residual_(timing.result_depth),
        results_(timing.result_depth),
        bank_(static_cast<std::size_t>(timing.array.psum_depth), kNever),
        answers_(timing.outstanding),
        post_(1 + 2 * timing.array.adder_depth) {}

  AcceleratorCounts Run(std::span<const DescriptorWork> descriptors) {
    came_ = reads_.Read(0, 0, kDescriptorWords).last;
    for (std::size_t i = 0; i < descriptors.size(); ++i) {
      Ask(descriptors[i], i + 1 < descriptors.size());
      Multiply(descriptors[i]);
      Write(descriptors[i]);
    }
    return {done_ + 1, reads_.beats(), write_beats_};
  }

 private:
  static constexpr std::int64_t kVectors = 64;

  // sumac_program: hands the descriptor on and asks for all that it needs, and for the next one.
  void Ask(const DescriptorWork& work, bool more) {
    hand_ = std::max({came_ + 1, idle_, feed_a_queue_.Ready(), feed_b_queue_.Ready(),
                      commands_queue_.Ready(), writer_queue_.Ready()});
    Cycle offer = hand_ + 1;
    const auto ask = [&](std::int64_t address, std::int64_t words) {
      const Reads::Answer answer = reads_.Read(offer, address, words);
      offer = answer.taken + 1;
      return answer.last;
    };
    const auto load = [&](const DescriptorWork::Load& rows) {
      if (rows.rows == 0) ++offer;
      Cycle last = kNever;
      for (std::int64_t i = 0; i < rows.rows; ++i) {
        last = ask(rows.address + i * rows.row_stride, rows.words);
      }
      return last;
    };
    const auto matrix = [&](const DescriptorWork::Matrix& view, RowFifo& fifo) {
      for (std::int64_t n = 0; n < work.n; n += columns_) {
        const std::int64_t words = std::min(columns_, work.n - n);
        for (std::int64_t m = 0; m < work.m; ++m) {
          const std::int64_t address = view.address + m * view.row_stride + n * view.column_stride;
          offer = std::max(offer, fifo.Room());
          fifo.Take(1);
          if (view.column_stride == 1) {
            fifo.Put(ask(address, words));
          } else {
            Cycle last = 0;
            for (std::int64_t i = 0; i < words; ++i)
              last = ask(address + i * view.column_stride, 1);
            fifo.Put(last);
          }
        }
      }
    };
    if (more) {
      came_ = ask(0, kDescriptorWords);
    } else {
      ++offer;
    }
    const Cycle b_loaded = load(work.b.load);
    const Cycle a_loaded = load(work.a.load);
    if (work.source == DescriptorWork::Source::kCIn) matrix(work.c_in, c_in_);
    if (work.result && work.affine) {
      for (std::int64_t n = 0; n < work.n; n += columns_) {
        for (const std::int64_t address : {work.scale, work.shift}) {
          offer = std::max(offer, vectors_.Room());
          vectors_.Take(1);
          vectors_.Put(ask(address + n, std::min(columns_, work.n - n)));
        }
      }
    }
    if (work.result && work.residual_on) matrix(work.residual, residual_);
    idle_ = offer;
    feed_b_.Begin(hand_, b_loaded);
    feed_a_.Begin(hand_, a_loaded);
  }

  // sumac_commands, the operands' ways and sumac_core.
  void Multiply(const DescriptorWork& work) {
    Cycle command = hand_;
    for (std::int64_t k = 0; k < work.k; k += rows_) {
      const std::int64_t terms = std::min(rows_, work.k - k);
      const bool first = k == 0;
      const bool last = k + rows_ >= work.k;
      for (std::int64_t n = 0; n < work.n; n += columns_) {
        const std::int64_t columns = std::min(columns_, work.n - n);
        command = std::max({command, command_, core_queue_.before}) + 1;
        Tile tile;
        tile.base = n / columns_ * work.m;
        tile.from_stream = first && work.source == DescriptorWork::Source::kCIn;
        tile.from_bank = !first || work.source == DescriptorWork::Source::kBanks;
        tile.to_result = last && work.result;
        if (tile.to_result) {
          command = std::max(command, results_.Room(work.m));
          results_.Take(work.m);
        }
        command_ = command;
        tile.begin = command + 1;
        LoadWeights(work.b, n, columns, k, terms);
        FeedRows(work, k, terms, tile);
        core_queue_.Leave(beat_);
      }
    }
    commands_queue_.Leave(command);
    feed_a_queue_.Leave(feed_a_.end());
    feed_b_queue_.Leave(feed_b_.end());
  }

  struct Tile {
    Cycle begin = 0;  // its command is in the sequencer
    std::int64_t base = 0;
    bool from_stream = false;
    bool from_bank = false;
    bool to_result = false;
  };

  // A tile's weights, through the turner into the array.
  void LoadWeights(const DescriptorWork::Operand& b, std::int64_t n, std::int64_t columns,
                   std::int64_t k, std::int64_t terms) {
    const std::int64_t steps = b.turn ? columns : terms;
    const std::int64_t runs = b.turn ? RunsOf(b, k, terms) : RunsOf(b, n, columns);
    for (std::int64_t i = 0; i < steps; ++i) feed_b_.Leave(turn_b_.Put(feed_b_.Offer(runs)));
    turn_b_.Turn();
    // The next tile's weights must not overtake the swap of this one's.
    const Cycle gap = std::max<Cycle>(1, (rows_ - 1) * (timing_.array.adder_depth - 1));
    weight_ = std::max(weight_, swap_ + gap - 1);
    for (std::int64_t i = 0; i < rows_; ++i) {
      weight_ = std::max(weight_ + 1, turn_b_.Offer());
      turn_b_.Leave(weight_);
    }
    turn_b_.End();
  }

  void FeedRows(const DescriptorWork& work, std::int64_t k, std::int64_t terms, const Tile& tile) {
    std::int64_t row = 0;
    if (!work.a.turn) {
      const std::int64_t runs = RunsOf(work.a, k, terms);
      for (; row < work.m; ++row) {
        Beat(tile, row, feed_a_.Offer(runs));
        feed_a_.Leave(beat_);
      }
      return;
    }
    for (std::int64_t m = 0; m < work.m; m += turn_size_) {
      const std::int64_t lanes = std::min(turn_size_, work.m - m);
      const std::int64_t runs = RunsOf(work.a, m, lanes);
      for (std::int64_t i = 0; i < terms; ++i) feed_a_.Leave(turn_a_.Put(feed_a_.Offer(runs)));
      turn_a_.Turn();
      for (std::int64_t i = 0; i < lanes; ++i) {
        Beat(tile, row++, turn_a_.Offer());
        turn_a_.Leave(beat_);
      }
      turn_a_.End();
    }
  }

  // A row of activations enters the array, from the cycle `offered` on.
  void Beat(const Tile& tile, std::int64_t row, Cycle offered) {
    Cycle t = std::max({beat_ + 1, offered, tile.begin});
    if (row == 0) t = std::max(t, weight_ + 1);
    if (tile.from_stream) t = std::max(t, c_in_.Offer());
    Cycle& pending = bank_[static_cast<std::size_t>((tile.base + row) % timing_.array.psum_depth)];
    if (tile.from_bank || !tile.to_result) t = std::max(t, pending);
    if (!tile.to_result) pending = t + latency_ + 2;
    if (tile.from_stream) c_in_.Leave(t);
    if (row == 0) swap_ = t;
    if (tile.to_result) results_.Put(t + 3 + latency_ + columns_);
    beat_ = t;
  }

  // sumac_writer and the memory's write channels.
  void Write(const DescriptorWork& work) {
    const Cycle moved = std::max({hand_, writer_queue_.last, done_queue_.before}) + 1;
    writer_queue_.Leave(moved);
    Cycle t = std::max(moved, done_queue_.last) + 2;  // past the state in which it begins
    if (work.result) {
      for (std::int64_t n = 0; n < work.n; n += columns_) {
        if (work.affine) {
          for (int i = 0; i < 2; ++i) {
            t = std::max(t, vectors_.Offer());
            vectors_.Leave(t++);
          }
        }
        for (std::int64_t m = 0; m < work.m; ++m) {
          const std::int64_t address =
              work.c.address + m * work.c.row_stride + n * work.c.column_stride;
          t = WriteRow(work, address, std::min(columns_, work.n - n), t);
        }
      }
    }
    done_ = std::max(t, answer_ + 1);
    done_queue_.Leave(done_);
  }

  // A row from cycle t on; returns the first cycle after its last beat.
  Cycle WriteRow(const DescriptorWork& work, std::int64_t address, std::int64_t words, Cycle t) {
    t = std::max(t, results_.Offer());
    if (work.residual_on) t = std::max(t, residual_.Offer());
    const bool unit = work.c.column_stride == 1;
    for (std::int64_t done = 0; done < words;) {
      const std::int64_t place = address % kPageWords;
      std::int64_t burst = unit ? std::min(words - done, kPageWords - place) : 1;
      t = std::max(t, answers_.Back(timing_.outstanding) + 1);
      while (burst > 0) {
        const std::int64_t count = std::min(burst, timing_.bus_words - address % timing_.bus_words);
        t = post_.Moves(t);
        written_ = std::max(post_.Enter(t), written_ + timing_.interval);
        post_.Leave(written_);
        ++write_beats_;
        ++t;
        burst -= count;
        done += count;
        address += unit ? count : work.c.column_stride;
      }
      answer_ = std::max(written_ + timing_.latency, answer_ + 1);
      answers_.Add(answer_);
    }
    results_.Leave(t - 1);
    if (work.residual_on) residual_.Leave(t - 1);
    return t;
  }

  const AcceleratorTiming& timing_;
  std::int64_t rows_;
  std::int64_t columns_;
  Cycle latency_;
  std::int64_t turn_size_;

  Reads reads_;
  Cycle came_ = 0;  // the next descriptor's last word
  Cycle hand_ = 0;
  Cycle idle_ = 0;  // the program has asked for everything
  Queue feed_a_queue_, feed_b_queue_, commands_queue_, writer_queue_, done_queue_;

  RowFifo c_in_;
  RowFifo vectors_;
  RowFifo residual_;
  RowFifo results_;

  Feed feed_a_, feed_b_;
  Turner turn_a_, turn_b_;
  Queue core_queue_;
  Cycle command_ = kNever;
  Cycle weight_ = kNever;  // the last weights' beat
  Cycle swap_ = kNever;    // a tile's first beat
  Cycle beat_ = kNever;
  std::vector<Cycle> bank_;  // when a row may be touched again

  History answers_;  // of bursts
  Cycle answer_ = kNever;
  Cycle written_ = kNever;
  Cycle done_ = 0;
  HaltingPipe post_;
  std::int64_t write_beats_ = 0;
};

}  // namespace

AcceleratorCounts& AcceleratorCounts::operator+=(const AcceleratorCounts& other) {
  cycles += other.cycles;
  read_beats += other.read_beats;
  write_beats += other.write_beats;
  return *this;
}

AcceleratorCounts CountAccelerator(const AcceleratorTiming& timing,
                                   std::span<const DescriptorWork> descriptors) {
  if (descriptors.empty()) return {};
  return Accelerator(timing).Run(descriptors);
}

}  // namespace sumac
