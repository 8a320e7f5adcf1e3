// SPDX-License-Identifier: MIT OR Apache-2.0
#include "exectap/clock.h"

#include <ctime>

namespace exectap {
namespace {

std::chrono::nanoseconds read_clock(clockid_t id) {
    timespec time{};
    ::clock_gettime(id, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace

std::chrono::nanoseconds since_boot_now() { return read_clock(CLOCK_BOOTTIME); }

// The clocks can't be read at one instant: between two readings this thread may have to wait. The reading that was
// quickest is off by the least.
Clock Clock::now(TimeStyle style) {
    constexpr int kReadings = 5;
    Clock clock{style, {}, {}};
    auto quickest = std::chrono::nanoseconds::max();
    for (int i = 0; i < kReadings; i++) {
        const auto before = since_boot_now();
        const auto wall = read_clock(CLOCK_REALTIME);
        const auto after = since_boot_now();
        if (i == 0) clock.start_since_boot = before;
        if (after - before >= quickest) continue;
        quickest = after - before;
        clock.wall_minus_boot = wall - before - quickest / 2;
    }
    return clock;
}

}  // namespace exectap
