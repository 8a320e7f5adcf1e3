// SPDX-License-Identifier: MIT OR Apache-2.0
// Lines of JSON, read by somebody else's parser.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "exectap/event.h"
#include "sink/json.h"

namespace exectap {

using Json = nlohmann::ordered_json;

inline std::vector<std::string> keys_of(const Json& object) {
    std::vector<std::string> keys;
    for (const auto& [key, value] : object.items()) keys.push_back(key);
    return keys;
}

// The bytes; what is not base64 is a failure of the test.
inline std::string base64_decoded(std::string_view text) {
    static constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    if (text.size() % 4 != 0) ADD_FAILURE() << "not padded: " << text;
    while (text.ends_with('=')) text.remove_suffix(1);
    unsigned bits = 0;
    int count = 0;
    for (const char c : text) {
        const auto digit = kDigits.find(c);
        if (digit == std::string_view::npos) ADD_FAILURE() << "not base64: " << text;
        bits = bits << 6 | static_cast<unsigned>(digit);
        count += 6;
        if (count < 8) continue;
        count -= 8;
        bytes += static_cast<char>(bits >> count & 0xFF);
    }
    return bytes;
}

inline Json parse_line(std::string_view line) {
    if (line.empty() || line.find('\n') != line.size() - 1) ADD_FAILURE() << "not one line: " << line;
    return Json::parse(line);
}

inline Json json_of(const Event& event, const Clock& clock = {}, const ProcessTable* table = nullptr) {
    std::string line;
    JsonFormat(clock, {.table = table}).append(line, event);
    return parse_line(line);
}

}  // namespace exectap
