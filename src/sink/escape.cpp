// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/escape.h"

#include <cstdint>

#include "sink/utf8.h"
#include "sink/word.h"

namespace exectap {
namespace {

void append_hex(Appender& out, char c) {
    out += Word("\\x").append_unsigned(static_cast<std::uint8_t>(c), 16, 2).text();
}

void append_ascii(Appender& out, char c) {
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
std::size_t append_character(Appender& out, std::string_view bytes) {
    const auto character = read_utf8(bytes);
    if (!character.is_valid) {
        append_hex(out, bytes[0]);
        return 1;
    }
    if (character.code_point < 0x80) {
        append_ascii(out, bytes[0]);
    } else if (is_hidden(character.code_point)) {
        out += Word("\\u{").append_unsigned(character.code_point, 16, 1).append("}").text();
    } else {
        out += bytes.substr(0, character.length);
    }
    return character.length;
}

}  // namespace

void append_escaped(Appender& out, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto plain = plain_prefix(bytes);
        out += bytes.substr(0, plain);
        bytes.remove_prefix(plain);
        if (!bytes.empty()) bytes.remove_prefix(append_character(out, bytes));
    }
}

void append_quoted(Appender& out, std::string_view bytes) {
    out += '"';
    append_escaped(out, bytes);
    out += '"';
}

}  // namespace exectap
