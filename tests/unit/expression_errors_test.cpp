// SPDX-License-Identifier: MIT OR Apache-2.0
// What is no expression: where, and what to write instead.
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "unit/expressions.h"

namespace exectap {
namespace {

using namespace std::literals;

struct Wrong {
    std::string_view text;
    std::string_view message;
};

std::string error_of(std::string_view text) {
    const auto parsed = parse_expression(text);
    if (parsed) return "no error";
    EXPECT_EQ(parsed.error().kind, ErrorKind::usage);
    return parsed.error().message;
}

void expect_errors(std::initializer_list<Wrong> table) {
    for (const auto& wrong : table) EXPECT_EQ(error_of(wrong.text), wrong.message) << wrong.text;
}

TEST(ExpressionErrors, NameTheFieldThatIsMeant) {
    expect_errors({
        {"com == 3", R"-(at character 1, "com == 3": no field 'com'; did you mean comm? --fields help lists them)-"},
        {"fatal && cuont > 3",
         R"-(at character 10, "cuont > 3": no field 'cuont'; did you mean count? --fields help lists them)-"},
        {"cmdline ~ \"a\"", R"-(at character 1, "cmdline ~ \"a\"": no field 'cmdline'; --fields help lists them)-"},
        {"COMM", R"-(at character 1, "COMM": no field 'COMM'; --fields help lists them)-"},
    });
}

TEST(ExpressionErrors, CorrectSignsOfOtherLanguages) {
    expect_errors({
        {"comm = \"sh\"", R"-(at character 6, "= \"sh\"": write ==)-"},
        {"pid === 3", R"-(at character 5, "=== 3": write ==)-"},
        {"comm =~ \"a\"", R"-(at character 6, "=~ \"a\"": write ~)-"},
        {"pid <> 3", R"-(at character 5, "<> 3": write !=)-"},
        {"pid => 3", R"-(at character 5, "=> 3": write >=)-"},
        {"fatal & pid", R"-(at character 7, "& pid": write &&)-"},
        {"fatal | pid", R"-(at character 7, "| pid": write ||)-"},
        {"fatal and pid", R"-(at character 7, "and pid": write &&)-"},
        {"(fatal OR pid)", R"-(at character 8, "OR pid)": write ||)-"},
        {"not fatal", R"-(at character 1, "not fatal": write !)-"},
        {"comm like \"a\"", R"-(at character 6, "like \"a\"": no such operator; there are == != < <= > >= ~ !~ in)-"},
        {"comm ! = \"a\"",
         R"-(at character 6, "! = \"a\"": after a field come an operator, && or ||; what is in no set is )-"
         R"-(!(comm in {"a", "b"}))-"},
        {"pid not in {1}",
         R"-(at character 5, "not in {1}": after a field come an operator, && or ||; what is in no set is )-"
         R"-(!(pid in {1, 2}))-"},
    });
}

TEST(ExpressionErrors, SayWhatIsMissing) {
    expect_errors({
        {"", R"-(at its end: a test is missing here, like comm == "sh")-"},
        {"  ", R"-(at its end: a test is missing here, like comm == "sh")-"},
        {"fatal || ", R"-(at its end: a test is missing here, like comm == "sh")-"},
        {"!", R"-(at its end: a test is missing here, like comm == "sh")-"},
        {"()", R"-(at character 2, ")": a test is missing here, like comm == "sh")-"},
        {"&& fatal", R"-(at character 1, "&& fatal": a test is missing here, like comm == "sh")-"},
        {"== 3", R"-(at character 1, "== 3": there is no field before ==)-"},
        {R"("sh" == comm)",
         R"-(at character 1, "\"sh\" == comm": a test begins with its field: comm == "sh", pid > 100)-"},
        {"3 < pid", R"-(at character 1, "3 < pid": a test begins with its field: comm == "sh", pid > 100)-"},
        {"/bin/sh", R"-(at character 1, "/bin/sh": a test begins with a field: comm == "sh")-"},
        {"comm ==", "at its end: a value is missing here"},
        {"pid ==", "at its end: a value is missing here"},
        {"(pid == )", R"-(at character 9, ")": a value is missing here)-"},
        {"fatal pid", R"-(at character 7, "pid": && or || is missing here)-"},
        {R"(comm == "a" "b")", R"-(at character 13, "\"b\"": && or || is missing here)-"},
        {"(fatal", "at its end: a ) is missing for the ( at character 1"},
        {"fatal && (pid == 3 || (uid)", "at its end: a ) is missing for the ( at character 10"},
        {"fatal)", R"-(at character 6, ")": there is no ( for this ))-"},
        {"pid == 3 == 4", R"-(at character 10, "== 4": a test has one operator; && or || stands between two tests)-"},
    });
}

TEST(ExpressionErrors, SayWhichValueGoesWithAField) {
    expect_errors({
        {"comm == sh", R"-(at character 9, "sh": comm is text; write "sh")-"},
        {"exe == /bin/sh && pid", R"-(at character 8, "/bin/sh && pid": exe is text; write "/bin/sh")-"},
        {"comm == 3", R"-(at character 9, "3": comm is text; write "3")-"},
        {"argv == -l", R"-(at character 9, "-l": argv is a list of texts; write "-l")-"},
        {"signal == 9", R"-(at character 11, "9": signal is text; write "SIGKILL")-"},
        {"error == 2", R"-(at character 10, "2": error is text; write "ENOENT")-"},
        {"pid == \"3\"", R"-(at character 8, "\"3\"": pid is a number; write 3)-"},
        {"pid == abc", R"-(at character 8, "abc": pid is a number; write one, like 12)-"},
        {"fatal == true", R"-(at character 7, "== true": fatal is yes or no; write fatal or !fatal)-"},
        {"fatal in {1}", R"-(at character 7, "in {1}": fatal is yes or no; write fatal or !fatal)-"},
        {"comm < \"b\"", R"-(at character 6, "< \"b\"": < is for numbers, and comm is text; write == or ~)-"},
        {"argv >= 3", R"-(at character 6, ">= 3": >= is for numbers, and argv is a list of texts; write == or ~)-"},
        {"duration > 2s", R"-(at character 10, "> 2s": > is for numbers, and duration is text; write duration_ns)-"},
        {"pid ~ \"1*\"", R"-(at character 5, "~ \"1*\"": ~ is for text, and pid is a number; write == or in)-"},
        {"pid !~ \"1*\"", R"-(at character 5, "!~ \"1*\"": !~ is for text, and pid is a number; write == or in)-"},
    });
}

TEST(ExpressionErrors, SayWhatIsNoNumber) {
    expect_errors({
        {"pid == 3x", R"-(at character 8, "3x": 3x is no number; one is written 12, -12 or 0x1f)-"},
        {"pid == 0x", R"-(at character 8, "0x": 0x is no number; one is written 12, -12 or 0x1f)-"},
        {"pid == 1.5", R"-(at character 8, "1.5": 1.5 is no number; one is written 12, -12 or 0x1f)-"},
        {"pid > 2s", R"-(at character 7, "2s": pid is not in nanoseconds; write a number without s)-"},
        {"user_ns > 2h",
         R"-(at character 11, "2h": 2h is no number; one is written 12, -12 or 0x1f, or with a unit: 2s, 1.5ms )-"
         R"-((ns us ms s m))-"},
        {"user_ns > 1.5",
         R"-(at character 11, "1.5": 1.5 is no number; one is written 12, -12 or 0x1f, or with a unit: 2s, 1.5ms )-"
         R"-((ns us ms s m))-"},
        {"user_ns > 1.s",
         R"-(at character 11, "1.s": 1.s is no number; one is written 12, -12 or 0x1f, or with a unit: 2s, 1.5ms )-"
         R"-((ns us ms s m))-"},
        {"user_ns > 0.5ns", R"-(at character 11, "0.5ns": 0.5ns is no whole number of nanoseconds)-"},
        {"pid == 18446744073709551616",
         R"-(at character 8, "18446744073709551616": 18446744073709551616 is too large; the largest number is )-"
         "18446744073709551615"},
        {"user_ns > 400000000m",
         R"-(at character 11, "400000000m": 400000000m is too large; the largest number is 18446744073709551615)-"},
    });
}

TEST(ExpressionErrors, SayWhatIsWrongWithASet) {
    expect_errors({
        {"pid in (1,2)", R"-(at character 8, "(1,2)": values of a set stand in braces: pid in {1, 2})-"},
        {"comm in \"a\"", R"-(at character 9, "\"a\"": values of a set stand in braces: comm in {"a", "b"})-"},
        {"pid in {}", R"-(at character 9, "}": a value is missing here)-"},
        {"pid in {1,}", R"-(at character 11, "}": a value is missing here)-"},
        {"pid in {1 2}", R"-(at character 11, "2}": a , or a } is missing)-"},
        {"pid in {1", "at its end: a , or a } is missing"},
        {"comm in {\"a\", b}", R"-(at character 15, "b}": comm is text; write "b")-"},
    });
}

TEST(ExpressionErrors, SayWhatIsWrongWithAString) {
    expect_errors({
        {"comm == \"a", R"-(at character 9, "\"a": the string does not end; a quote is missing)-"},
        {"comm == 'a\"", R"-(at character 9, "'a\"": the string does not end; a quote is missing)-"},
        {R"(comm == "a\")", R"-(at character 9, "\"a\\\"": the string does not end; a quote is missing)-"},
        {R"-(comm == "\d")-",
         R"-(at character 10, "\\d\"": no such escape; there are \\ \" \' \n \r \t \xNN \u{...}, and a backslash itself is \\)-"},
        {"comm ~ \"\"", R"-(at character 8, "\"\"": a glob can't be empty; * matches everything)-"},
        {"comm ~ \"sh|bash\"", R"-(at character 8, "\"sh|bash\"": a glob has no |; write comm in {"sh", "bash"})-"},
        {"comm ~ \"[\"", R"-(at character 8, "\"[\"": a bracket has no end; for the character itself write [[])-"},
    });
    for (const auto* escape : {R"(\x1)", R"(\xg0)", R"(\u202e)", R"(\u{})", R"(\u{110000})", R"(\u{d800})",
                               R"(\u{0000001})", R"(\u{+1})", R"(\a)", R"(\0)"})
        EXPECT_TRUE(error_of("comm == \"" + std::string(escape) + "\"").starts_with("at character 10, "sv)) << escape;
}

TEST(ExpressionErrors, CountCharactersAndShowTheFirstOnes) {
    EXPECT_EQ(error_of("comm == \"é日\" || com"),
              R"-(at character 17, "com": no field 'com'; did you mean comm? --fields help lists them)-");
    EXPECT_EQ(error_of("comm == \"\xff\" || com"),
              R"-(at character 16, "com": no field 'com'; did you mean comm? --fields help lists them)-");
    EXPECT_EQ(error_of("x" + std::string(100, ' ') + "y"),
              "at character 1, \"x" + std::string(23, ' ') + "...\": no field 'x'; --fields help lists them");
}

TEST(ExpressionErrors, AreOneLineThatIsSafeToPrint) {
    EXPECT_EQ(error_of("comm\n== \x1b[2J\n"), R"-(at character 9, "\x1b[2J\n": comm is text; write "\x1b[2J")-");
    EXPECT_EQ(error_of("\xff"), R"-(at character 1, "\xff": a test begins with a field: comm == "sh")-");
    EXPECT_EQ(error_of("pid\0"sv), R"-(at character 4, "\x00": && or || is missing here)-");
}

TEST(ExpressionErrors, KeepToLimits) {
    const auto nested = [](std::size_t times, char with) {
        return std::string(times, with) + "fatal" + (with == '(' ? std::string(times, ')') : "");
    };
    EXPECT_EQ(error_of(nested(64, '(')), "no error");
    EXPECT_EQ(error_of(nested(64, '!')), "no error");
    EXPECT_EQ(error_of(nested(65, '(')),
              R"-(at character 65, "(fatal))))))))))))))))))...": ! and ( stand in each other more than 64 times)-");
    EXPECT_EQ(error_of(nested(65, '!')),
              R"-(at character 65, "!fatal": ! and ( stand in each other more than 64 times)-");
    std::string beside = "(fatal)";
    while (beside.size() < 60'000) beside += " || !(fatal)";
    EXPECT_EQ(error_of(beside), "no error");
    EXPECT_EQ(error_of("fatal" + std::string(65'531, ' ')), "no error");
    EXPECT_EQ(error_of("fatal && " + std::string(65'530, '(')),
              R"-(at character 65537, "(((": an expression has 65536 bytes at most)-");
}

}  // namespace
}  // namespace exectap
