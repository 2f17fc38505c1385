// SPDX-License-Identifier: Apache-2.0
// A build without RTL says so, and how to get one.
#include "sw/io/npy.h"
#include "tests/cli/program.h"

namespace sumac {
namespace {

TEST(NoRtl, SaysSo) {
  const TemporaryFolder folder;
  WriteNpy(folder.File("a.npy"), {{1, 1}, {1.0f}});
  for (const std::vector<std::string>& call :
       {std::vector<std::string>{"op", "pam", "--engine", "rtl"},
        {"gemm", "--a", folder.File("a.npy"), "--b", folder.File("a.npy"), "--out",
         folder.File("c.npy"), "--engine", "rtl"},
        {"verify", "--seconds", "1"}}) {
    ExpectWrongCall(call, "-DSUMAC_RTL=ON");
  }
}

}  // namespace
}  // namespace sumac
