// SPDX-License-Identifier: MIT OR Apache-2.0
// What the kernel skipped: it runs no program for a task while it takes that for a recursion.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "capture/probes.h"
#include "wire.h"

namespace exectap {

// Whether tasks can be preempted in the kernel, and with them the programs at the returns of its functions; at the
// tracepoints KernelTypes tells. Chosen at the boot, or later; where that can't be read they can.
bool can_kernel_be_preempted();

// How often the kernel skipped the programs of one hook.
struct Misses {
    std::optional<std::uint64_t> told;   // the least of those that tell of an event
    std::optional<std::uint64_t> check;  // the one that checks whether it was told, if there is one
};

// Events that no program told of, of which the check has seen `untold`; at most so many where it can't know.
std::uint64_t unmended(const Misses& misses, std::uint64_t untold);

struct AttemptCounts {
    std::uint64_t checked = 0;  // failed calls that the checks saw
    std::uint64_t taken = 0;    // and that one of those that tell did
};

// Failed calls that no program told of: as many as there were, less those that were taken. Where the checks were
// skipped for others' calls, too, it is the most there can be. (A call that was under way at the trace's beginning or
// end may have met one kind only.)
std::uint64_t unmended_attempts(const Misses& misses, const AttemptCounts& counts);

// Runs of all programs that were skipped and that nothing made good. After they were detached the number is final.
std::uint64_t count_skipped(std::span<const AttachedProgram> programs, const wire_state& state);

}  // namespace exectap
