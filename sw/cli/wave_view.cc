// SPDX-License-Identifier: Apache-2.0
// GTKWave 3.3 shows 32 bits as a float where a trace has the flag kFloat. It has no narrower
// floats: those are made 32 bits wide by bits of a signal that is always zero. Names come from
// translate files, found from the save file by their relative paths; a single bit has names only as
// a vector of one.
#include "sw/cli/wave_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "sw/io/file.h"

namespace sumac {
namespace {

// GTKWave's flags of a trace.
constexpr int kBit = 0x28;
constexpr int kHex = 0x22;
constexpr int kDecimal = 0x24;
constexpr int kFloat = 0x40020;
constexpr int kNamed = 0x2022;
constexpr int kNamedBit = 0x2028;
constexpr int kComment = 0x200;
constexpr int kGroupBegin = 0x800200;
constexpr int kGroupEnd = 0x1000200;
constexpr int kClosed = 0x400000;
constexpr int kCollapsed = 0x1000;

enum Color { kPlain = 0, kRed = 1, kOrange = 2, kYellow = 3, kGreen = 4, kViolet = 7 };

// Files of names; the states' are those of the enumerations in the RTL.
struct NameFile {
  const char* name;
  const char* text;
};
constexpr std::array kNameFiles = {
    NameFile{"kind", "0 Descriptor\n1 A\n2 B\n3 CIn\n4 Vector\n5 Residual\n"},
    NameFile{"program",
             "0 Idle\n1 First\n2 LoadB\n3 LoadA\n4 RowsCIn\n5 Vectors\n6 RowsResidual\n"},
    NameFile{"operand", "0 Wait\n1 Tiles\n2 Drain\n"},
    NameFile{"writer", "0 Begin\n1 Scale\n2 Shift\n3 Rows\n4 Finish\n"},
    NameFile{"source", "0 zero\n1 C_in\n2 banks\n"},
    NameFile{"target", "0 banks\n1 results\n"},
    NameFile{"response", "0 OKAY\n1 EXOKAY\n2 SLVERR\n3 DECERR\n"},
    NameFile{
        "error",
        "0 none\n1 descriptor\n2 read-outside\n3 write-outside\n4 read-error\n5 write-error\n"},
};
constexpr char kNameFolder[] = "sumac-names";
constexpr std::int64_t kShownCycles = 18;  // at first, in the width below: floats are readable
constexpr double kShownPixels = 1150;
constexpr double kPicosecondsPerCycle = 1000;
constexpr int kOpenLanes = 4;  // more lie in a closed group

class SaveFile {
 public:
  explicit SaveFile(const RtlTop& top) : top_(top), width_(9 + top.arithmetic.mantissa_bits) {}

  std::string Text(const std::string& recording, std::int64_t cycles);

 private:
  void Line(const std::string& line) { text_ += line + '\n'; }
  void Comment(const std::string& text) {
    Line(fmt::format("@{:x}", kComment));
    Line("-" + text);
  }
  void Trace(int flags, const std::string& signal) {
    Line(fmt::format("@{:x}", flags));
    if (color_ != kPlain) Line(fmt::format("[color] {}", static_cast<int>(color_)));
    Line(signal);
  }
  static std::string Vector(const std::string& signal, int bits) {
    return fmt::format("TOP.sumac_top.{}[{}:0]", signal, bits - 1);
  }

  void Open(const std::string& name, Color color, bool closed = false) {
    groups_.push_back({name, closed});
    color_ = color;
    Line(fmt::format("@{:x}", kGroupBegin | (closed ? kClosed : 0)));
    Line("-" + name);
  }
  void Close() {
    Line(fmt::format("@{:x}", kGroupEnd | (groups_.back().closed ? kClosed | kCollapsed : 0)));
    Line("-" + groups_.back().name);
    groups_.pop_back();
  }

  void Bit(const std::string& signal) { Trace(kBit, "TOP.sumac_top." + signal); }
  void Bits(const std::vector<std::string>& signals) {
    for (const std::string& signal : signals) Bit(signal);
  }
  void Hex(const std::string& signal, int bits) { Trace(kHex, Vector(signal, bits)); }
  void Decimal(const std::string& signal, int bits) { Trace(kDecimal, Vector(signal, bits)); }
  // A field shown by the names of a file; bit by bit, as GTKWave shows a state itself as a number.
  void Named(const std::string& name, const std::string& signal, int bits,
             const std::string& file) {
    std::string line = "#{" + name + "}";
    if (bits == 1) line += " TOP.sumac_top." + signal;
    for (int i = 0; i < bits && bits > 1; ++i)
      line += fmt::format(" ({}){}", i, Vector(signal, bits));
    const auto known = std::ranges::find(used_names_, file);
    const auto number = known - used_names_.begin() + 1;
    if (known == used_names_.end()) used_names_.push_back(file);
    Line(fmt::format("@{:x}", bits == 1 ? kNamedBit : kNamed));
    if (color_ != kPlain) Line(fmt::format("[color] {}", static_cast<int>(color_)));
    Line(fmt::format("^{} {}/{}.txt", number, kNameFolder, file));
    Line(line);
  }
  // A bit of a vector under a name of its own.
  void BitOf(const std::string& name, const std::string& signal, int bits, int bit) {
    Trace(kBit, fmt::format("#{{{}}} ({}){}", name, bits - 1 - bit, Vector(signal, bits)));
  }
  // Lane i of a vector of `lanes` words of `width` bits, as a float.
  void Float(const std::string& name, const std::string& signal, int lanes, int width, int lane) {
    const std::string vector = Vector(signal, lanes * width);
    std::string line = "#{" + name + "}";
    for (int bit = (lane + 1) * width - 1; bit >= lane * width; --bit) {
      line += fmt::format(" ({}){}", lanes * width - 1 - bit, vector);
    }
    for (int bit = width; bit < 32; ++bit) line += " (0)TOP.sumac_top.mem_ar_burst_o[1:0]";
    Trace(kFloat, line);
  }
  void Floats(const std::string& name, const std::string& signal, int lanes, int width) {
    const int open = lanes <= kOpenLanes + 1 ? lanes : kOpenLanes;
    for (int lane = 0; lane < lanes; ++lane) {
      if (lane == open) Open(fmt::format("{}[{}..{}]", name, open, lanes - 1), color_, true);
      Float(fmt::format("{}[{}]", name, lane), signal, lanes, width, lane);
    }
    if (open < lanes) Close();
  }

  void Descriptors();
  void ReadChannel();
  void Operands();
  void Streams();
  void Array();
  void Element(int row, int column);
  void Results();
  void WriteChannel();
  void Counters();

  struct Group {
    std::string name;
    bool closed;
  };
  const RtlTop& top_;
  int width_;  // of an operand's word
  Color color_ = kPlain;
  std::vector<Group> groups_;
  std::vector<std::string> used_names_;
  std::string text_;
};

void SaveFile::Descriptors() {
  Open("Descriptors", kYellow);
  Named("program", "u_program.state_q", 3, "program");
  Bits({"desc_valid", "hand"});
  Decimal("m", 16);
  Decimal("n", 16);
  Decimal("k", 16);
  Hex("flags", 32);
  Decimal("tail", 32);
  Decimal("done", 32);
  Open("Requests", kYellow, true);
  Bits({"req_valid", "req_ready"});
  Named("request", "req_kind", 3, "kind");
  Hex("req_addr", 30);
  Decimal("req_words", 16);
  Bit("req_end");
  Bit("error");
  Named("error", "error_code", 3, "error");
  Close();
  Close();
}

void SaveFile::ReadChannel() {
  Open("AXI read", kOrange);
  Bits({"mem_ar_valid_o", "mem_ar_ready_i"});
  Hex("mem_ar_addr_o", 32);
  Decimal("mem_ar_len_o", 8);
  Bits({"mem_r_valid_i", "mem_r_ready_o", "mem_r_last_i"});
  Named("r_resp", "mem_r_resp_i", 2, "response");
  Open("Words read", kOrange, true);
  Floats("r", "mem_r_data_i", top_.bus_words, 32);
  Close();
  Bit("in_valid");
  Named("words for", "in_kind", 3, "kind");
  Close();
}

void SaveFile::Operands() {
  const int larger = std::max({2, top_.rows, top_.columns});
  const int lanes = static_cast<int>(std::bit_ceil(static_cast<unsigned>(larger)));
  Open("Operands out of the windows", kViolet, true);
  for (const std::string operand : {"a", "b"}) {
    Named("operand " + operand, "u_" + operand + ".state_q", 2, "operand");
    Bits({operand + "_valid", operand + "_take", operand + "_last", operand + "_turn"});
    Floats(operand, operand + "_data", lanes, width_);
    Open("Turner " + operand, kViolet, true);
    const std::string turner = "u_turn_" + operand + ".";
    Hex(turner + "full_q", 2);
    Bits({turner + "wr_half_q", turner + "rd_half_q", turner + "out_valid_o"});
    Close();
  }
  Close();
}

void SaveFile::Streams() {
  Open("Commands", kYellow);
  Bits({"cmd_valid", "cmd_ready"});
  const int row_bits = std::bit_width(static_cast<unsigned>(top_.psum_depth)) - 1;
  Decimal("cmd_rows", row_bits + 1);
  Decimal("cmd_base", row_bits);
  Named("sums from", "cmd_src", 2, "source");
  Named("sums to", "cmd_dst", 1, "target");
  Close();
  Open("Weights", kViolet);
  Bits({"wgt_valid", "wgt_ready"});
  Floats("wgt", "u_core.wgt_data_i", top_.columns, width_);
  Close();
  Open("Activations", kGreen);
  Bits({"act_valid", "act_ready", "u_core.first"});
  Decimal("u_core.row", row_bits);
  Floats("act", "u_core.act_data_i", top_.rows, width_);
  Close();
  Open("C_in", kGreen, true);
  Bits({"psum_valid", "psum_ready"});
  Floats("c_in", "u_core.psum_data_i", top_.columns, 32);
  Close();
}

void SaveFile::Element(int row, int column) {
  const std::string place =
      fmt::format("u_core.u_array.gen_row[{}].gen_col[{}].u_pe.", row, column);
  Open(fmt::format("Element {},{}", row, column), kOrange);
  Bits({place + "load_i", place + "swap_i"});
  Hex(place + "active_offset_q", width_);
  Float("activation", place + "act_i", 1, width_, 0);
  Float("product", place + "product_q", 1, 32, 0);
  Float("psum", place + "psum_i", 1, 32, 0);
  Float("sum", place + "sum_o", 1, 32, 0);
  Close();
}

void SaveFile::Array() {
  Open("Array", kOrange);
  Bits({"u_core.en", "u_core.bank_busy", "u_core.from_bank", "u_core.to_bank"});
  Hex("u_core.load", top_.rows);
  Hex("u_core.swap", top_.rows);
  const int diagonal = std::min(top_.rows, top_.columns);
  Element(0, 0);
  Open("More of the diagonal", kOrange, true);
  for (int i = 1; i < diagonal; ++i) Element(i, i);
  Close();
  Close();
  Open("Partial sums", kYellow, true);
  Floats("top", "u_core.top", top_.columns, 32);
  Floats("sum", "u_core.sum", top_.columns, 32);
  Close();
}

void SaveFile::Results() {
  Open("Results", kViolet);
  Bit("core_valid");
  Floats("result", "u_core.res_data_o", top_.columns, 32);
  Close();
  Open("Post unit", kOrange, true);
  Named("writer", "u_writer.state_q", 3, "writer");
  Bits({"u_writer.u_post.in_valid_i", "u_writer.u_post.in_ready_o", "u_writer.u_post.in_scale_on_i",
        "u_writer.u_post.in_residual_on_i", "u_writer.u_post.in_relu_i"});
  for (const std::string name : {"acc", "scale", "shift", "residual"}) {
    Floats(name, "u_writer.u_post.in_" + name + "_i", top_.bus_words, 32);
  }
  Bits({"u_writer.u_post.out_valid_o", "u_writer.u_post.out_ready_i"});
  Floats("y", "u_writer.u_post.out_y_o", top_.bus_words, 32);
  Close();
}

void SaveFile::WriteChannel() {
  Open("AXI write", kRed);
  Bits({"mem_aw_valid_o", "mem_aw_ready_i"});
  Hex("mem_aw_addr_o", 32);
  Decimal("mem_aw_len_o", 8);
  Bits({"mem_w_valid_o", "mem_w_ready_i", "mem_w_last_o"});
  Hex("mem_w_strb_o", 4 * top_.bus_words);
  Floats("w", "mem_w_data_o", top_.bus_words, 32);
  Bits({"mem_b_valid_i", "mem_b_ready_o"});
  Named("b_resp", "mem_b_resp_i", 2, "response");
  Close();
}

void SaveFile::Counters() {
  static constexpr std::array kNames = {"cycles",       "beats",      "wait_activations",
                                        "wait_weights", "wait_c_in",  "wait_results",
                                        "wait_array",   "read_beats", "write_beats"};
  const int bits = static_cast<int>(kNames.size());
  Open("Counters: this cycle", kPlain);
  for (int i = 0; i < bits; ++i) BitOf(kNames[static_cast<std::size_t>(i)], "count", bits, i);
  Open("Counters: sums", kPlain, true);
  for (int i = 0; i < bits; ++i) Decimal(fmt::format("u_regs.gen_counter[{}].count_q", i), 32);
  Close();
  Close();
}

std::string SaveFile::Text(const std::string& recording, std::int64_t cycles) {
  const auto shown = static_cast<double>(std::min(cycles, kShownCycles));
  // A zoom of -z puts 2^z time units on 200 pixels.
  const double zoom = -std::log2(200 * shown * kPicosecondsPerCycle / kShownPixels);
  Line("[*] " + top_.Name());
  Line("[dumpfile] \"" + std::filesystem::absolute(recording).string() + "\"");
  Line("[savefile] \"" + std::filesystem::absolute(WaveViewPath(recording)).string() + "\"");
  Line("[timestart] 0");
  Line("[size] 1600 1000");
  Line("[pos] -1 -1");
  std::string markers;
  for (int i = 0; i < 27; ++i) markers += " -1";
  Line(fmt::format("*{:.6f} 0{}", zoom, markers));
  Line("[sst_width] 30");
  Line("[signals_width] 400");
  Line("[sst_expanded] 0");
  Open("Clock", kPlain);
  Bits({"clk_i", "rst_ni", "busy", "irq_o"});
  Close();
  Descriptors();
  ReadChannel();
  Operands();
  Streams();
  Array();
  Results();
  WriteChannel();
  Counters();
  Comment("Folded groups open with a double click");
  Line("[pattern_trace] 1");
  Line("[pattern_trace] 0");
  return text_;
}

}  // namespace

std::string WaveViewPath(const std::string& recording) {
  return std::filesystem::path(recording).replace_extension(".gtkw").string();
}

void WriteWaveView(const std::string& recording, const RtlTop& top, std::int64_t cycles) {
  const std::filesystem::path folder =
      std::filesystem::absolute(recording).parent_path() / kNameFolder;
  MakeFolder(folder.string());
  for (const NameFile& file : kNameFiles) {
    WriteFileAtomically((folder / (std::string(file.name) + ".txt")).string(), file.text);
  }
  WriteFileAtomically(WaveViewPath(recording), SaveFile(top).Text(recording, cycles));
}

}  // namespace sumac
