// SPDX-License-Identifier: MIT OR Apache-2.0
// Strings, escapes and base64. Shares nothing with src/sink on purpose.
#include "support/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <stdexcept>

namespace exectap::test {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

struct Range {
    char32_t first;
    char32_t last;
};

// What must never reach a terminal as it is: DEL, the C1 controls, and Unicode 15's invisible and bidirectional
// characters, its spaces other than U+0020, and what its Default_Ignorable_Code_Point names.
constexpr std::array kHidden = {
    Range{0x7F, 0xA0},       Range{0xAD, 0xAD},       Range{0x34F, 0x34F},     Range{0x600, 0x605},
    Range{0x61C, 0x61C},     Range{0x6DD, 0x6DD},     Range{0x70F, 0x70F},     Range{0x890, 0x891},
    Range{0x8E2, 0x8E2},     Range{0x115F, 0x1160},   Range{0x1680, 0x1680},   Range{0x17B4, 0x17B5},
    Range{0x180B, 0x180F},   Range{0x2000, 0x200F},   Range{0x2028, 0x202F},   Range{0x205F, 0x206F},
    Range{0x2800, 0x2800},   Range{0x3000, 0x3000},   Range{0x3164, 0x3164},   Range{0xFE00, 0xFE0F},
    Range{0xFEFF, 0xFEFF},   Range{0xFFA0, 0xFFA0},   Range{0xFFF0, 0xFFFB},   Range{0x110BD, 0x110BD},
    Range{0x110CD, 0x110CD}, Range{0x13430, 0x1345F}, Range{0x1BCA0, 0x1BCA3}, Range{0x1D173, 0x1D17A},
    Range{0xE0000, 0xE0FFF}};

bool is_hidden(char32_t point) {
    return point >= 0x7F && std::any_of(kHidden.begin(), kHidden.end(), [point](const Range& range) {
               return range.first <= point && point <= range.last;
           });
}

// nlohmann's parser has seen to it that this is UTF-8.
char32_t take_character(std::string_view& rest) {
    const auto lead = static_cast<unsigned char>(rest[0]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (rest.size() < length) throw std::invalid_argument("a string is not UTF-8");
    char32_t point = length == 1 ? lead : lead & (0x7FU >> length);
    for (const char c : rest.substr(1, length - 1)) point = point << 6U | (static_cast<unsigned char>(c) & 0x3FU);
    rest.remove_prefix(length);
    return point;
}

void append_escaped(std::string& out, char32_t point) {
    const auto unit = [&out](char32_t value) {
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<std::uint32_t>(value));
    };
    switch (point) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\b': out += "\\b"; break;
        case '\f': out += "\\f"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default:
            if (point < 0x10000) return unit(point);
            unit(0xD800 + ((point - 0x10000) >> 10U));
            unit(0xDC00 + ((point - 0x10000) & 0x3FFU));
    }
}

void append_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const auto before = text;
        const auto point = take_character(text);
        if (point < 0x20 || point == '"' || point == '\\' || is_hidden(point)) {
            append_escaped(out, point);
        } else {
            out += before.substr(0, before.size() - text.size());
        }
    }
    out += '"';
}

void append_value(std::string& out, const ordered_json& value);

void append_object(std::string& out, const ordered_json& object) {
    out += '{';
    for (const auto& [key, value] : object.items()) {
        if (out.back() != '{') out += ',';
        append_string(out, key);
        out += ':';
        append_value(out, value);
    }
    out += '}';
}

void append_array(std::string& out, const ordered_json& array) {
    out += '[';
    bool is_first = true;
    for (const auto& element : array) {
        if (!is_first) out += ',';
        is_first = false;
        append_value(out, element);
    }
    out += ']';
}

void append_value(std::string& out, const ordered_json& value) {
    switch (value.type()) {
        case ordered_json::value_t::object: return append_object(out, value);
        case ordered_json::value_t::array: return append_array(out, value);
        case ordered_json::value_t::string: return append_string(out, value.get_ref<const std::string&>());
        case ordered_json::value_t::boolean: out += value.get<bool>() ? "true" : "false"; break;
        case ordered_json::value_t::number_integer: out += fmt::to_string(value.get<std::int64_t>()); break;
        case ordered_json::value_t::number_unsigned: out += fmt::to_string(value.get<std::uint64_t>()); break;
        default: throw std::invalid_argument(fmt::format("exectap writes no {}", value.type_name()));
    }
}

}  // namespace

std::string json_text(const ordered_json& value) {
    std::string text;
    append_value(text, value);
    return text;
}

std::string to_base64(std::string_view bytes) {
    std::string text;
    for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(3, bytes.size()))) {
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; i++)
            bits = bits << 8U | (i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0U);
        for (std::size_t i = 0; i < 4; i++) text += i <= bytes.size() ? kDigits[bits >> (18 - 6 * i) & 0x3FU] : '=';
    }
    return text;
}

std::string from_base64(std::string_view text) {
    std::string bytes;
    std::uint32_t bits = 0;
    unsigned bit_count = 0;
    for (const char c : text.substr(0, text.find_last_not_of('=') + 1)) {
        const auto digit = kDigits.find(c);
        if (digit == std::string_view::npos) throw std::invalid_argument(fmt::format("no base64: {}", text));
        bits = (bits << 6U | static_cast<std::uint32_t>(digit)) & 0xFFFFU;
        bit_count += 6;
        if (bit_count < 8) continue;
        bit_count -= 8;
        bytes += static_cast<char>(bits >> bit_count & 0xFFU);
    }
    // There is one way only to write them.
    if (to_base64(bytes) != text) throw std::invalid_argument(fmt::format("no base64: {}", text));
    return bytes;
}

}  // namespace exectap::test
