// SPDX-License-Identifier: Apache-2.0
// Writes what a testbench in SystemVerilog replays, for simulators other than Verilator: the beats
// of each stream of a core, or inputs and outputs of an arithmetic unit, all from the reference.
// Into the working folder, one hexadecimal line a beat, lane 0 last.
//   rtl_vectors core ROWS COLS MUL MANBITS COMP ADDDEPTH PSUMDEPTH
//               cmd.hex wgt.hex act.hex psum.hex res.hex, for core_replay.sv
//   rtl_vectors pam MANBITS COMP | mul MANBITS | fadd DEPTH | pe MANBITS COMP ADDDEPTH |
//   fused GROUP DEPTH
//               unit.hex, for unit_replay.sv
#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iostream>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "model/fused.h"
#include "model/mul.h"
#include "tests/model/fused_terms.h"
#include "tests/rtl/core_programs.h"
#include "tests/rtl/unit_vectors.h"

namespace sumac {
namespace {

// A hexadecimal number made of fields, the upper ones first.
class Bits {
 public:
  Bits& Field(std::int64_t value, int width) {
    for (int bit = width - 1; bit >= 0; --bit) bits_ += (value >> bit & 1) != 0 ? '1' : '0';
    return *this;
  }
  std::string Hex() const {
    const std::string padded = std::string((4 - bits_.size() % 4) % 4, '0') + bits_;
    std::string hex;
    for (std::size_t i = 0; i < padded.size(); i += 4) {
      hex += "0123456789abcdef"[std::stoi(padded.substr(i, 4), nullptr, 2)];
    }
    return hex;
  }

 private:
  std::string bits_;
};

// The upper `width` bits of each lane's word, side by side.
void WriteBeat(std::ostream& file, const Row& lanes, int width) {
  Bits bits;
  for (auto lane = lanes.rbegin(); lane != lanes.rend(); ++lane) {
    bits.Field(*lane >> (32 - width), width);
  }
  file << bits.Hex() << '\n';
}

void WriteCore(const CoreShape& shape) {
  std::mt19937_64 random(kCoreSeed);
  const std::vector<Tile> tiles = RandomTiles(random, shape, 60);
  const int row_bits = std::bit_width(static_cast<unsigned>(shape.psum_depth)) - 1;
  const int width = 9 + shape.arithmetic.mantissa_bits;
  std::ofstream commands("cmd.hex"), weights("wgt.hex"), activations("act.hex"), psums("psum.hex"),
      results("res.hex");
  for (const Tile& tile : tiles) {
    const auto field = [](auto value, int low) { return static_cast<std::uint64_t>(value) << low; };
    commands << std::hex
             << (field(tile.activations.size(), row_bits + 3) | field(tile.base, 3) |
                 field(tile.source, 1) | field(tile.target, 0))
             << '\n';
    for (auto row = tile.weights.rbegin(); row != tile.weights.rend(); ++row) {
      WriteBeat(weights, *row, width);
    }
    for (const Row& row : tile.activations) WriteBeat(activations, row, width);
    for (const Row& row : tile.psums) WriteBeat(psums, row, 32);
  }
  for (const Row& row : Execute(shape, tiles)) WriteBeat(results, row, 32);
}

void WriteProducts(int man_bits, const std::vector<WordPair>& pairs,
                   Word (*product)(Word, Word, Word), Word comp) {
  std::ofstream file("unit.hex");
  for (const WordPair& pair : pairs) {
    const Word a = Narrow(pair.a, man_bits);
    const Word b = Narrow(pair.b, man_bits);
    const int low = kMantissaBits - man_bits;
    file << Bits().Field(a >> low, 32 - low).Field(b >> low, 32 - low).Hex() << ' '
         << Bits().Field(product(a, b, comp), 32).Hex() << '\n';
  }
}

void WritePam(int man_bits, Word comp) {
  WriteProducts(man_bits, SampledPairs(PamCorners(comp, man_bits), 5 * kPerClass, kOneIn), Pam,
                comp);
}

void WriteMul(int man_bits) {
  WriteProducts(
      man_bits, SampledPairs(PamCorners(0, man_bits), 5 * kPerClass, kOneIn),
      [](Word a, Word b, Word) { return Mul(a, b); }, 0);
}

void WriteFadd(int depth) {
  std::ofstream file("unit.hex");
  for (const FaddBeat& beat : FaddBeats(SampledPairs(AddCorners(), kPerClass, kOneIn), depth)) {
    file << Bits().Field(beat.enable, 1).Field(beat.pair.a, 32).Field(beat.pair.b, 32).Hex() << ' '
         << Bits().Field(beat.sum, 32).Hex() << '\n';
  }
}

void WritePe(int man_bits, Word comp, int depth) {
  std::ofstream file("unit.hex");
  const int width = 8 + man_bits;
  const auto activation = [&](Bits& bits, Word word) {
    const EdgeWord edge = ActivationEdge(word, man_bits);
    bits.Field(edge.special, 1).Field(edge.sign, 1).Field(edge.value, width);
  };
  const auto weight = [&](Bits& bits, Word word) {
    const EdgeWord edge = WeightEdge(word, comp, man_bits);
    bits.Field(edge.special, 1).Field(edge.sign, 1).Field(edge.value, width + 1);
  };
  for (const PeBeat& beat : PeBeats(PePairs(comp, man_bits), PeSums(), comp, man_bits, depth)) {
    Bits in;
    in.Field(beat.enable, 1).Field(beat.swap, 1).Field(beat.load, 1);
    activation(in, beat.activation);
    weight(in, beat.weight);
    in.Field(beat.psum, 32);
    Bits out;
    out.Field(beat.swap_out, 1).Field(beat.load_out, 1);
    activation(out, beat.activation_out);
    weight(out, beat.weight_out);
    out.Field(beat.sum, 32);
    file << in.Hex() << ' ' << out.Hex() << '\n';
  }
}

void WriteFused(int group, int depth) {
  std::ofstream file("unit.hex");
  std::mt19937_64 random(kPairSeed);
  std::deque<Word> sums(static_cast<std::size_t>(depth), 0);
  for (int i = 0; i < 4'000; ++i) {
    std::vector<Word> terms = DrawTerms(random, group);
    const bool enable = i < kWarmUpBeats || random() % 8 != 0;
    Bits in;
    in.Field(enable, 1).Field(terms.front(), 32);
    for (int j = group; j > 0; --j) in.Field(terms[static_cast<std::size_t>(j)], 32);
    if (enable) {
      std::ranges::transform(terms, terms.begin(), Settled);
      sums.push_front(Fused(terms.front(), std::span(terms).subspan(1)));
      sums.pop_back();
    }
    file << in.Hex() << ' ' << Bits().Field(sums.back(), 32).Hex() << '\n';
  }
}

int Main(const std::vector<std::string>& arguments) {
  const std::string unit = arguments.empty() ? "" : arguments[0];
  std::vector<int> values;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    values.push_back(std::stoi(arguments[i], nullptr, 0));
  }
  const auto is = [&](const char* name, std::size_t count) {
    return unit == name && values.size() == count;
  };
  const auto comp = [&](std::size_t i) { return static_cast<Word>(values[i]); };
  if (is("core", 7)) {
    WriteCore({values[0],
               values[1],
               values[5],
               values[6],
               {values[2] == 0 ? Product::kPam : Product::kIeee, comp(4), values[3]}});
  } else if (is("pam", 2)) {
    WritePam(values[0], comp(1));
  } else if (is("mul", 1)) {
    WriteMul(values[0]);
  } else if (is("fadd", 1)) {
    WriteFadd(values[0]);
  } else if (is("pe", 3)) {
    WritePe(values[0], comp(1), values[2]);
  } else if (is("fused", 2)) {
    WriteFused(values[0], values[1]);
  } else {
    std::cerr << "usage: see the head of rtl_vectors.cc\n";
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace sumac

int main(int argc, char** argv) { return sumac::Main({argv + 1, argv + argc}); }
