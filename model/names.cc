// SPDX-License-Identifier: Apache-2.0
#include "model/names.h"

#include <charconv>
#include <iterator>

#include "model/error.h"
#include "model/fused.h"

namespace sumac {
namespace {

// The number that all of `text` is, or -1.
int ParseNumber(std::string_view text, int base) {
  int value = -1;
  const char* end = text.data() + text.size();
  const auto [last, error] = std::from_chars(text.data(), end, value, base);
  return error == std::errc() && last == end && text.front() != '-' ? value : -1;
}

}  // namespace

Product ParseProduct(std::string_view text) {
  if (text == "pam") return Product::kPam;
  if (text == "ieee") return Product::kIeee;
  throw Error("'" + std::string(text) + "' is not a product; choose pam or ieee.");
}

Word ParseComp(std::string_view text) {
  if (text == "mogami") return kCompMogami;
  if (text == "pam-alpha") return kCompPamAlpha;
  if (text == "l-mul") return kCompLMul;
  const bool prefixed = text.starts_with("0x") || text.starts_with("0X");
  const int value = prefixed ? ParseNumber(text.substr(2), 16) : -1;
  if (value < 0 || static_cast<Word>(value) >= kCompLimit) {
    throw Error("'" + std::string(text) +
                "' is not a compensation; choose mogami, pam-alpha, l-mul or a hexadecimal "
                "number from 0x0 to 0x7FFFFF.");
  }
  return static_cast<Word>(value);
}

int ParseFormat(std::string_view text) {
  if (text == "fp32") return kMantissaBits;
  if (text == "bf16") return 7;
  const bool prefixed = text.starts_with("e8m") || text.starts_with("E8M");
  const int bits = prefixed ? ParseNumber(text.substr(3), 10) : -1;
  if (bits < kMinMantissaBits || bits > kMantissaBits) {
    throw Error("'" + std::string(text) +
                "' is not an operand format; choose fp32, bf16 or e8mN with N from 3 to 23.");
  }
  return bits;
}

int ParseAccumulator(std::string_view text) {
  for (const int group : kFusedGroups) {
    if (text == AccumulatorName(group)) return group;
  }
  if (text == AccumulatorName(1)) return 1;
  throw Error("'" + std::string(text) +
              "' is not an accumulator; choose fold, fused4, fused8 or fused16.");
}

std::string ProductName(Product product) { return product == Product::kPam ? "pam" : "ieee"; }

std::string CompName(Word comp) {
  if (comp == kCompMogami) return "mogami";
  if (comp == kCompPamAlpha) return "pam-alpha";
  if (comp == kCompLMul) return "l-mul";
  char digits[8];
  const auto [end, error] = std::to_chars(std::begin(digits), std::end(digits), comp, 16);
  return "0x" + std::string(digits, end);
}

std::string FormatName(int mantissa_bits) {
  if (mantissa_bits == kMantissaBits) return "fp32";
  if (mantissa_bits == 7) return "bf16";
  return "e8m" + std::to_string(mantissa_bits);
}

std::string AccumulatorName(int group) {
  return group == 1 ? "fold" : "fused" + std::to_string(group);
}

}  // namespace sumac
