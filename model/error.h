// SPDX-License-Identifier: Apache-2.0
// The one exception of the project's libraries: one clear sentence that names the thing and the
// remedy.
#ifndef SUMAC_MODEL_ERROR_H_
#define SUMAC_MODEL_ERROR_H_

#include <stdexcept>

namespace sumac {

// Bad input or a failed operation. what() is shown to the user as it is; only main() exits.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace sumac

#endif  // SUMAC_MODEL_ERROR_H_
