// SPDX-License-Identifier: Apache-2.0
// Writes what a testbench in SystemVerilog replays, for simulators other than Verilator: the beats
// of each stream of a core, or operands and results of the arithmetic units, all from the
// reference. Into the working folder, one hexadecimal line a beat, lane 0 last.
//   rtl_vectors core ROWS COLS MUL MANBITS COMP ADDDEPTH PSUMDEPTH
//               cmd.hex wgt.hex act.hex psum.hex res.hex, for core_replay.sv
//   rtl_vectors units
//               units.hex, for units_replay.sv
#include <bit>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "tests/rtl/core_programs.h"
#include "tests/rtl/word_pairs.h"

namespace sumac {
namespace {

// The upper `width` bits of each lane's word, side by side.
void WriteBeat(std::ostream& file, const Row& lanes, int width) {
  std::string bits;
  for (auto lane = lanes.rbegin(); lane != lanes.rend(); ++lane) {
    for (int bit = 31; bit >= 32 - width; --bit) bits += (*lane >> bit & 1) != 0 ? '1' : '0';
  }
  bits.insert(0, (4 - bits.size() % 4) % 4, '0');
  for (std::size_t i = 0; i < bits.size(); i += 4) {
    file << "0123456789abcdef"[std::stoi(bits.substr(i, 4), nullptr, 2)];
  }
  file << '\n';
}

void WriteCore(const CoreShape& shape) {
  std::mt19937_64 random(kPairSeed);
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

// A line: a, b, then the outputs of sumac_units in its order.
void WriteUnits() {
  constexpr int kFormats[] = {23, 10, 7, 3};
  constexpr Word kComps[] = {kCompMogami, kCompPamAlpha, kCompLMul};
  constexpr std::int64_t kKept = 50;  // of the random pairs, one in so many: Icarus is slow
  const std::size_t corners = CornerWords().size();
  std::ofstream file("units.hex");
  file << std::hex;
  std::size_t count = 0;
  ForEachPair(kPairSeed, [&](Word a, Word b) {
    if (++count > corners * corners && count % kKept != 0) return;
    Row pam, mul;
    for (const int man_bits : kFormats) {
      const Word kept = ~Word{0} << (kMantissaBits - man_bits);
      for (const Word comp : kComps) pam.push_back(Pam(a & kept, b & kept, comp));
      mul.push_back(Mul(a & kept, b & kept));
    }
    file << a << ' ' << b << ' ' << Add(a, b) << ' ';
    WriteBeat(file, mul, 32);
    WriteBeat(file, pam, 32);
  });
}

int Main(const std::vector<std::string>& arguments) {
  if (arguments.size() == 8 && arguments[0] == "core") {
    std::vector<int> values;
    for (std::size_t i = 1; i < 8; ++i) values.push_back(std::stoi(arguments[i], nullptr, 0));
    WriteCore({values[0],
               values[1],
               values[5],
               values[6],
               {values[2] == 0 ? Product::kPam : Product::kIeee, static_cast<Word>(values[4]),
                values[3]}});
  } else if (arguments == std::vector<std::string>{"units"}) {
    WriteUnits();
  } else {
    std::cerr << "usage: see the head of rtl_vectors.cc\n";
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace sumac

int main(int argc, char** argv) { return sumac::Main({argv + 1, argv + argc}); }
