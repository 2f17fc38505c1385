// SPDX-License-Identifier: Apache-2.0
// Prints functions of the reference as functions of SMT-LIB, those whose names it is given. The
// reference is compiled with terms.h in the place of model/integers.h.
#include <set>
#include <string>

#include "model/add.cc"  // all in one: this is compiled for each mutant
#include "model/mul.cc"
#include "model/narrow.h"
#include "model/pam.h"
#include "model/piecewise_affine.h"
#include "model/round.h"

using sumac::Signed;
using sumac::Wide;
using sumac::Word;

int main(int argc, char** argv) {
  const std::set<std::string> chosen(argv + 1, argv + argc);
  const auto print = [&](const std::string& name, const std::string& inputs, auto function) {
    if (chosen.contains(name)) sumac::Formula::Print("cpp_" + name, inputs, function);
  };
  const std::string one_word = "(a (_ BitVec 32))";
  const std::string two_words = one_word + " (b (_ BitVec 32))";
  const auto a = [] { return Word::Term("a"); };
  const auto b = [] { return Word::Term("b"); };

  print("pam", two_words + " (comp (_ BitVec 32))",
        [&] { return sumac::Pam(a(), b(), Word::Term("comp")); });
  print("add", two_words, [&] { return sumac::Add(a(), b()); });
  print("mul", two_words, [&] { return sumac::Mul(a(), b()); });
  print("round", "(sign_bit (_ BitVec 1)) (whole (_ BitVec 64)) (exponent (_ BitVec 64))", [&] {
    return sumac::RoundToWord(Word::Term("(concat sign_bit (_ bv0 31))"), Wide::Term("whole"),
                              Signed::Term("exponent"));
  });
  for (int n = sumac::kMinMantissaBits; n <= sumac::kMantissaBits; ++n) {
    print("narrow_" + std::to_string(n), one_word, [&] { return sumac::Narrow(a(), n); });
  }
  print("padiv", two_words, [&] { return sumac::Padiv(a(), b()); });
  print("pasqrt", one_word, [&] { return sumac::Pasqrt(a()); });
  print("paexp2", one_word, [&] { return sumac::Paexp2(a()); });
  print("palog2", one_word, [&] { return sumac::Palog2(a()); });
  print("paexp", one_word, [&] { return sumac::Paexp(a()); });
  print("palog", one_word, [&] { return sumac::Palog(a()); });
}
