// SPDX-License-Identifier: Apache-2.0
#include "tests/model/corner_pairs.h"

#include <cstdint>
#include <utility>

#include "model/pam.h"

namespace sumac {
namespace {

constexpr Word kMantissaMask = kMinNormal - 1;
constexpr Word kLeadingOne = kMinNormal;  // of a significand
constexpr Word kGreatestExponent = 254;

Word Number(Word exponent, Word mantissa) {
  return exponent << kMantissaBits | (mantissa & kMantissaMask);
}

void AddWithSigns(Word a, Word b, std::vector<WordPair>& pairs) {
  for (const Word sign_a : {Word{0}, kSignBit}) {
    for (const Word sign_b : {Word{0}, kSignBit}) pairs.push_back({a | sign_a, b | sign_b});
  }
}

void AddInBothOrders(Word a, Word b, std::vector<WordPair>& pairs) {
  AddWithSigns(a, b, pairs);
  AddWithSigns(b, a, pairs);
}

// Both ends, the middle and one off each, and a pattern.
std::vector<Word> Mantissas() { return {0, 1, 0x3FFFFF, 0x400000, 0x555555, 0x7FFFFE, 0x7FFFFF}; }

// Significands whose low `distance` bits, those that are shifted out, are each of: nothing, one
// bit, all ones. The bits above them are least, odd, or all ones.
std::vector<Word> ShiftedOut(Word distance) {
  std::vector<Word> significands;
  const Word out = distance < 24 ? distance : 23;  // further on the leading one is shifted out too
  std::vector<Word> lows = {0};
  for (Word bit = 0; bit < out; ++bit) lows.push_back(Word{1} << bit);
  const Word all = (Word{1} << out) - 1;
  const Word guard = Word{1} << (out - 1);
  lows.push_back(all);
  lows.push_back(all ^ guard);
  for (Word bit = 0; bit + 1 < out; ++bit) lows.push_back(guard | Word{1} << bit);
  for (const Word low : lows) {
    significands.push_back(kLeadingOne | low);
    if (all == kMantissaMask) continue;
    significands.push_back(kLeadingOne | Word{1} << out | low);
    significands.push_back(kLeadingOne | (kMantissaMask & ~all) | low);
  }
  return significands;
}

CornerClass Rounding(Word distance, Word exponent, const std::string& where) {
  CornerClass made{"distance " + std::to_string(distance) + ", " + where, {}};
  for (const Word small : ShiftedOut(distance)) {
    for (const Word mantissa : Mantissas()) {
      AddInBothOrders(Number(exponent, mantissa), Number(exponent - distance, small), made.pairs);
    }
  }
  return made;
}

// Significands `larger` << distance and `smaller` that differ by a number whose leading one is bit
// `bit`: all above it cancel.
void AddCancellation(Word exponent, Word distance, Word bit, std::vector<WordPair>& pairs) {
  for (const Word extra : {Word{0}, Word{1} << bit >> 1, (Word{1} << bit) - 1}) {
    const Word difference = (Word{1} << bit) + extra;
    for (const Word larger : {kLeadingOne, kLeadingOne + difference / 2, kLeadingOne + difference,
                              kLeadingOne | Word{0x155555}, kLeadingOne | kMantissaMask}) {
      const std::int64_t smaller = (std::int64_t{larger} << distance) - difference;
      if (larger > (kLeadingOne | kMantissaMask) || smaller < std::int64_t{kLeadingOne} ||
          smaller > std::int64_t{kLeadingOne | kMantissaMask}) {
        continue;
      }
      AddInBothOrders(Number(exponent, larger),
                      Number(exponent - distance, static_cast<Word>(smaller)), pairs);
    }
  }
}

CornerClass Cancellation(Word distance, Word first, Word last, const std::string& where) {
  CornerClass made{"cancellation at distance " + std::to_string(distance) + ", " + where, {}};
  for (Word exponent = first; exponent <= last; ++exponent) {
    for (Word bit = 0; bit < 23 + distance; ++bit) {
      AddCancellation(exponent, distance, bit, made.pairs);
    }
    for (const Word mantissa : Mantissas()) {
      AddWithSigns(Number(exponent, mantissa), Number(exponent, mantissa), made.pairs);
    }
  }
  return made;
}

// Equal exponents: the sum carries always, and what rounds is one bit.
CornerClass EqualExponents() {
  CornerClass made{"distance 0", {}};
  std::vector<Word> mantissas = Mantissas();
  for (Word bit = 1; bit < 23; ++bit) {
    mantissas.push_back(Word{1} << bit);
    mantissas.push_back((Word{1} << bit) + 1);
  }
  for (const Word exponent : {1u, 2u, 127u, 253u, 254u}) {
    for (const Word a : mantissas) {
      for (const Word b : mantissas) {
        AddWithSigns(Number(exponent, a), Number(exponent, b), made.pairs);
      }
    }
  }
  return made;
}

CornerClass FarApart() {
  CornerClass made{"distance 28 to 253", {}};
  for (const Word distance : {28u, 29u, 31u, 32u, 33u, 47u, 63u, 64u, 127u, 128u, 200u, 253u}) {
    for (const Word exponent : {distance + 1, (distance + 255) / 2, kGreatestExponent}) {
      for (const Word a : Mantissas()) {
        for (const Word b : Mantissas()) {
          AddInBothOrders(Number(exponent, a), Number(exponent - distance, b), made.pairs);
        }
      }
    }
  }
  return made;
}

// Words that are no normal number: with each other; NaNs whose mantissa is one bit, in all orders
// with a few others; with normal numbers.
std::vector<CornerClass> Specials() {
  const std::vector<Word> specials = {0,          1,          0x3FFFFF,   0x400000,
                                      0x7FFFFF,   0x7F800000, 0x7F800001, 0x7FBFFFFF,
                                      0x7FC00000, 0x7FC00001, 0x7FFFFFFF};
  CornerClass each_other{"specials with each other", {}};
  CornerClass nans{"NaNs of one bit", {}};
  CornerClass numbers{"specials with numbers", {}};
  for (const Word a : specials) {
    for (const Word b : specials) AddWithSigns(a, b, each_other.pairs);
    for (Word exponent = 1; exponent <= kGreatestExponent; ++exponent) {
      for (const Word mantissa : {Word{0}, Word{1}, kMantissaMask}) {
        AddInBothOrders(a, Number(exponent, mantissa), numbers.pairs);
      }
    }
  }
  for (int bit = 0; bit < kMantissaBits; ++bit) {
    for (const Word other : {Word{0}, kOne, kInfinity}) {
      AddInBothOrders(kInfinity | Word{1} << bit, other, nans.pairs);
    }
  }
  return {std::move(each_other), std::move(nans), std::move(numbers)};
}

// ---- pam ----

// b such that the magnitudes of a and b sum to about `sum`, less the bias, where there is one; in
// steps of the format's unit from two below to two above.
void AddSums(Word a, std::int64_t sum, Word comp, Word unit, std::vector<WordPair>& pairs) {
  const std::int64_t exact = sum + kOne - comp - a;
  const std::int64_t floor = exact - (exact % unit + unit) % unit;
  for (std::int64_t step = -2; step <= 2; ++step) {
    const std::int64_t b = floor + step * unit;
    if (b >= kMinNormal && b < kInfinity) AddWithSigns(a, static_cast<Word>(b), pairs);
  }
}

}  // namespace

std::vector<CornerClass> AddCorners() {
  std::vector<CornerClass> classes = {EqualExponents()};
  for (Word distance = 1; distance <= 27; ++distance) {
    classes.push_back(Rounding(distance, distance + 1, "least exponents"));
    classes.push_back(Rounding(distance, 130, "middle exponents"));
    classes.push_back(Rounding(distance, kGreatestExponent, "greatest exponents"));
  }
  for (const Word distance : {0u, 1u}) {
    classes.push_back(Cancellation(distance, 1 + distance, 26, "least exponents"));
    classes.push_back(Cancellation(distance, 130, 130, "middle exponents"));
    classes.push_back(Cancellation(distance, 254, 254, "greatest exponents"));
  }
  classes.push_back(FarApart());
  for (CornerClass& specials : Specials()) classes.push_back(std::move(specials));
  return classes;
}

std::vector<CornerClass> PamCorners(Word comp, int mantissa_bits) {
  const Word unit = Word{1} << (kMantissaBits - mantissa_bits);
  const Word kept = ~(unit - 1);
  CornerClass carries{"mantissa sums about each carry", {}};
  CornerClass underflow{"sums about the least normal number", {}};
  CornerClass overflow{"sums about infinity", {}};
  CornerClass ends{"ends of the exponents", {}};
  for (const Word mantissa : Mantissas()) {
    for (const Word exponent : {100u, 127u, 150u}) {
      const Word a = Number(exponent, mantissa & kept);
      for (const Word carry : {exponent - 1, exponent, exponent + 1, exponent + 2}) {
        AddSums(a, std::int64_t{carry} << kMantissaBits, comp, unit, carries.pairs);
      }
    }
    for (Word exponent = 1; exponent <= kGreatestExponent; ++exponent) {
      const Word a = Number(exponent, mantissa & kept);
      AddSums(a, kMinNormal, comp, unit, underflow.pairs);
      AddSums(a, kInfinity, comp, unit, overflow.pairs);
    }
    for (const Word other : Mantissas()) {
      for (const Word x : {1u, 2u, 63u, 64u, 126u, 127u, 128u, 191u, 192u, 253u, 254u}) {
        for (const Word y : {1u, 2u, 63u, 64u, 126u, 127u, 128u, 191u, 192u, 253u, 254u}) {
          AddWithSigns(Number(x, mantissa & kept), Number(y, other & kept), ends.pairs);
        }
      }
    }
  }
  std::vector<CornerClass> classes = {std::move(carries), std::move(underflow), std::move(overflow),
                                      std::move(ends)};
  for (CornerClass& specials : Specials()) {
    for (WordPair& pair : specials.pairs) pair = {pair.a & kept, pair.b & kept};
    classes.push_back(std::move(specials));
  }
  return classes;
}

}  // namespace sumac
