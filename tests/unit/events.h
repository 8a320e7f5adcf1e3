// SPDX-License-Identifier: MIT OR Apache-2.0
// Events to print, and their lines.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "exectap/event.h"
#include "sink/line.h"

namespace exectap {

// `bytes` as the kernel hands them over: a NUL after each argument.
inline Arguments whole_arguments(std::string_view bytes) {
    const auto count = static_cast<std::uint32_t>(std::count(bytes.begin(), bytes.end(), '\0'));
    return {.bytes = bytes, .is_cut = false, .total_bytes = bytes.size(), .true_count = count};
}

// The call in design.md: `ls -l`, run by bash.
inline Call ls_call() {
    using namespace std::literals;
    return {.since_boot = 123'456'789ns,
            .pid = 1234,
            .tid = 1234,
            .ppid = 1200,
            .uid = 1000,
            .gid = 1000,
            .syscall_id = 59,
            .comm = "bash",
            .filename = Bytes{"/usr/bin/ls"},
            .arguments = whole_arguments("ls\0-l\0"sv)};
}

inline std::string line_of(const Event& event, const Clock& clock = {}) {
    std::string line;
    append_line(line, event, clock);
    return line;
}

}  // namespace exectap
