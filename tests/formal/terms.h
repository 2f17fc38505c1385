// SPDX-License-Identifier: Apache-2.0
// model/integers.h for proofs: the same names, but a number is a constant or a term of SMT-LIB, and
// a comparison of terms is a fork. The reference, compiled with this file, is run once for every
// way through it; what it returns on each and what each asks for make one formula of its inputs.
// A second formula says that none does what C++ leaves undefined: a signed sum that overflows, a
// shift by the width or more.
#ifndef SUMAC_MODEL_INTEGERS_H_
#define SUMAC_MODEL_INTEGERS_H_

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>

namespace sumac {

// ---- The formula of the function at hand: its terms, and the way that is being run ----

class Formula {
 public:
  // The number of a term, the same for the same text.
  int Node(const std::string& text) {
    const auto [found, is_new] = numbers_.emplace(text, static_cast<int>(nodes_.size()));
    if (is_new) nodes_.push_back(text);
    return found->second;
  }

  // Whether the condition holds on this way: as it was run before, else first yes, then no.
  bool Decide(const std::string& condition) {
    const int node = Node(condition);
    for (std::size_t i = 0; i < depth_; ++i) {
      if (forks_[i].node == node) return forks_[i].yes;
    }
    if (depth_ == forks_.size()) forks_.push_back({node, true});
    return forks_[depth_++].yes;
  }

  // What this way asks for, that C++ define what it does.
  void Require(const std::string& condition) { required_ += " " + Name(Node(condition)); }

  // Runs `function` on every way and prints two functions of SMT-LIB: `name`, the words that it
  // returns, and `name`_defined, whether C++ defines them. `inputs` are their sorted parameters.
  template <typename Function>
  static void Print(const std::string& name, const std::string& inputs, Function function);

  static std::string Name(int node) { return "t" + std::to_string(node); }

 private:
  struct Fork {
    int node;
    bool yes;
  };
  struct Way {
    std::vector<Fork> forks;
    std::string word, required;
  };

  // The last fork at which only yes was tried is tried with no; false where there is none.
  bool NextWay() {
    while (!forks_.empty() && !forks_.back().yes) forks_.pop_back();
    if (forks_.empty()) return false;
    forks_.back().yes = false;
    return true;
  }

  void PrintFunction(const std::string& name, const std::string& inputs, const char* sort,
                     const std::vector<Way>& ways, std::string Way::*leaf) {
    std::printf("(define-fun %s (%s) %s\n", name.c_str(), inputs.c_str(), sort);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      std::printf("(let ((%s %s))\n", Name(static_cast<int>(i)).c_str(), nodes_[i].c_str());
    }
    std::printf("%s%s)\n", Tree(ways, 0, ways.size(), 0, leaf).c_str(),
                std::string(nodes_.size(), ')').c_str());
  }

  // The ways from `begin` to `end`, which have their first `depth` forks in common.
  static std::string Tree(const std::vector<Way>& ways, std::size_t begin, std::size_t end,
                          std::size_t depth, std::string Way::*leaf) {
    if (end - begin == 1) return ways[begin].*leaf;
    std::size_t no = begin;
    while (ways[no].forks[depth].yes) ++no;
    return "(ite " + Name(ways[begin].forks[depth].node) + " " +
           Tree(ways, begin, no, depth + 1, leaf) + "\n " + Tree(ways, no, end, depth + 1, leaf) +
           ")";
  }

  std::vector<std::string> nodes_;
  std::unordered_map<std::string, int> numbers_;
  std::vector<Fork> forks_;
  std::size_t depth_ = 0;  // how many of them this way has come by
  std::string required_;
};

inline Formula formula;

template <typename Function>
void Formula::Print(const std::string& name, const std::string& inputs, Function function) {
  formula = {};
  std::vector<Way> ways;
  do {
    formula.depth_ = 0;
    formula.required_ = "(and true true";
    const std::string word = function().Text();
    ways.push_back({formula.forks_, word, formula.required_ + ")"});
  } while (formula.NextWay());
  formula.PrintFunction(name, inputs, "(_ BitVec 32)", ways, &Way::word);
  formula.PrintFunction(name + "_defined", inputs, "Bool", ways, &Way::required);
}

// ---- Numbers ----

template <int kWidth, bool kSigned>
class Bits {
 public:
  constexpr Bits(std::integral auto value) : value_(Mask(static_cast<std::uint64_t>(value))) {}

  // C++'s conversions: modulo 2^width.
  template <int kFrom, bool kFromSigned>
  constexpr Bits(Bits<kFrom, kFromSigned> from) {
    if (from.IsConstant()) {
      value_ = Mask(static_cast<std::uint64_t>(from.Value()));
    } else if (kFrom == kWidth) {
      node_ = from.Node();
    } else {
      const std::string how = kFrom > kWidth ? "extract " + std::to_string(kWidth - 1) + " 0"
                              : kFromSigned  ? "sign_extend " + std::to_string(kWidth - kFrom)
                                             : "zero_extend " + std::to_string(kWidth - kFrom);
      *this = Term("((_ " + how + ") " + from.Text() + ")");
    }
  }

  static Bits Term(const std::string& text) {
    Bits term(0);
    term.node_ = formula.Node(text);
    return term;
  }

  constexpr bool IsConstant() const { return node_ < 0; }
  constexpr int Node() const { return node_; }
  constexpr __int128 Value() const {  // of a constant
    const bool negative = kSigned && (value_ >> (kWidth - 1) & 1) != 0;
    return __int128{value_} - (negative ? __int128{1} << kWidth : 0);
  }
  std::string Text() const {
    return IsConstant() ? "(_ bv" + std::to_string(value_) + " " + std::to_string(kWidth) + ")"
                        : Formula::Name(node_);
  }

  constexpr Bits& operator+=(auto other) { return *this = Bits(*this + other); }
  constexpr Bits& operator<<=(auto amount) { return *this = *this << amount; }
  constexpr Bits& operator>>=(auto amount) { return *this = *this >> amount; }
  constexpr Bits& operator++() { return *this += 1; }
  constexpr Bits operator-() const { return Bits(0) - *this; }
  constexpr Bits operator~() const { return Bits(-1) - *this; }

 private:
  static constexpr std::uint64_t Mask(std::uint64_t value) {
    return kWidth == 64 ? value : value & ((std::uint64_t{1} << kWidth) - 1);
  }

  std::uint64_t value_ = 0;  // of a constant
  int node_ = -1;            // of a term
};

// The type that C++ gives a number before it computes with it.
template <typename T>
struct PromotedType;
template <int kWidth, bool kSigned>
struct PromotedType<Bits<kWidth, kSigned>> {
  static constexpr int kBits = kWidth;
  static constexpr bool kIsSigned = kSigned;
};
template <std::integral T>
struct PromotedType<T> {
  static constexpr int kBits = 8 * sizeof(T);
  static constexpr bool kIsSigned = std::signed_integral<T>;
  static_assert(kBits >= 32);
};

template <typename T>
inline constexpr bool kIsBits = false;
template <int kWidth, bool kSigned>
inline constexpr bool kIsBits<Bits<kWidth, kSigned>> = true;

// At least one of the two is Bits; C++ computes with both as of type Common: the wider one, of
// equal ones the unsigned.
template <typename A, typename B>
concept Numbers = kIsBits<A> || kIsBits<B>;
template <typename A, typename B, typename X = PromotedType<A>, typename Y = PromotedType<B>>
using Common = Bits<(X::kBits > Y::kBits ? X::kBits : Y::kBits),
                    X::kBits == Y::kBits ? X::kIsSigned && Y::kIsSigned
                                         : (X::kBits > Y::kBits ? X::kIsSigned : Y::kIsSigned)>;

template <int kWidth, bool kSigned>
std::string Call(const char* function, Bits<kWidth, kSigned> a, Bits<kWidth, kSigned> b) {
  return "(" + std::string(function) + " " + a.Text() + " " + b.Text() + ")";
}

// a + b, a - b
template <int kWidth, bool kSigned>
constexpr Bits<kWidth, kSigned> Sum(const char* function, Bits<kWidth, kSigned> a,
                                    Bits<kWidth, kSigned> b, int sign) {
  if (a.IsConstant() && b.IsConstant()) {
    const __int128 exact = a.Value() + sign * b.Value();
    const Bits<kWidth, kSigned> sum(static_cast<std::uint64_t>(exact));
    if (kSigned && sum.Value() != exact) throw std::overflow_error("a constant overflows");
    return sum;
  }
  const auto result = Bits<kWidth, kSigned>::Term(Call(function, a, b));
  if (kSigned) {
    // x + y = z overflows where z has neither's sign; a - b = z means z + b = a.
    const std::string x = sign > 0 ? a.Text() : result.Text();
    const std::string z = sign > 0 ? result.Text() : a.Text();
    const std::string place = std::to_string(kWidth - 1);
    formula.Require("(= #b0 ((_ extract " + place + " " + place + ") (bvand (bvxor " + z + " " + x +
                    ") (bvxor " + z + " " + b.Text() + "))))");
  }
  return result;
}

template <typename A, typename B>
requires Numbers<A, B>
constexpr auto operator+(A a, B b) { return Sum("bvadd", Common<A, B>(a), Common<A, B>(b), 1); }

template <typename A, typename B>
requires Numbers<A, B>
constexpr auto operator-(A a, B b) { return Sum("bvsub", Common<A, B>(a), Common<A, B>(b), -1); }

// `times` is not defined: what is proved holds of any number that a product may be.
inline Bits<64, false> operator*(Bits<64, false> a, Bits<64, false> b) {
  return Bits<64, false>::Term(Call("times", a, b));
}

// a & b, a | b, a ^ b
template <typename N>
constexpr N Bitwise(const char* function, N a, N b, __int128 of_constants) {
  if (a.IsConstant() && b.IsConstant()) return N(static_cast<std::uint64_t>(of_constants));
  return N::Term(Call(function, a, b));
}

template <typename A, typename B>
requires Numbers<A, B>
constexpr auto operator&(A a, B b) {
  const Common<A, B> x(a), y(b);
  return Bitwise("bvand", x, y, x.Value() & y.Value());
}

template <typename A, typename B>
requires Numbers<A, B>
constexpr auto operator|(A a, B b) {
  const Common<A, B> x(a), y(b);
  return Bitwise("bvor", x, y, x.Value() | y.Value());
}

template <typename A, typename B>
requires Numbers<A, B>
constexpr auto operator^(A a, B b) {
  const Common<A, B> x(a), y(b);
  return Bitwise("bvxor", x, y, x.Value() ^ y.Value());
}

// The amount of a shift as a number of the width that is shifted.
template <int kWidth, int kFrom, bool kFromSigned>
Bits<kWidth, false> Amount(Bits<kFrom, kFromSigned> amount) {
  formula.Require(Call("bvult", amount, Bits<kFrom, kFromSigned>(kWidth)));
  return amount;
}

template <int kWidth, bool kSigned, typename B>
constexpr Bits<kWidth, kSigned> operator<<(Bits<kWidth, kSigned> a, B b) {
  const Common<B, Bits<32, true>> amount(b);
  if (a.IsConstant() && amount.IsConstant() && amount.Value() >= 0 && amount.Value() < kWidth) {
    return Bits<kWidth, kSigned>(static_cast<std::uint64_t>(a.Value())
                                 << static_cast<int>(amount.Value()));
  }
  return Bits<kWidth, kSigned>::Term(Call("bvshl", Bits<kWidth, false>(a), Amount<kWidth>(amount)));
}

template <int kWidth, bool kSigned, typename B>
constexpr Bits<kWidth, kSigned> operator>>(Bits<kWidth, kSigned> a, B b) {
  const Common<B, Bits<32, true>> amount(b);
  if (a.IsConstant() && amount.IsConstant() && amount.Value() >= 0 && amount.Value() < kWidth) {
    return Bits<kWidth, kSigned>(
        static_cast<std::uint64_t>(a.Value() >> static_cast<int>(amount.Value())));
  }
  return Bits<kWidth, kSigned>::Term(
      Call(kSigned ? "bvashr" : "bvlshr", Bits<kWidth, false>(a), Amount<kWidth>(amount)));
}

// Of constants alone.
template <int kWidth, bool kSigned>
constexpr Bits<kWidth, kSigned> operator/(Bits<kWidth, kSigned> a, int b) {
  if (!a.IsConstant()) throw std::logic_error("a term is divided");
  return Bits<kWidth, kSigned>(static_cast<std::uint64_t>(a.Value() / b));
}

// ---- Comparisons: forks ----

template <typename A, typename B>
requires Numbers<A, B>
constexpr bool operator==(A a, B b) {
  const Common<A, B> x(a), y(b);
  return x.IsConstant() && y.IsConstant() ? x.Value() == y.Value()
                                          : formula.Decide(Call("=", x, y));
}

template <int kWidth, bool kSigned>
constexpr bool Less(Bits<kWidth, kSigned> a, Bits<kWidth, kSigned> b) {
  return a.IsConstant() && b.IsConstant() ? a.Value() < b.Value()
                                          : formula.Decide(Call(kSigned ? "bvslt" : "bvult", a, b));
}

template <typename A, typename B>
requires Numbers<A, B>
constexpr bool operator<(A a, B b) { return Less(Common<A, B>(a), Common<A, B>(b)); }

template <typename A, typename B>
requires Numbers<A, B>
constexpr bool operator>(A a, B b) { return b < a; }

template <typename A, typename B>
requires Numbers<A, B>
constexpr bool operator<=(A a, B b) { return !(b < a); }

template <typename A, typename B>
requires Numbers<A, B>
constexpr bool operator>=(A a, B b) { return !(a < b); }

// ---- The names of model/integers.h ----

using Word = Bits<32, false>;
using Wide = Bits<64, false>;
using Signed = Bits<64, true>;

inline Signed TermOfBitWidth(Wide value) {
  std::string width = Signed(0).Text();
  for (int bit = 0; bit < 64; ++bit) {
    const std::string place = std::to_string(bit);
    width = "(ite (= ((_ extract " + place + " " + place + ") " + value.Text() + ") #b1) " +
            Signed(bit + 1).Text() + " " + width + ")";
  }
  return Signed::Term(width);
}
constexpr Signed BitWidth(Wide value) {
  return value.IsConstant() ? Signed(std::bit_width(static_cast<std::uint64_t>(value.Value())))
                            : TermOfBitWidth(value);
}

}  // namespace sumac

#endif  // SUMAC_MODEL_INTEGERS_H_
