// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/skips.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

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

using Hooks = std::array<Misses, static_cast<std::size_t>(Hook::iterator)>;

// Of one hook there can be several first programs, each with a copy and a check of its own. An event is lost when both
// that tell of it were skipped, or, of attempts, each at one of two calls (takes_attempt() in bpf/copies.bpf.h): no
// more often than the firsts together, and the copies together.
Hooks misses_of_hooks(std::span<const AttachedProgram> programs) {
    struct ByRole {
        std::optional<std::uint64_t> first;
        std::optional<std::uint64_t> copy;
        std::optional<std::uint64_t> check;
    };
    std::array<ByRole, std::tuple_size_v<Hooks>> sums;
    std::set<const bpf_program*> counted;
    for (const auto& attached : programs) {
        // One program can be attached to several places.
        if (!counted.insert(attached.program).second) continue;
        auto& [first, copy, check] = sums.at(static_cast<std::size_t>(attached.hook));
        auto& sum = attached.role == Role::first ? first : attached.role == Role::copy ? copy : check;
        sum = sum.value_or(0) + misses_of(attached.program);
    }
    Hooks hooks;
    std::transform(sums.begin(), sums.end(), hooks.begin(), [](const ByRole& sum) {
        return Misses{.told = sum.copy && sum.first ? std::min(*sum.first, *sum.copy) : sum.first, .check = sum.check};
    });
    return hooks;
}

std::uint64_t untold(Hook hook, const wire_state& state) {
    if (hook == Hook::exec) return load_shared(state.untold_execs);
    if (hook == Hook::fork) return load_shared(state.untold_forks);
    return 0;
}

}  // namespace

bool can_kernel_be_preempted() {
    utsname name{};
    const std::string_view version = ::uname(&name) == 0 ? name.version : "PREEMPT";
    if (version.find("PREEMPT") == std::string_view::npos) return false;
    if (version.find("PREEMPT_DYNAMIC") == std::string_view::npos) return true;
    // "none (voluntary) full": the one that is in force is in parentheses.
    std::string modes;
    std::getline(std::ifstream("/sys/kernel/debug/sched/preempt"), modes);
    return modes.find("(none)") == std::string::npos && modes.find("(voluntary)") == std::string::npos;
}

std::uint64_t unmended(const Misses& misses, std::uint64_t untold) {
    const auto most = misses.told.value_or(0);
    return misses.check ? std::min(most, untold + std::min(most, *misses.check)) : most;
}

std::uint64_t unmended_attempts(const Misses& misses, const AttemptCounts& counts) {
    const auto most = misses.told.value_or(0);
    if (!misses.check) return most;
    const auto calls = counts.checked + *misses.check;
    return std::min(most, calls > counts.taken ? calls - counts.taken : 0);
}

std::uint64_t count_skipped(std::span<const AttachedProgram> programs, const wire_state& state) {
    const auto hooks = misses_of_hooks(programs);
    std::uint64_t skipped = 0;
    for (std::size_t number = 0; number < hooks.size(); number++) {
        const auto hook = static_cast<Hook>(number);
        const auto& misses = hooks.at(number);
        skipped += hook == Hook::attempt ? unmended_attempts(misses, {.checked = load_shared(state.checked_attempts),
                                                                      .taken = load_shared(state.taken_attempts)})
                                         : unmended(misses, untold(hook, state));
    }
    return skipped;
}

}  // namespace exectap
