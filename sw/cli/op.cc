// SPDX-License-Identifier: Apache-2.0
// `op`: one operation of the arithmetic over lines of hex words.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/add.h"
#include "model/elementwise.h"
#include "sim/rtl.h"
#include "sw/cli/commands.h"
#include "sw/cli/options.h"

namespace sumac {
namespace {

struct OpOptions {
  EngineOptions engine;
  ArithmeticOptions arithmetic;
};

// out[i] = a[i] op b[i].
using Operation =
    std::function<void(std::span<const Word> a, std::span<const Word> b, std::span<Word> out)>;

Operation MakeOperation(RtlUnitKind kind, const OpOptions& options) {
  Arithmetic arithmetic = options.arithmetic.Get();
  if (kind == RtlUnitKind::kAdd) arithmetic = {};  // a sum has neither compensation nor format
  if (kind == RtlUnitKind::kMul) {
    arithmetic.product = Product::kIeee;
    arithmetic.comp = 0;
  }
  if (options.engine.engine == "rtl") {
    const std::shared_ptr<RtlUnit> unit = MakeRtlUnit(kind, arithmetic);
    return [unit](auto a, auto b, auto out) {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = unit->Apply(a[i], b[i]);
    };
  }
  if (options.engine.engine == "core") {
    throw Error("A core takes no single operations; the units are in --engine rtl.");
  }
  const bool simd = options.engine.engine == "simd";
  if (kind == RtlUnitKind::kAdd) {
    if (simd) return AddWords;
    return [](auto a, auto b, auto out) {
      for (std::size_t i = 0; i < out.size(); ++i) out[i] = Add(a[i], b[i]);
    };
  }
  if (simd) {
    return [arithmetic](auto a, auto b, auto out) { MultiplyWords(arithmetic, a, b, out); };
  }
  return [arithmetic](auto a, auto b, auto out) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = Multiply(arithmetic, a[i], b[i]);
  };
}

// Takes a word of one to eight hex digits, with or without 0x, off the front of `line`.
bool TakeWord(std::string_view& line, Word& word) {
  line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
  if (line.starts_with("0x") || line.starts_with("0X")) line.remove_prefix(2);
  word = 0;
  std::size_t digits = 0;
  for (; digits < line.size() && digits < 9; ++digits) {
    const char c = line[digits];
    Word digit = 0;
    if (c >= '0' && c <= '9') {
      digit = static_cast<Word>(c - '0');
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f') {
      digit = static_cast<Word>((c | 0x20) - 'a' + 10);
    } else if (c == ' ' || c == '\t' || c == '\r') {
      break;
    } else {
      return false;
    }
    word = word << 4 | digit;
  }
  line.remove_prefix(digits);
  return digits >= 1 && digits <= 8;
}

// The operations of one block of lines.
class Block {
 public:
  Block(const Operation& operation, int operand_bits)
      : operation_(operation), operand_bits_(operand_bits) {}

  // Adds a line's operands. Throws Error where there are none.
  void Add(std::string_view line, std::int64_t number) {
    const std::string_view whole = line;
    Word a = 0;
    Word b = 0;
    if (!TakeWord(line, a) || !TakeWord(line, b)) {
      throw Error(fmt::format(
          "line {} of standard input: expected two words of up to eight hexadecimal digits, found "
          "'{}'; write for example 3f800000 40000000.",
          number, whole.substr(0, 60)));
    }
    a_.push_back(a);
    b_.push_back(b);
  }

  // Computes, prints "a b result" lines with the operands as they were given, and empties itself.
  void Flush() {
    out_.resize(a_.size());
    if (operand_bits_ == kMantissaBits) {
      operation_(a_, b_, out_);
    } else {
      operation_(Narrowed(a_), Narrowed(b_), out_);
    }
    fmt::memory_buffer text;
    for (std::size_t i = 0; i < out_.size(); ++i) {
      fmt::format_to(std::back_inserter(text), "{:08x} {:08x} {:08x}\n", a_[i], b_[i], out_[i]);
    }
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() ||
        std::fflush(stdout) != 0) {
      throw WorkFailed(
          fmt::format("standard output cannot be written ({}).", std::strerror(errno)));
    }
    a_.clear();
    b_.clear();
  }

 private:
  std::vector<Word> Narrowed(std::vector<Word> words) const {
    for (Word& word : words) word = Narrow(word, operand_bits_);
    return words;
  }

  const Operation& operation_;
  int operand_bits_;
  std::vector<Word> a_;
  std::vector<Word> b_;
  std::vector<Word> out_;
};

// Reads what is there, answers every whole line of it, and so on: fast on files, prompt on a
// terminal.
void RunOp(RtlUnitKind kind, const OpOptions& options) {
  const Operation operation = MakeOperation(kind, options);
  Block block(operation,
              kind == RtlUnitKind::kAdd ? kMantissaBits : options.arithmetic.Get().mantissa_bits);
  std::string text;  // read and not yet answered
  std::int64_t number = 0;
  const auto take = [&](std::string_view line) {
    ++number;
    if (line.find_first_not_of(" \t\r") == std::string_view::npos) return;
    try {
      block.Add(line, number);
    } catch (const Error&) {
      block.Flush();
      throw;
    }
  };
  constexpr std::size_t kChunk = std::size_t{1} << 20;
  while (true) {
    const std::size_t kept = text.size();
    text.resize(kept + kChunk);
    const ssize_t got = read(STDIN_FILENO, text.data() + kept, kChunk);
    if (got < 0 && errno != EINTR) {
      throw Error(fmt::format("standard input cannot be read ({}).", std::strerror(errno)));
    }
    text.resize(kept + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    std::size_t begin = 0;
    for (std::size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
      take(std::string_view(text).substr(begin, end - begin));
    }
    text.erase(0, begin);
    if (got == 0) {
      take(text);
      block.Flush();
      return;
    }
    block.Flush();
  }
}

}  // namespace

void AddOp(CLI::App& app, int&) {
  const auto options = std::make_shared<OpOptions>();
  CLI::App* op = app.add_subcommand(
      "op", "One operation over lines `a b` of hex words on standard input: prints `a b result`");
  op->require_subcommand(1);
  op->footer(
      "Empty lines are skipped, further columns ignored.\n\n"
      "Examples:\n"
      "  echo '3fc00000 3fc00000' | sumac op pam       # 1.5 x 1.5 = 2.0\n"
      "  sumac op pam --comp l-mul --format bf16 <words.txt\n"
      "  sumac op add --engine rtl <words.txt");
  const auto add = [&](const char* name, const char* description, RtlUnitKind kind) {
    CLI::App* command = op->add_subcommand(name, description);
    AddEngineOption(*command, options->engine);
    AddFormatOptions(*command, options->arithmetic);
    command->footer(fmt::format("Example:\n  echo '40490fdb c0000000' | sumac op {}", name));
    command->callback([options, kind] { RunOp(kind, *options); });
  };
  add("pam", "The product that is an integer add", RtlUnitKind::kPam);
  add("add", "IEEE addition (--comp and --format do not concern it)", RtlUnitKind::kAdd);
  add("mul", "IEEE multiplication, the baseline (--comp does not concern it)", RtlUnitKind::kMul);
}

}  // namespace sumac
