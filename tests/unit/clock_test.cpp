// SPDX-License-Identifier: MIT OR Apache-2.0
// Clock: what it measures when a trace begins.
#include "exectap/clock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <ctime>

namespace exectap {
namespace {

std::chrono::nanoseconds read_clock(clockid_t id) {
    timespec time{};
    ::clock_gettime(id, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

TEST(ClockNow, LiesBetweenTwoReadingsOfBothClocks) {
    const auto boot_before = read_clock(CLOCK_BOOTTIME);
    const auto wall_before = read_clock(CLOCK_REALTIME);

    const auto clock = Clock::now(TimeStyle::wall);

    EXPECT_EQ(clock.style, TimeStyle::wall);
    EXPECT_GE(clock.start_since_boot, boot_before);
    EXPECT_LE(clock.start_since_boot, read_clock(CLOCK_BOOTTIME));
    // A reading is off by half of what it took.
    EXPECT_GE(clock.start_since_boot + clock.wall_minus_boot, wall_before - std::chrono::milliseconds(1));
    EXPECT_LE(clock.start_since_boot + clock.wall_minus_boot, read_clock(CLOCK_REALTIME));
}

}  // namespace
}  // namespace exectap
