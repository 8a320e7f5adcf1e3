// SPDX-License-Identifier: MIT OR Apache-2.0
// What tests of the process table tell it, and ask it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "process/table.h"

namespace exectap {

// The process `pid` after `execs` more execs than its first program.
inline ExecId id_of(std::uint32_t pid, std::uint64_t execs = 0) {
    return {.start_time = std::chrono::nanoseconds(pid * 10), .pid = pid, .self_exec_id = 7 + execs};
}

inline ForkEvent fork_of(const ExecId& parent, const ExecId& child) {
    return {.since_boot = child.start_time,
            .pid = parent.pid,
            .child_pid = child.pid,
            .exec_id = parent,
            .child_exec_id = child};
}

// Its filename says nothing of its name.
inline ExecEvent exec_of(const ExecId& id, std::string_view new_comm, std::optional<ExecId> parent = std::nullopt) {
    return {.call = {.since_boot = id.start_time + std::chrono::nanoseconds(5),
                     .pid = id.pid,
                     .exec_id = id,
                     .parent_exec_id = parent,
                     .comm = "caller",
                     .filename = Bytes{"/proc/self/fd/3"}},
            .new_comm = new_comm};
}

inline AttemptEvent attempt_of(const ExecId& id, std::string_view comm, std::optional<ExecId> parent = std::nullopt) {
    return {.call = {.pid = id.pid, .exec_id = id, .parent_exec_id = parent, .comm = comm, .filename = Bytes{"/no"}},
            .error = 2};
}

inline ExitEvent exit_of(const ExecId& id, int exit_code = 0, int signal = 0) {
    return {.pid = id.pid, .exec_id = id, .exit_code = exit_code, .signal = signal};
}

inline ProcessInfo seeded(const ExecId& id, std::string comm, std::optional<ExecId> parent = std::nullopt) {
    return {
        .pid = id.pid, .ppid = 1, .exec_id = id, .parent_exec_id = parent, .comm = std::move(comm), .is_watched = true};
}

struct Line {
    std::vector<std::string> names;
    bool is_whole = false;
};

inline Line line_of(const ProcessTable& table, const ExecId& id, std::size_t most = 64) {
    Line line;
    line.is_whole = table.for_each_ancestor(id, most, [&](std::string_view name) { line.names.emplace_back(name); });
    return line;
}

inline std::optional<Program> program(const ProcessTable& table, const ExecId& id) {
    for (auto& it : table.snapshot().programs)
        if (it.exec_id == id) return it;
    return std::nullopt;
}

inline std::vector<std::uint32_t> pids(const ProcessTable& table) {
    std::vector<std::uint32_t> all;
    for (const auto& it : table.snapshot().programs) all.push_back(it.exec_id.pid);
    return all;
}

}  // namespace exectap
