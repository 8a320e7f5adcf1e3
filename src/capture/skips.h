// SPDX-License-Identifier: MIT OR Apache-2.0
// What the kernel skipped: it runs no program for a task while it takes that for a recursion.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "capture/probes.h"
#include "wire.h"

namespace exectap {

// How often the kernel skipped the programs of one hook.
struct Misses {
    std::optional<std::uint64_t> told;   // the least of those that tell of an event
    std::optional<std::uint64_t> check;  // the one that checks whether it was told, if there is one
};

// Events that no program told of, of which the check has seen `untold`; at most so many where it can't know.
std::uint64_t unmended(const Misses& misses, std::uint64_t untold);

// Runs of all programs that were skipped and that nothing made good. After they were detached the number is final.
std::uint64_t count_skipped(std::span<const AttachedProgram> programs, const wire_state& state);

}  // namespace exectap
