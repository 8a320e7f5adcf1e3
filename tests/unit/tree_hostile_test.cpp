// SPDX-License-Identifier: MIT OR Apache-2.0
// Trees of programs that imitate a tree: what they choose stays between quotes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "sink/columns.h"
#include "sink/tree_text.h"
#include "sink/utf8.h"
#include "unit/scene.h"

namespace exectap {
namespace {

using namespace std::literals;
using testing::MatchesRegex;

constexpr std::array kHostile = {
    "├─ "sv,
    "├─"sv,
    "│  └─ exited 0"sv,
    "  ✗ ENOENT"sv,
    "✗ ENOENT"sv,
    "exited 0"sv,
    "x  (by x)"sv,
    "(by"sv,
    "x)  (was y [12])"sv,
    "[12]"sv,
    "⋯30"sv,
    "…"sv,
    "!!"sv,
    "a\n0.000 b"sv,
    "\r0.000 b"sv,
    "\x1b[2K\x1b[1A"sv,
    "\u202e0 detixe"sv,
    "\u2066x\u2069"sv,
    "\u200b"sv,
    "\u0085"sv,
    "a\xff\xfe b"sv,
    "\xe2\x94"sv,
    "' ✗ ENOENT '"sv,
    "\" ✗ ENOENT \""sv,
    "\\\" ✗ ENOENT \\"sv,
    "it's"sv,
    ""sv,
    " "sv,
};

bool is_shown_as_it_is(std::string_view text) {
    while (!text.empty()) {
        const auto character = read_utf8(text);
        if (!character.is_valid || character.code_point < 0x20 || character.code_point == 0x7f) return false;
        if (character.code_point >= 0x80 && is_hidden(character.code_point)) return false;
        text.remove_prefix(character.length);
    }
    return true;
}

// What is left of a text without all that stands between quotes; nothing where one quote is left alone.
std::optional<std::string> outside_of_quotes(std::string_view text) {
    std::string outside;
    char quote = '\0';
    for (std::size_t i = 0; i < text.size(); i++) {
        const char c = text[i];
        if (quote == '\0' && (c == '\'' || c == '"')) {
            quote = c;
        } else if (quote == '\0') {
            outside += c;
        } else if (c == '\\' && quote == '"') {
            i++;
        } else if (c == quote) {
            quote = '\0';
        }
    }
    if (quote != '\0') return std::nullopt;
    return outside;
}

// One line, nothing hidden, and outside of quotes only what the tree itself says.
void expect_harmless(const std::string& text, std::string_view words) {
    ASSERT_TRUE(text.ends_with('\n'));
    const auto line = std::string_view(text).substr(0, text.size() - 1);
    EXPECT_TRUE(is_shown_as_it_is(line)) << text;
    const auto outside = outside_of_quotes(line);
    ASSERT_TRUE(outside) << text;
    EXPECT_EQ(*outside, words) << text;
}

TEST(TreeOfHostileWords, KeepsThemBetweenQuotes) {
    for (const auto word : kHostile) {
        Scene scene;
        scene.command(10);
        scene.exec_bytes(10, "x\0"s + std::string(word) + "\0y\0"s, {.filename = "x"});
        expect_harmless(scene.text(), "0.000 x  y");
        scene.fail_bytes(10, "x\0"s + std::string(word) + "\0y\0"s, {.filename = "x"});
        expect_harmless(scene.text(), "0.000 ├─ x  y  ✗ ENOENT");
    }
}

TEST(TreeOfHostileWords, KeepsFilesAndNamesBetweenQuotes) {
    for (const auto word : kHostile) {
        const auto name = word.empty() ? "' '"s : std::string(word);
        Scene scene;
        scene.command(10);
        scene.exec(10, "make");
        scene.spawn(10, 11, "a");
        scene.fork(10, 12);
        scene.text();
        scene.exec_bytes(12, name + "\0"s, {.filename = "/bin/b"});
        expect_harmless(scene.text(), "0.000 ├─   [12]  (/bin/b)");
        scene.fail(10, "c", {.filename = "/opt/" + name + "/c"});
        expect_harmless(scene.text(), "0.000 ├─ c  ()  ✗ ENOENT");
        scene.fork(10, 13);
        scene.exec(13, "sh c", {.filename = "c", .script = "/opt/" + name});
        expect_harmless(scene.text(), "0.000 ├─ c  [13]  ()");
        scene.fail(12, "d", {.filename = "d"});
        expect_harmless(scene.text(), "0.000 │  ├─ d  (by  [12])  ✗ ENOENT");
        scene.exit(12);
        expect_harmless(scene.text(), "0.000 │  └─  [12] exited 0");
        scene.ran_before(20, name);
        scene.fail(20, "e", {.filename = "e"});
        const auto text = scene.text();
        expect_harmless(text.substr(0, text.find('\n') + 1), "        [20]  (ran before)");
    }
}

TEST(TreeOfHostileWords, KeepsWhatIsLeftOfThemBetweenQuotes) {
    for (const auto word : kHostile) {
        std::string repeated;
        for (int i = 0; i < 20; i++) repeated += word.empty() ? "it's (by a)  " : word;
        for (std::size_t columns = 40; columns < 120; columns++) {
            Scene scene({.columns = columns});
            scene.command(10);
            scene.exec(10, "make");
            scene.text();
            for (const auto& bytes :
                 {"x\0"s + repeated + "\0"s, "x\0-o\0"s + repeated + "\0yyyy\0"s + repeated + "\0-o\0"s}) {
                scene.fail_bytes(10, bytes, {.filename = "x"});
                const auto text = scene.text();
                const auto outside = outside_of_quotes(std::string_view(text).substr(0, text.size() - 1));
                ASSERT_TRUE(outside) << text;
                EXPECT_TRUE(is_shown_as_it_is(text.substr(0, text.size() - 1))) << text;
                EXPECT_LE(columns_of(text.substr(0, text.size() - 1)), columns);
                EXPECT_THAT(*outside, MatchesRegex("0.000 ├─ x[ xyo-]*(…[ xyo-]*)?  ✗ ENOENT")) << text;
            }
        }
    }
}

TEST(TreeOfHostileWords, BreaksUpNoEscape) {
    for (std::size_t columns = 1; columns < 40; columns++) {
        for (const std::string_view text :
             {R"("\x1b[2K\x1b[2K\x1b[2K\x1b[2K\x1b[2K")", R"("\u{202e}\u{202e}\u{202e}\u{202e}")",
              R"("\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"\"")", R"("\\\\\\\\\\\\\\\\\\\\\\\\\\")"}) {
            const auto cut = shortened(text, columns);
            EXPECT_LE(columns_of(cut), columns);
            const auto outside = outside_of_quotes(cut);
            ASSERT_TRUE(outside) << cut;
            EXPECT_TRUE(*outside == "" || *outside == "…") << cut;
        }
    }
}

TEST(TreeOfHostileWords, QuotesAWordThatAShellWouldChangeToo) {
    Scene scene;
    scene.command(10);
    scene.exec_bytes(10, "sh\0-c\0a 'b' \"c\" \\d\0$HOME\0*\0"sv, {.filename = "/bin/sh"});
    EXPECT_EQ(scene.text(), "0.000 sh -c \"a 'b' \\\"c\\\" \\\\d\" '$HOME' '*'\n");
}

}  // namespace
}  // namespace exectap
