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

Clock Clock::now(TimeStyle style) {
    const auto boot = since_boot_now();
    return {style, boot, read_clock(CLOCK_REALTIME) - boot};
}

}  // namespace exectap
