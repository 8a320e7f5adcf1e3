// SPDX-License-Identifier: MIT OR Apache-2.0
// Events to print, and their lines.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "exectap/event.h"
#include "sink/fields.h"
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

// It is told at its end.
inline LostEvent loss(std::chrono::nanoseconds to, std::uint64_t count) { return {.to = to, .count = count}; }

// A script in a container that has every field, each with a value of its own.
inline ExecEvent whole_exec() {
    using namespace std::literals;
    Call call{.seq = 12,
              .since_boot = 2s + 123'456'789ns,
              .pid = 1234,
              .tid = 1235,
              .ppid = 1200,
              .ns_pid = 17,
              .exec_id = {81'234'567'890ns, 1234, 7},
              .parent_exec_id = ExecId{61s, 1200, 3},
              .uid = 1000,
              .euid = 1001,
              .gid = 1002,
              .egid = 1003,
              .loginuid = 1004,
              .cap_effective = 0x1ff'ffff'ffff,
              .umask = 022,
              .syscall_id = 59,
              .is_execveat = false,
              .comm = "bash",
              .filename = Bytes{"./run.sh"},
              .arguments = whole_arguments("run.sh\0-l\0"sv),
              .cwd = Path{.path = "/home/ann"},
              .cgroup = Path{.path = "/system.slice/nginx.service"},
              .tty = "pts/9",
              .sid = 1100,
              .pgid = 1101};
    return {.call = call,
            .exe = ExeFile{.path = {.path = "/usr/bin/dash"}, .dev_major = 254, .dev_minor = 1, .inode = 247'728},
            .is_script = true,
            .interpreter = Bytes{"/bin/sh"}};
}

inline ExitEvent whole_exit() {
    using namespace std::literals;
    return {.seq = 13,
            .since_boot = 1'327ms,
            .pid = 1234,
            .exec_id = {81'234'567'890ns, 1234, 7},
            .exit_code = 0,
            .signal = 0,
            .core_dumped = false,
            .duration = 1'204'999'999ns,
            .user_time = 8ms,
            .system_time = 4ms,
            .max_rss_kb = 2048};
}

inline ForkEvent whole_fork() {
    using namespace std::literals;
    return {.seq = 14,
            .since_boot = 1'500ms,
            .pid = 1234,
            .child_pid = 1240,
            .exec_id = {81'234'567'890ns, 1234, 7},
            .child_exec_id = {82s, 1240, 7}};
}

inline LostEvent whole_loss() {
    using namespace std::literals;
    return {.seq = 15, .from = 1'300ms, .to = 1'400ms, .count = 312, .reason = LossReason::ring};
}

inline std::vector<const Field*> fields_of(std::string_view list) {
    auto parsed = parse_fields(list);
    EXPECT_TRUE(parsed) << list;
    return std::move(*parsed);
}

inline std::string line_of(const Event& event, const Clock& clock = {}, const LineOptions& options = {}) {
    std::string line;
    LineFormat(clock, options).append(line, event);
    return line;
}

}  // namespace exectap
