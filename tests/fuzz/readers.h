// SPDX-License-Identifier: Apache-2.0
// What the fuzzers and their replay call: every reader of files and calls, by name.
#ifndef SUMAC_TESTS_FUZZ_READERS_H_
#define SUMAC_TESTS_FUZZ_READERS_H_

#include <functional>
#include <map>
#include <string>

namespace sumac {

// Reads an input as a file of its kind would be read. What is refused is refused by an Error of
// one line; anything else that is thrown, and what is read and does not hold together, ends the
// process.
using Reader = std::function<void(const std::string& input)>;

const std::map<std::string, Reader>& Readers();

// Calls the reader, and swallows the Error.
void Feed(const Reader& reader, const std::string& input);

}  // namespace sumac

#endif  // SUMAC_TESTS_FUZZ_READERS_H_
