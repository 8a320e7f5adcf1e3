// SPDX-License-Identifier: MIT OR Apache-2.0
// What exectap's programs, and exectap itself, take of so many execs.
#pragma once

#include <cstdint>

#include "bench/harness/bpf_times.h"
#include "bench/harness/storm.h"
#include "bench/harness/tracer.h"

namespace exectap::bench {

// Nanoseconds in the kernel, as it counts them.
struct KernelCost {
    double exec = 0;  // at its rename, too
    double fork = 0;
    double exit = 0;
};

// All that exectap's programs took while the storm ran goes to the storm's execs: strangers are cheap, and few.
KernelCost cost_of_watched(Storm& storm, const Tracer& tracer, std::uint64_t execs);

// All runs are equal then.
KernelCost cost_of_unwatched(Storm& storm, const Tracer& tracer, std::uint64_t execs);

}  // namespace exectap::bench
