// SPDX-License-Identifier: MIT OR Apache-2.0
// The memory that a tracer has of its own.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace exectap::bench {

struct Memory {
    std::uint64_t own_bytes = 0;    // resident, less the two below
    std::uint64_t ring_bytes = 0;   // what the kernel writes events to; exectap's is mapped twice
    std::uint64_t queue_bytes = 0;  // of the buffer that --buffer allows, what is in use
};

// By /proc/PID/smaps. The ring is what is mapped of BPF maps and of perf events; the queue, mappings of 8 MiB and more
// without swap reserved, as only the queue's are: its text, and what it remembers of it.
Memory memory_of(pid_t pid);

// The most that was ever resident, ring and queue included.
std::uint64_t peak_bytes_of(pid_t pid);

}  // namespace exectap::bench
