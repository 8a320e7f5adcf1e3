// SPDX-License-Identifier: MIT OR Apache-2.0
// Bytes from the kernel to an Event. Pure: no state, no allocation, every length checked.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "exectap/event.h"
#include "wire.h"

namespace exectap {

// Where strings are put together that a record has in pieces. Reused from record to record.
struct DecodeScratch {
    // The names of a path: up to WIRE_PATH_MAX, and what the last one of a cgroup exceeds that by.
    static constexpr std::size_t kMostNames = std::size_t{WIRE_PATH_MAX} + WIRE_SLACK;
    using PathText = std::array<char, kMostNames + 8>;  // and ".../"

    PathText exe;
    PathText cwd;
    PathText cgroup;
    std::array<char, WIRE_TTY_MAX + 8> tty;
};

struct DecodedRecord {
    Event event = LostEvent{};      // the smallest to begin with; what decode() makes is never one
    std::uint64_t lost_before = 0;  // records lost so far on the CPUs of this slot
    std::uint16_t cpu_slot = 0;     // below WIRE_CPU_SLOTS
    bool is_filtered = false;       // only the ancestry needs it
    std::uint16_t candidate = 0;    // wire_trailer.candidate
};

// A cgroup that is a target, or may be one, was made or removed.
struct CgroupRecord {
    std::uint64_t id = 0;
    std::string_view path;   // from the root of the hierarchy; begins with ".../" where it was cut
    std::uint16_t slot = 0;  // of wire_targets.cgroup_ids, from 1 to WIRE_CGROUPS_MAX
    bool is_removed = false;
    bool is_candidate = false;
    std::chrono::nanoseconds since_boot{};
};

// Nothing when the record is not of that kind.
std::optional<CgroupRecord> decode_cgroup(std::span<const std::byte> record, DecodeScratch& scratch);

// Nothing when the record is not one of ours. The event points into `record` and `scratch`.
std::optional<DecodedRecord> decode(std::span<const std::byte> record, DecodeScratch& scratch);

}  // namespace exectap
