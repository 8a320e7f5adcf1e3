// SPDX-License-Identifier: MIT OR Apache-2.0
// Globs: what they match, of whole texts and of parts.
#include "filter/glob.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "unit/expressions.h"

namespace exectap {
namespace {

using namespace std::literals;

bool matches(std::string_view glob, std::string_view text) { return glob_of(glob).matches(text); }

std::string error_of(std::string_view glob, const GlobUse& use = {.name = "--comm"}) {
    const auto parsed = parse_glob(glob, use);
    if (parsed) return "no error";
    EXPECT_EQ(parsed.error().kind, ErrorKind::usage);
    return parsed.error().message;
}

TEST(Glob, MatchesFromStartToEnd) {
    EXPECT_TRUE(matches("make", "make"));
    EXPECT_FALSE(matches("make", "cmake"));
    EXPECT_FALSE(matches("make", "makefile"));
    EXPECT_FALSE(matches("make", "MAKE"));
    EXPECT_FALSE(matches("make", ""));
}

TEST(Glob, StarMatchesAnyText) {
    for (const auto* text : {"", "a", "a/b", "\xff", "\n"}) EXPECT_TRUE(matches("*", text)) << text;
    EXPECT_TRUE(matches("*make", "cmake"));
    EXPECT_TRUE(matches("make*", "make"));
    EXPECT_TRUE(matches("/usr/*/ls", "/usr/local/bin/ls"));
    EXPECT_TRUE(matches("a**b", "ab"));
    EXPECT_TRUE(matches("*a*b*", "xxaxxbxx"));
    EXPECT_FALSE(matches("*a*b*", "xxbxxaxx"));
    EXPECT_TRUE(matches("*ab", "aab"));
    EXPECT_TRUE(matches("*abab", "ababab"));
    EXPECT_FALSE(matches("a*bc", "abcb"));
}

TEST(Glob, QuestionMarkMatchesOneCharacter) {
    EXPECT_TRUE(matches("l?", "ls"));
    EXPECT_FALSE(matches("l?", "l"));
    EXPECT_FALSE(matches("l?", "lsx"));
    EXPECT_TRUE(matches("caf?", "café"));
    EXPECT_FALSE(matches("caf??", "café"));
    EXPECT_TRUE(matches("??", "日本"));
    EXPECT_TRUE(matches("?", "/"));
    EXPECT_FALSE(matches("*[!é]x", "éx"));
}

TEST(Glob, CountsAByteThatIsNoCharacterAsOne) {
    EXPECT_TRUE(matches("caf?", "caf\xe9"));
    EXPECT_TRUE(matches("??", "\xe6\x97"));
    EXPECT_TRUE(matches("\xe9*", "\xe9t\xe9"));
    EXPECT_FALSE(matches("\xe9", "\xe8"));
    EXPECT_FALSE(matches("[a-z]", "\xe9"));
    EXPECT_TRUE(matches("[!a-z]", "\xe9"));
}

TEST(Glob, BracketMatchesOneOfItsCharacters) {
    EXPECT_TRUE(matches("[a-c]x", "bx"));
    EXPECT_FALSE(matches("[a-c]x", "dx"));
    EXPECT_TRUE(matches("[abx-z]", "y"));
    EXPECT_TRUE(matches("[à-é]", "è"));
    EXPECT_FALSE(matches("[à-é]", "e"));
    EXPECT_TRUE(matches("[]]", "]"));
    EXPECT_TRUE(matches("[a-]", "-"));
    EXPECT_TRUE(matches("[-a]", "-"));
    EXPECT_TRUE(matches("[*?]", "*"));
    EXPECT_FALSE(matches("[*?]", "a"));
    EXPECT_TRUE(matches("[a!]", "!"));
    EXPECT_TRUE(matches(R"([\]a])", "]"));
    EXPECT_FALSE(matches(R"([\]a])", "\\"));
    EXPECT_TRUE(matches("[[]", "["));
}

TEST(Glob, BracketMatchesNoneOfItsCharacters) {
    EXPECT_TRUE(matches("[!a-c]", "d"));
    EXPECT_FALSE(matches("[!a-c]", "b"));
    EXPECT_FALSE(matches("[!a-c]", ""));
    EXPECT_TRUE(matches("[!]]", "a"));
    EXPECT_FALSE(matches("[!]]", "]"));
}

TEST(Glob, BackslashTakesTheNextCharacterItself) {
    EXPECT_TRUE(matches(R"(\*)", "*"));
    EXPECT_FALSE(matches(R"(\*)", "a"));
    EXPECT_TRUE(matches(R"(a\[b)", "a[b"));
    EXPECT_TRUE(matches(R"(\\)", "\\"));
    EXPECT_TRUE(matches(R"(\a)", "a"));
    EXPECT_TRUE(matches(R"(\$\^\|)", "$^|"));
    EXPECT_TRUE(matches("[$^|]", "|"));
}

TEST(Glob, IsNotSlowWhereItAlmostMatches) {
    const std::string text(20'000, 'a');
    std::string glob;
    for (int i = 0; i < 50; i++) glob += "*a";
    EXPECT_TRUE(matches(glob, text));
    EXPECT_FALSE(matches(glob + "b", text));
    EXPECT_FALSE(matches("*" + std::string(50, 'a') + "b", text));
}

TEST(Glob, IsDecidedByABeginningWhereItCanBe) {
    const auto beginning = [](std::string_view glob, std::string_view text) {
        return glob_of(glob).matches_beginning(text);
    };
    EXPECT_EQ(beginning("foo*", "foobar"), Truth::yes);
    EXPECT_EQ(beginning("f*b*", "foobar"), Truth::yes);
    EXPECT_EQ(beginning("foo", "foobar"), Truth::no);
    EXPECT_EQ(beginning("bar*", "foobar"), Truth::no);
    EXPECT_EQ(beginning("b*", "foobar"), Truth::no);
    EXPECT_EQ(beginning("foobar", "foo"), Truth::unknown);
    EXPECT_EQ(beginning("foo", "foo"), Truth::unknown);
    EXPECT_EQ(beginning("f*z", "foo"), Truth::unknown);
    EXPECT_EQ(beginning("f*z*", "foo"), Truth::unknown);
    EXPECT_EQ(beginning("foo*", "fo"), Truth::unknown);
    EXPECT_EQ(beginning("*", ""), Truth::yes);
    EXPECT_EQ(beginning("a", ""), Truth::unknown);
}

TEST(Glob, DoesNotTakePartOfACharacterForOne) {
    EXPECT_EQ(glob_of("a[!é]*").matches_beginning("a\xc3"), Truth::unknown);
    EXPECT_EQ(glob_of("a[!é]*").matches_beginning("aé"), Truth::no);
    EXPECT_EQ(glob_of("a?*").matches_beginning("a\xe6\x97"), Truth::unknown);
    EXPECT_EQ(glob_of("a?*").matches_beginning("a\xff"), Truth::yes);
    EXPECT_EQ(glob_of("aé").matches_beginning("a\xc3"), Truth::unknown);
}

TEST(Glob, IsDecidedByAnEndWhereItCanBe) {
    const auto end = [](std::string_view glob, std::string_view text) { return glob_of(glob).matches_end(text); };
    EXPECT_EQ(end("*/bin/ls", "/bin/ls"), Truth::yes);
    EXPECT_EQ(end("*/b*/ls", "/bin/ls"), Truth::yes);
    EXPECT_EQ(end("*/cat", "/bin/ls"), Truth::no);
    EXPECT_EQ(end("/usr/*/cat", "/bin/ls"), Truth::no);
    EXPECT_EQ(end("/ls", "/bin/ls"), Truth::no);
    EXPECT_EQ(end("/usr/*", "/bin/ls"), Truth::unknown);
    EXPECT_EQ(end("/bin/ls", "/bin/ls"), Truth::unknown);
    EXPECT_EQ(end("/usr/bin/ls", "/bin/ls"), Truth::unknown);
    EXPECT_EQ(end("/usr/bin/cat", "/bin/ls"), Truth::no);
    EXPECT_EQ(end("*/usr/bin/ls", "/bin/ls"), Truth::unknown);
    EXPECT_EQ(end("*é", "/é"), Truth::yes);
    EXPECT_EQ(end("/x/[!a-z]", "/é"), Truth::unknown);
    EXPECT_EQ(end("/x/[a-z]", "/é"), Truth::no);
    EXPECT_EQ(end("/usr", ""), Truth::unknown);
}

TEST(Glob, IsDecidedByAMiddleOnlyIfOpenAtBothEnds) {
    EXPECT_EQ(glob_of("*bin*").matches_middle("/bin/l"), Truth::yes);
    EXPECT_EQ(glob_of("*bin").matches_middle("/bin"), Truth::unknown);
    EXPECT_EQ(glob_of("bin*").matches_middle("/bin"), Truth::unknown);
    EXPECT_EQ(glob_of("*cat*").matches_middle("/bin"), Truth::unknown);
}

TEST(Glob, SaysWhatIsWrong) {
    EXPECT_EQ(error_of(""), "a glob can't be empty; * matches everything");
    EXPECT_EQ(error_of("[a"), "a bracket has no end; for the character itself write [[]");
    EXPECT_EQ(error_of("[]"), "a bracket has no end; for the character itself write [[]");
    EXPECT_EQ(error_of("a\\"), "a glob can't end in a backslash, which is for the character after it");
    EXPECT_EQ(error_of("[z-a]"), "no character is in the range z-a");
    EXPECT_EQ(error_of("[\x1b-\n]"), "no character is in the range \\x1b-\\n");
    EXPECT_EQ(error_of("[[:alpha:]]"), "a bracket has no names for characters; write [a-zA-Z] or [0-9]");
}

TEST(GlobThatIsARegularExpression, IsWrittenAsOptions) {
    for (const auto& [regex, advice] :
         {std::pair{"sh|bash"sv, "a glob has no |; write --comm sh --comm bash"sv},
          {"^(sh|dash)$", "a glob has no |; write --comm sh --comm dash"},
          {"(a.*|b)", "a glob has no |; write --comm 'a*' --comm b"},
          {"^a|b$", "a glob has no |; write --comm 'a*' --comm '*b'"},
          {"sh|", "a glob has no |; write --comm sh"},
          {"^make", "a glob matches from the start to the end; write --comm 'make*'"},
          {"^make.*$", "a glob matches from the start to the end; write --comm 'make*'"},
          {"make$", "a glob matches from the start to the end; write --comm '*make'"},
          {"^make$", "a glob matches from the start to the end; write --comm make"},
          {"$HOME", "a glob has no ^ and no $; to mean the character write --comm '\\$HOME'"},
          {"[^a-c]*", "a glob has [!...] for [^...]; write --comm '[!a-c]*'"},
          {"^[^a]", "a glob matches from the start to the end; write --comm '[!a]*'"},
          {"a b|c", "| ^ $ and [^ ] are of regular expressions, and this is a glob; write \\$ for a $ itself"},
          {"|", "| ^ $ and [^ ] are of regular expressions, and this is a glob; write \\$ for a $ itself"},
          {"^$", "| ^ $ and [^ ] are of regular expressions, and this is a glob; write \\$ for a $ itself"},
          {"^[a", "| ^ $ and [^ ] are of regular expressions, and this is a glob; write \\$ for a $ itself"}})
        EXPECT_EQ(error_of(regex), advice) << regex;
}

TEST(GlobThatIsARegularExpression, IsWrittenForItsField) {
    constexpr GlobUse kText{"comm", GlobUse::Kind::text_field};
    constexpr GlobUse kPath{"exe", GlobUse::Kind::path_field};
    constexpr GlobUse kNotText{"comm", GlobUse::Kind::text_field, true};
    EXPECT_EQ(error_of("sh|bash", kText), R"(a glob has no |; write comm in {"sh", "bash"})");
    EXPECT_EQ(error_of("a*|b", kText), R"(a glob has no |; write (comm ~ "a*" || comm ~ "b"))");
    EXPECT_EQ(error_of("sh|bash", kPath), R"(a glob has no |; write (exe ~ "sh" || exe ~ "bash"))");
    EXPECT_EQ(error_of("sh|bash", kNotText), R"(a glob has no |; write !(comm in {"sh", "bash"}))");
    EXPECT_EQ(error_of("a*|b", kNotText), R"(a glob has no |; write !(comm ~ "a*" || comm ~ "b"))");
    EXPECT_EQ(error_of("^make", kText), R"(a glob matches from the start to the end; write "make*")");
    EXPECT_EQ(error_of(R"(^a\*b)", kText), R"(a glob matches from the start to the end; write "a\\*b*")");
    EXPECT_EQ(error_of("a^\n", kText), R"(a glob has no ^ and no $; to mean the character write "a\\^\n")");
    EXPECT_EQ(error_of("^" + std::string(200, 'a'), kText),
              R"(| ^ $ and [^ ] are of regular expressions, and this is a glob; write \\$ for a $ itself)");
}

}  // namespace
}  // namespace exectap
