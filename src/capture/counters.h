// SPDX-License-Identifier: MIT OR Apache-2.0
// What the kernel side counted, summed over all CPUs.
#pragma once

#include <cstdint>

#include "wire.h"

namespace exectap {

struct CounterTotals {
    std::uint64_t execs_seen = 0;
    std::uint64_t attempts_seen = 0;
    std::uint64_t execs_lost = 0;
    std::uint64_t attempts_lost = 0;
};

// `state` is the mapped memory that the programs write.
CounterTotals total_counters(const wire_state& state);

// A value that the kernel changes under us.
template <typename T>
T load_shared(const T& value) {
    return __atomic_load_n(&value, __ATOMIC_ACQUIRE);
}

}  // namespace exectap
