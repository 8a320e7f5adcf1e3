// SPDX-License-Identifier: MIT OR Apache-2.0
// The machine's clocks, and times as exectap writes them.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <ctime>
#include <string>

namespace exectap::test {

std::chrono::nanoseconds now(clockid_t clock);

// "2026-01-31T09:41:03.123456789Z", or with fewer digits, as time since 1970. Throws for anything else.
std::chrono::nanoseconds wall_time(const std::string& text);

}  // namespace exectap::test
