// SPDX-License-Identifier: MIT OR Apache-2.0
// How each kind of byte and character is quoted.
#include "sink/escape.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "unit/utf8.h"

namespace exectap {
namespace {

using namespace std::literals;

std::string escaped(std::string_view bytes) {
    std::string out;
    append_quoted(out, bytes);
    return out;
}

TEST(Escape, AppendsToWhatIsThere) {
    std::string out = "comm=";

    append_quoted(out, "ls");

    EXPECT_EQ(out, R"(comm="ls")");
}

TEST(Escape, QuotesNothing) { EXPECT_EQ(escaped(""), R"("")"); }

TEST(Escape, KeepsPrintableAscii) {
    EXPECT_EQ(escaped(" !#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~"), R"(" !#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~")");
}

TEST(Escape, SeesEachByteWhereverItStands) {
    constexpr std::size_t kPlaces = 40;
    for (int byte = 0; byte < 0x100; byte++) {
        const std::string one(1, static_cast<char>(byte));
        const auto quoted = escaped(one).substr(1);
        for (std::size_t place = 0; place < kPlaces; place++) {
            const std::string before(place, 'x');
            const std::string after(kPlaces - place, 'y');
            ASSERT_EQ(escaped(before + one + after), '"' + before + quoted.substr(0, quoted.size() - 1) + after + '"')
                << byte;
        }
    }
}

TEST(Escape, MarksQuotesAndBackslashes) {
    EXPECT_EQ(escaped("a\"b"), R"("a\"b")");
    EXPECT_EQ(escaped("a\\nb"), R"("a\\nb")");
    EXPECT_EQ(escaped("\\"), R"("\\")");
}

TEST(Escape, NamesTheUsualControlCharacters) { EXPECT_EQ(escaped("a\nb\rc\td"), R"("a\nb\rc\td")"); }

TEST(Escape, ShowsOtherControlBytesInHex) {
    EXPECT_EQ(escaped("\x1b[31m"), R"("\x1b[31m")");
    EXPECT_EQ(escaped("\x7f"), R"("\x7f")");
    EXPECT_EQ(escaped("\a\b\v\f"), R"("\x07\x08\x0b\x0c")");
    EXPECT_EQ(escaped("a\0b"sv), R"("a\x00b")");
}

TEST(Escape, ShowsC1ControlsAsCodePoints) {
    EXPECT_EQ(escaped("\u009b31m"), R"("\u{9b}31m")");
    EXPECT_EQ(escaped("\u0080\u009f"), R"("\u{80}\u{9f}")");
}

TEST(Escape, KeepsOrdinaryCharacters) {
    for (const auto* text : {"é", "ñ", "ß", "Ω", "Я", "日本", "한국", "नमस्ते", "→", "█", "€", "😀", "𝄞", "e\u0301"})
        EXPECT_EQ(escaped(text), '"' + std::string(text) + '"');
}

// Invisible, like a space, or bidirectional.
TEST(Escape, ShowsHiddenCharactersAsCodePoints) {
    EXPECT_EQ(escaped(utf8(0x202E) + "b"), R"("\u{202e}b")");                   // right-to-left override
    EXPECT_EQ(escaped("\u2066\u2069"), R"("\u{2066}\u{2069}")");                // isolates
    EXPECT_EQ(escaped("\u200b"), R"("\u{200b}")");                              // zero width space
    EXPECT_EQ(escaped("\ufeff"), R"("\u{feff}")");                              // byte order mark
    EXPECT_EQ(escaped("\u00a0"), R"("\u{a0}")");                                // no-break space
    EXPECT_EQ(escaped("\u00ad"), R"("\u{ad}")");                                // soft hyphen
    EXPECT_EQ(escaped("\u2028\u2029"), R"("\u{2028}\u{2029}")");                // line and paragraph separators
    EXPECT_EQ(escaped("\u3000"), R"("\u{3000}")");                              // ideographic space
    EXPECT_EQ(escaped("\u1160\u3164\uffa0"), R"("\u{1160}\u{3164}\u{ffa0}")");  // Hangul fillers
    EXPECT_EQ(escaped("\U000E0041"), R"("\u{e0041}")");                         // tag letter a
    EXPECT_EQ(escaped("❤\ufe0f"), R"("❤\u{fe0f}")");                            // variation selector
}

// Both ends of blocks, and what is next to them.
TEST(Escape, HidesBlocksToTheirEnds) {
    const std::u32string hidden =
        U"\u0080\u00A0\u034F\u0600\u0605\u061C\u115F\u1160\u1680\u180B\u180F\u2000\u200F\u2028\u202F\u205F\u206F\u2800"
        U"\uFE00\uFE0F\uFFF9\uFFFB\U000110BD\U0001BCA0\U0001BCA3\U0001D173\U0001D17A\U000E0000\U000E0001\U000E0020"
        U"\U000E007F\U000E0100\U000E01EF\U000E0FFF";
    const std::u32string shown =
        U"\u00A1\u00AC\u00AE\u034E\u0350\u0606\u061B\u115E\u1161\u1681\u180A\u1810\u1FFE\u2010\u2027\u2030\u205E\u2070"
        U"\u27FF\u2801\u2FFF\u3001\u3165\uFDFF\uFE10\uFEFE\uFF9F\uFFA1\uFFFC\uFFFD\U000110BC\U000110BE\U0001BC9F"
        U"\U0001BCA4\U0001D172\U0001D17B\U000DFFFF\U000E1000";
    for (const auto point : hidden) EXPECT_EQ(escaped(utf8(point)), fmt::format("\"\\u{{{:x}}}\"", unsigned{point}));
    for (const auto point : shown) EXPECT_EQ(escaped(utf8(point)), '"' + utf8(point) + '"');
}

TEST(Escape, ShowsContinuationBytesWithoutALeadInHex) {
    EXPECT_EQ(escaped("\x80"), R"("\x80")");
    EXPECT_EQ(escaped("a\x9b\xbf"), R"("a\x9b\xbf")");
}

TEST(Escape, ShowsACharacterThatIsCutOffInHex) {
    EXPECT_EQ(escaped("a\xc3"), R"("a\xc3")");
    EXPECT_EQ(escaped("\xe6\x97"), R"("\xe6\x97")");
    EXPECT_EQ(escaped("\xf0\x9f\x98"), R"("\xf0\x9f\x98")");
    // Also where what comes after the end would complete it.
    EXPECT_EQ(escaped("é"sv.substr(0, 1)), R"("\xc3")");
    EXPECT_EQ(escaped("日"sv.substr(0, 2)), R"("\xe6\x97")");
    EXPECT_EQ(escaped("😀"sv.substr(0, 3)), R"("\xf0\x9f\x98")");
}

TEST(Escape, GoesOnRightAfterACharacterThatIsBroken) {
    EXPECT_EQ(escaped("\xc3(\xc3\xa9"), "\"\\xc3(é\"");
    EXPECT_EQ(escaped("\xe6\x97\xc3\xa9"), "\"\\xe6\\x97é\"");
    EXPECT_EQ(escaped("\xf0\x9f\n"), R"("\xf0\x9f\n")");
}

TEST(Escape, ShowsOverlongFormsInHex) {
    EXPECT_EQ(escaped("\xc0\x8a"), R"("\xc0\x8a")");                  // newline in two bytes
    EXPECT_EQ(escaped("\xc1\xbf"), R"("\xc1\xbf")");                  // the last that fits in one
    EXPECT_EQ(escaped("\xe0\x82\x9b"), R"("\xe0\x82\x9b")");          // C1 in three bytes
    EXPECT_EQ(escaped("\xe0\x9f\xbf"), R"("\xe0\x9f\xbf")");          // the last that fits in two
    EXPECT_EQ(escaped("\xf0\x80\x80\x8a"), R"("\xf0\x80\x80\x8a")");  // newline in four bytes
    EXPECT_EQ(escaped("\xf0\x8f\xbf\xbf"), R"("\xf0\x8f\xbf\xbf")");  // the last that fits in three
    EXPECT_EQ(escaped("\xe0\xa0\x80\xf0\x90\x80\x80"), "\"\u0800\U00010000\"");
}

TEST(Escape, ShowsSurrogatesInHex) {
    EXPECT_EQ(escaped("\xed\xa0\x80"), R"("\xed\xa0\x80")");
    EXPECT_EQ(escaped("\xed\xbf\xbf"), R"("\xed\xbf\xbf")");
    EXPECT_EQ(escaped("\xed\x9f\xbf\xee\x80\x80"), "\"\xed\x9f\xbf\xee\x80\x80\"");
}

TEST(Escape, ShowsWhatIsBeyondUnicodeInHex) {
    EXPECT_EQ(escaped("\xf4\x8f\xbf\xbf"), "\"\xf4\x8f\xbf\xbf\"");
    EXPECT_EQ(escaped("\xf4\x90\x80\x80"), R"("\xf4\x90\x80\x80")");
    EXPECT_EQ(escaped("\xf5\x80\x80\x80"), R"("\xf5\x80\x80\x80")");
    EXPECT_EQ(escaped("\xfe\xff"), R"("\xfe\xff")");
}

}  // namespace
}  // namespace exectap
