// SPDX-License-Identifier: MIT OR Apache-2.0
// Numbers and times as words.
#include "sink/word.h"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <limits>
#include <string>

namespace exectap {
namespace {

using namespace std::literals;
using std::chrono::nanoseconds;

template <typename T>
std::string number(T value) {
    return std::string(Word().append(value).text());
}

std::string utc(nanoseconds time, std::size_t digits = 9) { return std::string(utc_word(time, digits).text()); }
std::string in_seconds(nanoseconds time) { return std::string(seconds_word(time, 3).text()); }

TEST(Word, IsPutTogether) {
    Word word("a");
    word.append("b").append(1).append("-").append(-2);
    EXPECT_EQ(word.text(), "ab1--2");
    EXPECT_EQ(Word().text(), "");
}

TEST(Word, HoldsEveryNumber) {
    EXPECT_EQ(number(0), "0");
    EXPECT_EQ(number(std::numeric_limits<std::uint64_t>::max()), "18446744073709551615");
    EXPECT_EQ(number(std::numeric_limits<std::int64_t>::max()), "9223372036854775807");
    EXPECT_EQ(number(std::numeric_limits<std::int64_t>::min()), "-9223372036854775808");
    EXPECT_EQ(number(std::uint8_t{255}), "255");
}

TEST(Word, FillsUpWithZeros) {
    EXPECT_EQ(Word().append_unsigned(8, 8, 4).text(), "0010");
    EXPECT_EQ(Word().append_unsigned(123456, 10, 4).text(), "123456");
    EXPECT_EQ(Word().append_unsigned(0, 16, 1).text(), "0");
}

TEST(Word, DropsWhatDoesNotFit) {
    const std::string text(200, 'x');
    EXPECT_EQ(Word(text).append("y").text(), text.substr(0, 63));
}

TEST(Word, HoldsTheLongestExecId) {
    const ExecId id{nanoseconds::max(), std::numeric_limits<std::uint32_t>::max(),
                    std::numeric_limits<std::uint64_t>::max()};
    EXPECT_EQ(exec_id_word(id).text(), "9223372036854775807-4294967295-18446744073709551615");
    EXPECT_EQ(exec_id_word({81'234'567'890ns, 1234, 7}).text(), "81234567890-1234-7");
}

TEST(Word, ShowsUtc) {
    EXPECT_EQ(utc(0ns), "1970-01-01T00:00:00.000000000Z");
    EXPECT_EQ(utc(1'769'852'463s + 123'456'789ns), "2026-01-31T09:41:03.123456789Z");
    EXPECT_EQ(utc(1'709'210'096s), "2024-02-29T12:34:56.000000000Z");
    EXPECT_EQ(utc(1'769'852'463s + 999'999'999ns, 6), "2026-01-31T09:41:03.999999Z");
    EXPECT_EQ(utc(5ns), "1970-01-01T00:00:00.000000005Z");
    EXPECT_EQ(utc(-1ns), "1969-12-31T23:59:59.999999999Z");
}

TEST(Word, ShowsSeconds) {
    EXPECT_EQ(in_seconds(0ns), "0.000");
    EXPECT_EQ(in_seconds(12'300us), "0.012");
    EXPECT_EQ(in_seconds(1'204'999'999ns), "1.204");
    EXPECT_EQ(in_seconds(-1'500ms), "-1.500");
    EXPECT_EQ(in_seconds(400 * 24h), "34560000.000");
}

TEST(Word, NamesSignals) {
    EXPECT_EQ(signal_word(SIGKILL).text(), "SIGKILL");
    EXPECT_EQ(signal_word(SIGSYS).text(), "SIGSYS");
    EXPECT_EQ(signal_word(35).text(), "SIG35");
    EXPECT_EQ(signal_word(64).text(), "SIG64");
    EXPECT_EQ(signal_word(127).text(), "SIG127");
}

}  // namespace
}  // namespace exectap
