// SPDX-License-Identifier: MIT OR Apache-2.0
// Sizes as options take them.
#include "cli/size.h"

#include <gtest/gtest.h>

#include <limits>

namespace exectap::cli {
namespace {

constexpr auto kLargest = std::numeric_limits<std::uint64_t>::max();

TEST(Size, IsANumberOfBytes) {
    EXPECT_EQ(parse_size("0"), 0U);
    EXPECT_EQ(parse_size("65536"), 65536U);
    EXPECT_EQ(parse_size("0010"), 10U);
    EXPECT_EQ(parse_size("18446744073709551615"), kLargest);
}

TEST(Size, TakesPowersOf1024) {
    for (const char* text : {"64K", "64k", "64KiB"}) EXPECT_EQ(parse_size(text), 64U << 10) << text;
    for (const char* text : {"6M", "6m", "6MiB"}) EXPECT_EQ(parse_size(text), 6U << 20) << text;
    for (const char* text : {"2G", "2g", "2GiB"}) EXPECT_EQ(parse_size(text), std::uint64_t{2} << 30) << text;
    EXPECT_EQ(parse_size("0M"), 0U);
    EXPECT_EQ(parse_size("17592186044415M"), kLargest - ((1U << 20) - 1));
}

TEST(Size, IsTheLargestWhere64BitsCanNotHoldIt) {
    for (const char* text :
         {"18446744073709551616", "99999999999999999999999K", "18014398509481984K", "17592186044416M"})
        EXPECT_EQ(parse_size(text), kLargest) << text;
}

TEST(Size, IsNothingElse) {
    for (const char* text : {"",    "K",    "M",   "KiB", "-1",   "+1",  " 1", "1 ",  "1 K", "1.5M",      "0x10",
                             "1KB", "1kib", "1Ki", "1MB", "1mib", "1KM", "1T", "1e3", "1K1", "unlimited", "\xd9\xa3"})
        EXPECT_EQ(parse_size(text), std::nullopt) << '\'' << text << '\'';
    EXPECT_EQ(parse_size(std::string_view("1\0", 2)), std::nullopt);
}

TEST(Size, IsShownInTheLargestWholeUnit) {
    EXPECT_EQ(size_text(0), "0");
    EXPECT_EQ(size_text(1023), "1023");
    EXPECT_EQ(size_text(64 << 10), "64K");
    EXPECT_EQ(size_text((1 << 20) + 1024), "1025K");
    EXPECT_EQ(size_text(16 << 20), "16M");
    EXPECT_EQ(size_text(std::uint64_t{64} << 30), "64G");
}

}  // namespace
}  // namespace exectap::cli
