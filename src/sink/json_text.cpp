// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/json_text.h"

#include <cstdint>

#include "sink/utf8.h"

namespace exectap {
namespace {

constexpr std::string_view kReplacement = "\uFFFD";
constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::string_view kBase64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void append_code_unit(Appender& out, std::uint32_t unit) {
    out += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) out += kHexDigits[unit >> shift & 0xFU];
}

// Beyond the basic plane JSON has only pairs of surrogates.
void append_code_point(Appender& out, char32_t point) {
    if (point < 0x10000) {
        append_code_unit(out, point);
        return;
    }
    const std::uint32_t beyond = point - 0x10000;
    append_code_unit(out, 0xD800 + (beyond >> 10));
    append_code_unit(out, 0xDC00 + (beyond & 0x3FFU));
}

void append_ascii(Appender& out, char c) {
    switch (c) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\b': out += "\\b"; break;
        case '\f': out += "\\f"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default: append_code_unit(out, static_cast<unsigned char>(c));
    }
}

}  // namespace

bool append_json_text(Appender& out, std::string_view bytes) {
    bool is_utf8 = true;
    while (!bytes.empty()) {
        const auto plain = plain_prefix(bytes);
        out += bytes.substr(0, plain);
        bytes.remove_prefix(plain);
        if (bytes.empty()) break;
        const auto character = read_utf8(bytes);
        if (!character.is_valid) {
            out += kReplacement;
            is_utf8 = false;
        } else if (character.code_point < 0x80) {
            append_ascii(out, bytes[0]);
        } else if (is_hidden(character.code_point)) {
            append_code_point(out, character.code_point);
        } else {
            out += bytes.substr(0, character.length);
        }
        bytes.remove_prefix(character.length);
    }
    return is_utf8;
}

bool append_json_string(Appender& out, std::string_view bytes) {
    out += '"';
    const bool is_utf8 = append_json_text(out, bytes);
    out += '"';
    return is_utf8;
}

void Base64::append(std::string_view bytes) {
    for (const char byte : bytes) {
        group_[in_group_++] = static_cast<unsigned char>(byte);
        if (in_group_ == group_.size()) append_group(4);
    }
}

void Base64::end() {
    if (in_group_ == 0) return;
    const auto digits = in_group_ + 1;
    append_group(digits);
    for (auto i = digits; i < 4; i++) out_ += '=';
}

void Base64::append_group(std::size_t digits) {
    const auto bits = std::uint32_t{group_[0]} << 16 | std::uint32_t{group_[1]} << 8 | std::uint32_t{group_[2]};
    for (std::size_t i = 0; i < digits; i++) out_ += kBase64Digits[bits >> (18 - 6 * i) & 0x3FU];
    group_ = {};
    in_group_ = 0;
}

}  // namespace exectap
