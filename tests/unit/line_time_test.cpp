// SPDX-License-Identifier: MIT OR Apache-2.0
// The three ways of --time to say when.
#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "unit/events.h"

namespace exectap {
namespace {

using namespace std::literals;

constexpr auto kBootToStart = 1000s;
// 2026-01-31T09:41:03Z was a thousand and two seconds after boot.
constexpr auto kEpochToBoot = 1'769'852'463s - 1002s;

std::string time_of(std::chrono::nanoseconds since_boot, TimeStyle style) {
    const Clock clock{.style = style, .start_since_boot = kBootToStart, .wall_minus_boot = kEpochToBoot};
    const auto line = line_of(loss(since_boot, 1), clock);
    return line.substr(0, line.find(' '));
}

TEST(LineTime, CountsFromTheStartOfTheTrace) {
    EXPECT_EQ(time_of(1002s + 123'456us, TimeStyle::start), "[2.123456]");
    EXPECT_EQ(time_of(kBootToStart, TimeStyle::start), "[0.000000]");
}

TEST(LineTime, IsNegativeJustBeforeTheStart) {
    EXPECT_EQ(time_of(kBootToStart - 1us, TimeStyle::start), "[-0.000001]");
    EXPECT_EQ(time_of(kBootToStart - 1500ms, TimeStyle::start), "[-1.500000]");
}

TEST(LineTime, CountsFromBoot) { EXPECT_EQ(time_of(1002s + 123'456us, TimeStyle::boot), "[1002.123456]"); }

TEST(LineTime, ShowsUtcInMicroseconds) {
    EXPECT_EQ(time_of(1002s + 123'456us, TimeStyle::wall), "[2026-01-31T09:41:03.123456Z]");
    EXPECT_EQ(time_of(1003s, TimeStyle::wall), "[2026-01-31T09:41:04.000000Z]");
}

TEST(LineTime, AddsUpTheFractionsOfBothClocks) {
    const Clock clock{.style = TimeStyle::wall, .start_since_boot = 0s, .wall_minus_boot = 1s + 600ms};

    EXPECT_EQ(line_of(loss(1s + 700ms, 1), clock), "[1970-01-01T00:00:03.300000Z] lost=1 reason=ring\n");
}

TEST(LineTime, NeverRoundsUp) {
    EXPECT_EQ(time_of(1002s + 999'999'999ns, TimeStyle::start), "[2.999999]");
    EXPECT_EQ(time_of(1002s + 999'999'999ns, TimeStyle::wall), "[2026-01-31T09:41:03.999999Z]");
    EXPECT_EQ(time_of(1002s + 1'999ns, TimeStyle::boot), "[1002.000001]");
}

TEST(LineTime, KeepsMicrosecondsOverMonths) {
    EXPECT_EQ(time_of(std::chrono::hours(24) * 400 + 1us, TimeStyle::boot), "[34560000.000001]");
}

}  // namespace
}  // namespace exectap
