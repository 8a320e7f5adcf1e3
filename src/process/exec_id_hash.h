// SPDX-License-Identifier: MIT OR Apache-2.0
// Exec ids as keys.
#pragma once

#include <cstddef>
#include <cstdint>

#include "exectap/event.h"

namespace exectap {

// The finalizer of splitmix64. Pids and start times differ in few bits.
inline std::uint64_t mix(std::uint64_t value) {
    value = (value ^ (value >> 30U)) * 0xbf58476d1ce4e5b9U;
    value = (value ^ (value >> 27U)) * 0x94d049bb133111ebU;
    return value ^ (value >> 31U);
}

inline std::uint64_t hash_of(const ExecId& id) {
    const auto process = mix(static_cast<std::uint64_t>(id.start_time.count()) + id.pid * 0x9e3779b97f4a7c15U);
    return mix(process + id.self_exec_id);
}

struct ExecIdHash {
    std::size_t operator()(const ExecId& id) const { return hash_of(id); }
};

}  // namespace exectap
