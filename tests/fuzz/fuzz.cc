// SPDX-License-Identifier: Apache-2.0
// libFuzzer's entry; SUMAC_READER names the reader. Started by script/fuzz.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "tests/fuzz/readers.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const sumac::Reader reader = sumac::Readers().at(std::getenv("SUMAC_READER"));
  sumac::Feed(reader, std::string(reinterpret_cast<const char*>(data), size));
  return 0;
}
