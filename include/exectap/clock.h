// SPDX-License-Identifier: MIT OR Apache-2.0
// The clock of events, and how it is shown.
#pragma once

#include <chrono>

namespace exectap {

enum class TimeStyle {
    start,  // seconds since the trace began
    boot,   // seconds since the machine booted, suspended time included
    wall,   // UTC
};

// CLOCK_BOOTTIME, which is what the kernel stamps events with.
std::chrono::nanoseconds since_boot_now();

// Measured once, when the trace begins.
struct Clock {
    TimeStyle style = TimeStyle::start;
    std::chrono::nanoseconds start_since_boot{};
    std::chrono::nanoseconds wall_minus_boot{};  // CLOCK_REALTIME - CLOCK_BOOTTIME

    static Clock now(TimeStyle style);
};

}  // namespace exectap
