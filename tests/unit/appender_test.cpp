// SPDX-License-Identifier: MIT OR Apache-2.0
// Text put at the end of a string, piece by piece.
#include "sink/appender.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace exectap {
namespace {

template <typename Piece>
std::string appended(std::string text, const Piece& piece) {
    {
        Appender out(text);
        out += piece;
    }
    return text;
}

TEST(Appender, PutsPiecesBehindWhatIsThere) {
    std::string text = "a";
    {
        Appender out(text);
        out += 'b';
        out += std::string_view("cd");
        out += Label(" pid=");
        out += 12;
        EXPECT_EQ(out.back(), '2');
    }
    EXPECT_EQ(text, "abcd pid=12");
}

TEST(Appender, LeavesTheStringAsItWasWhereNothingCame) {
    EXPECT_EQ(appended("", std::string_view()), "");
    EXPECT_EQ(appended("x", std::string_view()), "x");
}

TEST(Appender, TakesTextOfAnyLength) {
    for (const std::size_t bytes : {1U, 255U, 256U, 257U, 100'000U}) {
        const std::string text(bytes, 'x');
        EXPECT_EQ(appended("a", std::string_view(text)), "a" + text);
    }
}

TEST(Appender, MakesRoomForEachPiece) {
    std::string text;
    std::string expected;
    {
        Appender out(text);
        for (int i = 0; i < 1000; i++) {
            out += i % 2 == 0 ? 'x' : 'y';
            out += Label(std::string(Label::kMost, 'l'));
            out += i;
            expected += (i % 2 == 0 ? 'x' : 'y') + std::string(Label::kMost, 'l') + std::to_string(i);
        }
    }
    EXPECT_EQ(text, expected);
}

TEST(Appender, WritesEveryNumber) {
    EXPECT_EQ(appended("", std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
    EXPECT_EQ(appended("", std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
    EXPECT_EQ(appended("", std::numeric_limits<std::uint32_t>::max()), "4294967295");
    EXPECT_EQ(appended("", 0), "0");
}

// Memory that a long text took is no work for the short ones after it.
TEST(Appender, FillsNoMoreThanItNeeds) {
    std::string text;
    text.reserve(1 << 20);
    const Appender out(text);
    EXPECT_LT(text.size(), 1024U);
}

}  // namespace
}  // namespace exectap
