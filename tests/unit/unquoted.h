// SPDX-License-Identifier: MIT OR Apache-2.0
// The inverse of append_quoted(). No gtest: the fuzzers share it.
#pragma once

#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "unit/utf8.h"

namespace exectap {

// A number of so many hexadecimal digits; takes them and `after` more characters off `text`.
inline std::optional<unsigned> take_hex(std::string_view& text, std::size_t digits, std::size_t after) {
    unsigned value = 0;
    if (digits == 0 || text.size() < digits + after) return std::nullopt;
    const auto* end = text.data() + digits;
    if (std::from_chars(text.data(), end, value, 16).ptr != end) return std::nullopt;
    text.remove_prefix(digits + after);
    return value;
}

// One escape, without its backslash.
inline std::optional<std::string> take_escape(std::string_view& text) {
    const char kind = text[0];
    text.remove_prefix(1);
    switch (kind) {
        case '\\':
        case '"': return std::string(1, kind);
        case 'n': return "\n";
        case 'r': return "\r";
        case 't': return "\t";
        case 'x': {
            const auto byte = take_hex(text, 2, 0);
            if (!byte) return std::nullopt;
            return std::string(1, static_cast<char>(*byte));
        }
        case 'u': {
            if (!text.starts_with('{') || text.find('}') == std::string_view::npos) return std::nullopt;
            text.remove_prefix(1);
            const auto point = take_hex(text, text.find('}'), 1);
            if (!point) return std::nullopt;
            return utf8(*point);
        }
        default: return std::nullopt;
    }
}

// Nothing for what append_quoted() can't have written.
inline std::optional<std::string> unquoted(std::string_view text) {
    if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return std::nullopt;
    text = text.substr(1, text.size() - 2);
    std::string bytes;
    while (!text.empty()) {
        const char c = text[0];
        text.remove_prefix(1);
        if (c == '"' || (c == '\\' && text.empty())) return std::nullopt;
        if (c != '\\') {
            bytes += c;
            continue;
        }
        const auto escaped = take_escape(text);
        if (!escaped) return std::nullopt;
        bytes += *escaped;
    }
    return bytes;
}

}  // namespace exectap
