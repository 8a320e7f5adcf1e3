// SPDX-License-Identifier: MIT OR Apache-2.0
// What the kernel side counted, summed over all CPUs.
#pragma once

#include <array>
#include <cstdint>

#include "wire.h"

namespace exectap {

// By enum wire_type.
struct CounterTotals {
    std::array<std::uint64_t, WIRE_TYPES> seen{};
    std::array<std::uint64_t, WIRE_TYPES> lost{};
    std::array<std::uint64_t, WIRE_TYPES> filtered{};
};

// `state` is the mapped memory that the programs write.
CounterTotals total_counters(const wire_state& state);

// Records lost on the CPUs of one slot.
std::uint64_t total_lost(const wire_counters& counters);

// A value that the kernel changes under us.
template <typename T>
T load_shared(const T& value) {
    return __atomic_load_n(&value, __ATOMIC_ACQUIRE);
}

}  // namespace exectap
