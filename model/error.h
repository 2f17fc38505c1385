// SPDX-License-Identifier: Apache-2.0
// The one exception of the project's libraries: one clear sentence that names the thing and the
// remedy.
#ifndef SUMAC_MODEL_ERROR_H_
#define SUMAC_MODEL_ERROR_H_

#include <stdexcept>
#include <string>
#include <string_view>

namespace sumac {

// The text on one line that any terminal shows as it is: control characters and what is not UTF-8
// as \xNN, the middle of a very long one left out. For names that files give.
std::string OneLine(std::string_view text);

// Bad input or a failed operation. what() is shown to the user as it is; only main() exits.
class Error : public std::runtime_error {
 public:
  explicit Error(std::string_view sentence) : std::runtime_error(OneLine(sentence)) {}
};

}  // namespace sumac

#endif  // SUMAC_MODEL_ERROR_H_
