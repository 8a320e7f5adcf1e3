// SPDX-License-Identifier: MIT OR Apache-2.0
// Any bytes as JSON strings: valid, safe to print, and nothing is lost.
#include "sink/json_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <string_view>

#include "sink/utf8.h"
#include "unit/json.h"
#include "unit/utf8.h"

namespace exectap {
namespace {

using namespace std::literals;

// Appends to `text` by append(Appender&), and returns what that does.
auto with_appender(std::string& text, auto append) {
    Appender out(text);
    return append(out);
}

bool append_json(std::string& text, std::string_view bytes) {
    return with_appender(text, [&](Appender& out) { return append_json_text(out, bytes); });
}

std::string json(std::string_view bytes) {
    std::string text;
    with_appender(text, [&](Appender& out) { return append_json_string(out, bytes); });
    return text;
}

std::string base64(std::initializer_list<std::string_view> pieces) {
    std::string text;
    with_appender(text, [&](Appender& out) {
        Base64 encoder(out);
        for (const auto piece : pieces) encoder.append(piece);
        encoder.end();
    });
    return text;
}

TEST(JsonText, KeepsPrintableAscii) {
    EXPECT_EQ(json(" !#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~"), R"(" !#$%&'()*+,-./09:;<=>?@AZ[]^_`az{|}~")");
    EXPECT_EQ(json(""), R"("")");
}

TEST(JsonText, AppendsToWhatIsThere) {
    std::string out = "x";
    EXPECT_TRUE(append_json(out, "y\n"));
    EXPECT_EQ(out, "xy\\n");
}

TEST(JsonText, EscapesQuotesAndBackslashes) { EXPECT_EQ(json("a\"b\\c/"), R"("a\"b\\c/")"); }

TEST(JsonText, EscapesControlCharacters) {
    EXPECT_EQ(json("\b\f\n\r\t"), R"("\b\f\n\r\t")");
    EXPECT_EQ(json("\0\x01\x1b\x1f"sv), R"("\u0000\u0001\u001b\u001f")");
    EXPECT_EQ(json("\x7f"), R"("\u007f")");
    EXPECT_EQ(json("\u0080\u009b"), R"("\u0080\u009b")");
}

TEST(JsonText, EscapesHiddenCharacters) {
    EXPECT_EQ(json(utf8(0x202E) + "b"), R"("\u202eb")");
    EXPECT_EQ(json("\u00a0\u200b\u2028\ufeff"), R"("\u00a0\u200b\u2028\ufeff")");
    EXPECT_EQ(json("\U000E0041"), R"("\udb40\udc41")");
    EXPECT_EQ(json("\U0001D173"), R"("\ud834\udd73")");
}

TEST(JsonText, KeepsOrdinaryCharacters) {
    for (const auto* text : {"é", "Я", "日本", "→", "€", "😀", "e\u0301", "\uFFFD"})
        EXPECT_EQ(json(text), '"' + std::string(text) + '"');
}

TEST(JsonText, ReplacesEachMaximalSubpart) {
    EXPECT_EQ(json("a\x80z"), "\"a\uFFFDz\"");
    EXPECT_EQ(json("\xe6\x97z"), "\"\uFFFDz\"");                          // a character that is cut off
    EXPECT_EQ(json("\xf0\x9f\x98"), "\"\uFFFD\"");                        // by the end, too
    EXPECT_EQ(json("\xc0\x8a"), "\"\uFFFD\uFFFD\"");                      // overlong: no part of it begins a character
    EXPECT_EQ(json("\xe0\x80\x80"), "\"\uFFFD\uFFFD\uFFFD\"");            // likewise
    EXPECT_EQ(json("\xed\xa0\x80"), "\"\uFFFD\uFFFD\uFFFD\"");            // a surrogate
    EXPECT_EQ(json("\xf4\x90\x80\x80"), "\"\uFFFD\uFFFD\uFFFD\uFFFD\"");  // beyond Unicode
    // The example of Unicode, chapter 3.9, table 3-8 and 3-11.
    EXPECT_EQ(json("\x61\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64"),
              "\"a\uFFFD\uFFFD\uFFFDb\uFFFDc\uFFFD\uFFFDd\"");
}

TEST(JsonText, TellsWhetherItWasUtf8) {
    std::string out;
    EXPECT_TRUE(append_json(out, ""));
    EXPECT_TRUE(append_json(out, "日本\x1b" + utf8(0x202E)));
    EXPECT_TRUE(append_json(out, "\uFFFD"));
    EXPECT_FALSE(append_json(out, "ab\xff"));
    EXPECT_FALSE(append_json(out, "\xe6\x97"));
}

// Parsed again it is what another writer makes of the same bytes, and no character in it can do harm.
bool is_repaired_as_elsewhere(std::string_view bytes) {
    std::string text;
    const bool is_utf8 = with_appender(text, [&](Appender& out) { return append_json_string(out, bytes); });
    for (std::string_view rest = text; !rest.empty();) {
        const auto character = read_utf8(rest);
        const bool is_control = character.code_point < 0x20 || character.code_point == 0x7F;
        if (!character.is_valid || is_control || (character.code_point >= 0x80 && is_hidden(character.code_point))) {
            ADD_FAILURE() << "unsafe: " << text;
            return false;
        }
        rest.remove_prefix(character.length);
    }
    const auto ours = Json::parse(text).get<std::string>();
    const auto original = Json::array({std::string(bytes)});
    const auto theirs = Json::parse(original.dump(-1, ' ', false, Json::error_handler_t::replace)).at(0);
    const bool stayed = ours == bytes;
    if (ours == theirs.get<std::string>() && stayed == is_utf8) return true;
    ADD_FAILURE() << "repaired otherwise: " << base64({bytes});
    return false;
}

char char_of(unsigned value) { return static_cast<char>(value); }

TEST(JsonText, IsRepairedAsElsewhereForEveryByte) {
    for (unsigned byte = 0; byte < 256; byte++) ASSERT_TRUE(is_repaired_as_elsewhere(std::string{char_of(byte)}));
}

TEST(JsonText, IsRepairedAsElsewhereForEveryTwoBytes) {
    for (unsigned pair = 0; pair < 65536; pair++)
        ASSERT_TRUE(is_repaired_as_elsewhere(std::string{char_of(pair >> 8), char_of(pair & 0xFF)}));
}

TEST(JsonText, IsRepairedAsElsewhereForEveryCodePoint) {
    for (char32_t block = 0; block <= 0x10FFFF; block += 256) {
        std::string text;
        for (char32_t point = block; point < block + 256; point++) text += utf8(point);
        ASSERT_TRUE(is_repaired_as_elsewhere(text));
    }
}

TEST(JsonText, IsRepairedAsElsewhereForRandomBytes) {
    std::mt19937 random(20260131);  // the same strings every time
    constexpr std::string_view kTelling = "\\\"au\n\x1b\x7f\x80\x8f\x90\x9b\x9f\xa0\xbf\xc2\xe2\xe0\xed\xf0\xf4\xff";
    for (int round = 0; round < 50'000; round++) {
        std::string bytes(random() % 16, '\0');
        for (char& c : bytes) c = random() % 4 == 0 ? char_of(random() & 0xFF) : kTelling[random() % kTelling.size()];
        ASSERT_TRUE(is_repaired_as_elsewhere(bytes));
    }
}

// RFC 4648, section 10.
TEST(Base64, IsThatOfTheRfc) {
    EXPECT_EQ(base64({""}), "");
    EXPECT_EQ(base64({"f"}), "Zg==");
    EXPECT_EQ(base64({"fo"}), "Zm8=");
    EXPECT_EQ(base64({"foo"}), "Zm9v");
    EXPECT_EQ(base64({"foob"}), "Zm9vYg==");
    EXPECT_EQ(base64({"fooba"}), "Zm9vYmE=");
    EXPECT_EQ(base64({"foobar"}), "Zm9vYmFy");
    EXPECT_EQ(base64({"\xfb\xff\xbf"}), "+/+/");
}

TEST(Base64, DoesNotShowWherePiecesMet) {
    EXPECT_EQ(base64({"f", "", "oob", "ar"}), "Zm9vYmFy");
    EXPECT_EQ(base64({"fo", "ob"}), "Zm9vYg==");
}

TEST(Base64, KeepsEveryByte) {
    std::string bytes;
    for (unsigned byte = 0; byte < 256; byte++) bytes += char_of(byte);
    EXPECT_EQ(base64_decoded(base64({bytes})), bytes);
}

}  // namespace
}  // namespace exectap
