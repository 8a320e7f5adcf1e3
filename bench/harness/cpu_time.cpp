// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/harness/cpu_time.h"

#include <fmt/format.h>

#include <ctime>
#include <stdexcept>
#include <thread>

#include "support/clocks.h"

namespace exectap::bench {

using namespace std::chrono_literals;

std::chrono::nanoseconds cpu_time_of(pid_t pid) {
    clockid_t clock{};
    if (::clock_getcpuclockid(pid, &clock) != 0) throw std::runtime_error(fmt::format("there is no process {}", pid));
    return test::now(clock);
}

void wait_until_quiet(pid_t pid) {
    constexpr auto kPause = 50ms;
    constexpr auto kNothing = 20us;
    constexpr int kMostPauses = 400;
    auto before = cpu_time_of(pid);
    for (int i = 0; i < kMostPauses; i++) {
        std::this_thread::sleep_for(kPause);
        const auto now = cpu_time_of(pid);
        if (now - before < kNothing) return;
        before = now;
    }
    throw std::runtime_error(fmt::format("process {} has not come to rest", pid));
}

}  // namespace exectap::bench
