// SPDX-License-Identifier: MIT OR Apache-2.0
// How much room text takes, and what is left of it where there is less.
#include "sink/columns.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace exectap {
namespace {

TEST(Columns, AreThoseOfATerminal) {
    EXPECT_EQ(columns_of(""), 0U);
    EXPECT_EQ(columns_of("make -j2"), 8U);
    EXPECT_EQ(columns_of("├─ é…✗"), 6U);
    EXPECT_EQ(columns_of("日本"), 4U);
    EXPECT_EQ(columns_of("😀"), 2U);
    EXPECT_EQ(columns_of("e\u0301"), 1U);
    EXPECT_EQ(columns_of("가"), 2U);
    EXPECT_EQ(columns_of("Ａ"), 2U);
}

TEST(Shortened, LeavesWhatFits) {
    EXPECT_EQ(shortened("", 0), "");
    EXPECT_EQ(shortened("abc", 3), "abc");
    EXPECT_EQ(shortened("日本", 4), "日本");
    EXPECT_EQ(shortened("abc", 1000), "abc");
}

TEST(Shortened, KeepsTwiceAsMuchOfTheBeginning) {
    EXPECT_EQ(shortened("0123456789abcdef", 10), "012345…def");
    EXPECT_EQ(shortened("0123456789abcdef", 15), "0123456789…cdef");
    EXPECT_EQ(shortened("0123456789", 5), "012…9");
}

TEST(Shortened, KeepsWhatItCanInVeryFewColumns) {
    EXPECT_EQ(shortened("0123456789", 0), "");
    EXPECT_EQ(shortened("0123456789", 1), "…");
    EXPECT_EQ(shortened("0123456789", 2), "0…");
    EXPECT_EQ(shortened("0123456789", 3), "01…");
    EXPECT_EQ(shortened("0123456789", 4), "01…9");
}

TEST(Shortened, CutsNoCharacterInTwo) {
    EXPECT_EQ(shortened("日本語日本語", 0), "");
    EXPECT_EQ(shortened("日本語日本語", 1), "…");
    EXPECT_EQ(shortened("日本語日本語", 2), "…");
    EXPECT_EQ(shortened("日本語日本語", 3), "日…");
    EXPECT_EQ(shortened("日本語日本語", 7), "日本…語");
    EXPECT_EQ(shortened("日本語日本語", 8), "日本…語");
}

TEST(Shortened, IsNeverWiderThanAskedFor) {
    for (const std::string_view text :
         {"0123456789abcdef", "日本語日本語日本語", "a日b本c語d日e本f語", "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301",
          "😀a😀b😀c", "aaaaaaaa日", "日aaaaaaaa"}) {
        for (std::size_t columns = 0; columns <= columns_of(text) + 1; columns++) {
            const auto cut = shortened(text, columns);
            EXPECT_LE(columns_of(cut), columns) << text;
            // A wide character that does not fit leaves a column empty at either side.
            EXPECT_GE(columns_of(cut) + 2, std::min(columns, columns_of(text))) << text;
        }
    }
}

}  // namespace
}  // namespace exectap
