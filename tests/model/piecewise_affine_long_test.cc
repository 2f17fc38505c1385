// SPDX-License-Identifier: Apache-2.0
// The unary piecewise affine functions, reference and vectorised, on all 2^32 words. For
// script/test-long.
#include <gtest/gtest.h>

#include "tests/model/piecewise_affine_definition.h"

namespace sumac::testing {
namespace {

TEST(UnaryFunctionsLong, AreTheirDefinitionsOnAllWords) {
  for (const UnaryFunction& function : UnaryFunctions()) {
    SCOPED_TRACE(function.name);
    ExpectUnary(function, std::int64_t{1} << 32, 1, 0);
  }
}

}  // namespace
}  // namespace sumac::testing
