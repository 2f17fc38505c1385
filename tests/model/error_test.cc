// SPDX-License-Identifier: Apache-2.0
// Messages are one line that any terminal shows as it is.
#include "model/error.h"

#include <gtest/gtest.h>

#include <string>

namespace sumac {
namespace {

TEST(Error, ShowsTextAsItIs) {
  const std::string text =
      "a.npy: 3 \xC2\xB5s, \xE2\x82\xAC, \xF0\x9F\x98\x80, \xC2\xA0, \xED\x9F\xBF";
  EXPECT_EQ(OneLine(text), text);
  EXPECT_STREQ(Error(text).what(), text.c_str());
  EXPECT_EQ(OneLine(""), "");
}

TEST(Error, EscapesControlCharacters) {
  EXPECT_STREQ(Error("a\nb\x1b[31m\x7f\r").what(), "a\\x0ab\\x1b[31m\\x7f\\x0d");
  EXPECT_EQ(OneLine(std::string_view("\0\t", 2)), "\\x00\\x09");
  EXPECT_EQ(OneLine("\xC2\x9B"), "\\xc2\\x9b");  // the other way to begin an escape sequence
}

TEST(Error, EscapesWhatIsNotUtf8) {
  EXPECT_EQ(OneLine("\x80"), "\\x80");
  EXPECT_EQ(OneLine("\xC0\xAF"), "\\xc0\\xaf");                    // overlong
  EXPECT_EQ(OneLine("\xE0\x9F\xBF"), "\\xe0\\x9f\\xbf");           // overlong
  EXPECT_EQ(OneLine("\xED\xA0\x80"), "\\xed\\xa0\\x80");           // a surrogate
  EXPECT_EQ(OneLine("\xF4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");  // beyond U+10FFFF
  EXPECT_EQ(OneLine("\xE2\x82"), "\\xe2\\x82");                    // cut short
  EXPECT_EQ(OneLine("\xE2\x82z"), "\\xe2\\x82z");
}

TEST(Error, LeavesOutTheMiddleOfALongText) {
  std::string text = "begin";
  for (int i = 0; i < 5000; ++i) text += "\xE2\x82\xAC";
  text += "end";
  const std::string line = OneLine(text);
  EXPECT_LT(line.size(), 4100u);
  EXPECT_TRUE(line.starts_with("begin\xE2\x82\xAC"));
  EXPECT_NE(line.find("\xE2\x82\xAC ... \xE2\x82\xAC"), std::string::npos);
  EXPECT_TRUE(
      line.ends_with("\xE2\x82\xAC"
                     "end"));
}

}  // namespace
}  // namespace sumac
