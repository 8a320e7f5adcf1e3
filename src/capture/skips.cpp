// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/skips.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "capture/counters.h"
#include "log/log.h"

namespace exectap {
namespace {

std::uint64_t misses_of(const bpf_program* program) {
    bpf_prog_info info{};
    std::uint32_t size = sizeof info;
    if (::bpf_obj_get_info_by_fd(::bpf_program__fd(program), &info, &size) != 0) {
        log::capture().info("can't ask what was skipped of {}: {}", ::bpf_program__name(program), std::strerror(errno));
        return 0;
    }
    if (info.recursion_misses != 0)
        log::capture().info("{} was skipped {} times", ::bpf_program__name(program), info.recursion_misses);
    return info.recursion_misses;
}

}  // namespace

// An event is lost when each of those that tell of it was skipped: no more often than the least skipped of them was.
std::uint64_t unmended(const Misses& misses, std::uint64_t untold) {
    const auto most = misses.told.value_or(0);
    return misses.check ? untold + std::min(most, *misses.check) : most;
}

std::uint64_t count_skipped(std::span<const AttachedProgram> programs, const wire_state& state) {
    std::array<Misses, static_cast<std::size_t>(Hook::iterator)> hooks;
    for (const auto& attached : programs) {
        auto& misses = hooks.at(static_cast<std::size_t>(attached.hook));
        const auto count = misses_of(attached.program);
        if (attached.role == Role::check) {
            misses.check = count;
        } else {
            misses.told = std::min(misses.told.value_or(count), count);
        }
    }
    std::uint64_t skipped = 0;
    for (std::size_t hook = 0; hook < hooks.size(); hook++) {
        std::uint64_t untold = 0;
        if (hook == static_cast<std::size_t>(Hook::exec)) untold = load_shared(state.untold_execs);
        if (hook == static_cast<std::size_t>(Hook::fork)) untold = load_shared(state.untold_forks);
        skipped += unmended(hooks.at(hook), untold);
    }
    return skipped;
}

}  // namespace exectap
