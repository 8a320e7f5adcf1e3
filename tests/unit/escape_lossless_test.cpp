// SPDX-License-Identifier: MIT OR Apache-2.0
// What is quoted can be read back to the byte, so two byte strings never look the same; and it is always safe to print.
#include <gtest/gtest.h>

#include <charconv>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "sink/escape.h"
#include "unit/utf8.h"

namespace exectap {
namespace {

// A number of so many hexadecimal digits; takes them and `after` more characters off `text`.
std::optional<unsigned> take_hex(std::string_view& text, std::size_t digits, std::size_t after) {
    unsigned value = 0;
    if (digits == 0 || text.size() < digits + after) return std::nullopt;
    const auto* end = text.data() + digits;
    if (std::from_chars(text.data(), end, value, 16).ptr != end) return std::nullopt;
    text.remove_prefix(digits + after);
    return value;
}

// One escape, without its backslash.
std::optional<std::string> take_escape(std::string_view& text) {
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

// The inverse of append_quoted(); nothing for what it can't have written.
std::optional<std::string> unquoted(std::string_view text) {
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

bool has_control(std::string_view text) {
    char before = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F) return true;
        // C1, the second set of control characters, in UTF-8.
        if (before == '\xc2' && byte < 0xA0) return true;
        before = c;
    }
    return false;
}

// Not EXPECT_* for each of a million strings: they take longer than what they check.
bool survives(std::string_view bytes) {
    std::string text;
    append_quoted(text, bytes);
    if (unquoted(text) == bytes && !has_control(text)) return true;
    ADD_FAILURE() << "lossy or unsafe: " << text;
    return false;
}

char char_of(unsigned value) { return static_cast<char>(value); }

TEST(EscapeLossless, ForEveryByte) {
    for (unsigned byte = 0; byte < 256; byte++) ASSERT_TRUE(survives(std::string{char_of(byte)}));
}

TEST(EscapeLossless, ForEveryTwoBytes) {
    for (unsigned pair = 0; pair < 65536; pair++)
        ASSERT_TRUE(survives(std::string{char_of(pair >> 8), char_of(pair & 0xFF)}));
}

TEST(EscapeLossless, ForEveryCodePoint) {
    for (char32_t block = 0; block <= 0x10FFFF; block += 256) {
        std::string text;
        for (char32_t point = block; point < block + 256; point++) text += utf8(point);
        ASSERT_TRUE(survives(text));
    }
}

TEST(EscapeLossless, ForRandomStrings) {
    std::mt19937 random(20260131);  // the same strings every time
    // What starts, continues or imitates an escape or a character comes often.
    constexpr std::string_view kTelling = "\\\"xu{}09afn\n\x1b\x80\x9b\xbf\xc2\xe2\xe0\xed\xf0\xf4\xff";
    for (int round = 0; round < 50'000; round++) {
        std::string bytes(random() % 16, '\0');
        for (char& c : bytes)
            c = random() % 4 == 0 ? static_cast<char>(random() & 0xFF) : kTelling[random() % kTelling.size()];
        ASSERT_TRUE(survives(bytes));
    }
}

TEST(EscapeLossless, ForTextThatLooksEscaped) {
    for (const auto* text : {R"(\x1b)", R"(\u{202e})", R"(\n)", R"(\\)", R"("...)", R"(",")"})
        EXPECT_TRUE(survives(text));
}

}  // namespace
}  // namespace exectap
