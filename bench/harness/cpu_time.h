// SPDX-License-Identifier: MIT OR Apache-2.0
// The CPU time that a process has taken.
#pragma once

#include <sys/types.h>

#include <chrono>

namespace exectap::bench {

// Of all its threads, those that ended included; not of its children. To the nanosecond, as the scheduler counts it.
std::chrono::nanoseconds cpu_time_of(pid_t pid);

// Waits until the process takes no more CPU time worth the name: what it had to do is done.
void wait_until_quiet(pid_t pid);

}  // namespace exectap::bench
