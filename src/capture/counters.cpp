// SPDX-License-Identifier: MIT OR Apache-2.0
#include "capture/counters.h"

namespace exectap {

CounterTotals total_counters(const wire_state& state) {
    CounterTotals totals;
    for (const auto& cpu : state.cpu) {
        // Lost before seen: a loss that is read has been seen.
        totals.execs_lost += load_shared(cpu.execs_lost);
        totals.attempts_lost += load_shared(cpu.attempts_lost);
        totals.execs_seen += load_shared(cpu.execs_seen);
        totals.attempts_seen += load_shared(cpu.attempts_seen);
    }
    return totals;
}

}  // namespace exectap
