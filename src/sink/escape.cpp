// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/escape.h"

#include <fmt/format.h>

#include <cstdint>
#include <iterator>

#include "sink/utf8.h"

namespace exectap {
namespace {

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
    const auto character = read_utf8(bytes);
    if (!character.is_valid) {
        append_hex(out, bytes[0]);
        return 1;
    }
    if (character.code_point < 0x80) {
        append_ascii(out, bytes[0]);
    } else if (is_hidden(character.code_point)) {
        fmt::format_to(std::back_inserter(out), "\\u{{{:x}}}", static_cast<std::uint32_t>(character.code_point));
    } else {
        out += bytes.substr(0, character.length);
    }
    return character.length;
}

}  // namespace

void append_escaped(std::string& out, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto plain = plain_prefix(bytes);
        out += bytes.substr(0, plain);
        bytes.remove_prefix(plain);
        if (!bytes.empty()) bytes.remove_prefix(append_character(out, bytes));
    }
}

void append_quoted(std::string& out, std::string_view bytes) {
    out += '"';
    append_escaped(out, bytes);
    out += '"';
}

}  // namespace exectap
