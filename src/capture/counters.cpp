// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/counters.h"

#include <cstddef>

namespace exectap {

CounterTotals total_counters(const wire_state& state) {
    CounterTotals totals;
    for (const auto& cpu : state.cpu) {
        for (std::size_t type = 0; type < WIRE_TYPES; type++) {
            // Seen last: what is read as lost or filtered has been seen.
            totals.filtered.at(type) += load_shared(cpu.filtered[type]);
            totals.lost.at(type) += load_shared(cpu.lost[type]);
            totals.seen.at(type) += load_shared(cpu.seen[type]);
        }
    }
    return totals;
}

std::uint64_t total_lost(const wire_counters& counters) {
    std::uint64_t total = 0;
    for (const auto& lost : counters.lost) total += load_shared(lost);
    return total;
}

}  // namespace exectap
