// SPDX-License-Identifier: Apache-2.0
// JSON of files, which may say anything.
#ifndef SUMAC_SW_IO_JSON_H_
#define SUMAC_SW_IO_JSON_H_

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "model/error.h"

namespace sumac {

// Levels of nesting. What copies and prints a value calls itself for every level.
inline constexpr int kDeepestJson = 100;

// The value, or a discarded one, which is no object and whose at() throws, where the text is
// malformed or nested too deeply.
template <typename Json = nlohmann::json>
Json ParseJson(std::string_view text) {
  bool deep = false;
  const typename Json::parser_callback_t keep = [&](int depth, auto, Json&) {
    deep = deep || depth > kDeepestJson;
    return !deep;
  };
  Json value = Json::parse(text, keep, false);
  return deep ? Json(Json::value_t::discarded) : value;
}

// The text of a value that is written to `path`. Throws Error where a name in it is not UTF-8.
inline std::string JsonText(const std::string& path, const nlohmann::ordered_json& value) {
  try {
    return value.dump();
  } catch (const nlohmann::json::exception&) {
    throw Error(path + " cannot be written: it would hold a name that is not UTF-8; rename it.");
  }
}

}  // namespace sumac

#endif  // SUMAC_SW_IO_JSON_H_
