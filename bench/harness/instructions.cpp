// SPDX-License-Identifier: MIT OR Apache-2.0
#include "bench/harness/instructions.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace exectap::bench {

KernelInstructions::KernelInstructions() {
    perf_event_attr wanted{};
    wanted.size = sizeof(wanted);
    wanted.type = PERF_TYPE_HARDWARE;
    wanted.config = PERF_COUNT_HW_INSTRUCTIONS;
    wanted.exclude_user = 1;
    wanted.exclude_hv = 1;
    for (long cpu = 0; cpu < ::sysconf(_SC_NPROCESSORS_ONLN); cpu++) {
        UniqueFd counter(static_cast<int>(::syscall(SYS_perf_event_open, &wanted, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC)));
        if (!counter) {
            reason_ = std::strerror(errno);
            counters_.clear();
            return;
        }
        counters_.push_back(std::move(counter));
    }
}

std::optional<std::uint64_t> KernelInstructions::so_far() const {
    if (counters_.empty()) return std::nullopt;
    std::uint64_t sum = 0;
    for (const auto& counter : counters_) {
        std::uint64_t count = 0;
        if (::read(counter.get(), &count, sizeof(count)) != ssize_t{sizeof(count)}) return std::nullopt;
        sum += count;
    }
    return sum;
}

}  // namespace exectap::bench
