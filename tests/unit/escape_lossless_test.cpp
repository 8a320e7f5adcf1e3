// SPDX-License-Identifier: MIT OR Apache-2.0
// What is quoted can be read back to the byte, so two byte strings never look the same; and it is always safe to print.
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>

#include "sink/escape.h"
#include "unit/unquoted.h"
#include "unit/utf8.h"

namespace exectap {
namespace {

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
