// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/escape.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

namespace exectap {
namespace {

struct Range {
    char32_t first;
    char32_t last;
};

// Code points that show nothing, look like a plain space, or change the order of what is around them. From Unicode's
// general categories Cc (beyond ASCII), Cf, Zl, Zp and Zs, and the property Default_Ignorable_Code_Point.
constexpr std::array kHidden = {
    Range{0x0080, 0x00A0},   Range{0x00AD, 0x00AD},   Range{0x034F, 0x034F},   Range{0x0600, 0x0605},
    Range{0x061C, 0x061C},   Range{0x06DD, 0x06DD},   Range{0x070F, 0x070F},   Range{0x0890, 0x0891},
    Range{0x08E2, 0x08E2},   Range{0x115F, 0x1160},   Range{0x1680, 0x1680},   Range{0x17B4, 0x17B5},
    Range{0x180B, 0x180F},   Range{0x2000, 0x200F},   Range{0x2028, 0x202F},   Range{0x205F, 0x206F},
    Range{0x2800, 0x2800},   Range{0x3000, 0x3000},   Range{0x3164, 0x3164},   Range{0xFE00, 0xFE0F},
    Range{0xFEFF, 0xFEFF},   Range{0xFFA0, 0xFFA0},   Range{0xFFF0, 0xFFFB},   Range{0x110BD, 0x110BD},
    Range{0x110CD, 0x110CD}, Range{0x13430, 0x1345F}, Range{0x1BCA0, 0x1BCA3}, Range{0x1D173, 0x1D17A},
    Range{0xE0000, 0xE0FFF},
};

bool is_hidden(char32_t code_point) {
    const auto* range = std::lower_bound(kHidden.begin(), kHidden.end(), code_point,
                                         [](const Range& r, char32_t point) { return r.last < point; });
    return range != kHidden.end() && range->first <= code_point;
}

struct Utf8 {
    char32_t code_point;
    std::size_t length;  // 0: not UTF-8
};

std::uint8_t byte_at(std::string_view bytes, std::size_t index) { return static_cast<std::uint8_t>(bytes[index]); }

// The character at the start of `bytes`, which is not ASCII. Overlong forms and surrogates are not UTF-8.
Utf8 read_utf8(std::string_view bytes) {
    const auto lead = byte_at(bytes, 0);
    const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || bytes.size() < length) return {0, 0};
    char32_t point = lead & (0xFFU >> (length + 1));
    for (std::size_t i = 1; i < length; i++) {
        const auto next = byte_at(bytes, i);
        if ((next & 0xC0) != 0x80) return {0, 0};
        point = point << 6 | (next & 0x3FU);
    }
    const bool is_overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    const bool is_surrogate = point >= 0xD800 && point <= 0xDFFF;
    if (is_overlong || is_surrogate || point > 0x10FFFF) return {0, 0};
    return {point, length};
}

bool is_plain(char c) { return c >= 0x20 && c < 0x7F && c != '"' && c != '\\'; }

void append_hex(std::string& out, char c) {
    fmt::format_to(std::back_inserter(out), "\\x{:02x}", static_cast<std::uint8_t>(c));
}

void append_ascii(std::string& out, char c) {
    switch (c) {
        case '\\': out += "\\\\"; break;
        case '"': out += "\\\""; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default: append_hex(out, c);
    }
}

// Returns how many bytes it took.
std::size_t append_character(std::string& out, std::string_view bytes) {
    if (byte_at(bytes, 0) < 0x80) {
        append_ascii(out, bytes[0]);
        return 1;
    }
    const auto character = read_utf8(bytes);
    if (character.length == 0) {
        append_hex(out, bytes[0]);
        return 1;
    }
    if (is_hidden(character.code_point)) {
        fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", static_cast<std::uint32_t>(character.code_point));
    } else {
        out += bytes.substr(0, character.length);
    }
    return character.length;
}

}  // namespace

void append_quoted(std::string& out, std::string_view bytes) {
    out += '"';
    while (!bytes.empty()) {
        const auto* plain_end = std::find_if_not(bytes.begin(), bytes.end(), is_plain);
        const auto plain = static_cast<std::size_t>(plain_end - bytes.begin());
        out += bytes.substr(0, plain);
        bytes.remove_prefix(plain);
        if (!bytes.empty()) bytes.remove_prefix(append_character(out, bytes));
    }
    out += '"';
}

}  // namespace exectap
