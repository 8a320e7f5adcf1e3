// SPDX-License-Identifier: MIT OR Apache-2.0
// Processes that fork, exec and end, and the tree that is told of them: as the program does it, the table first.
#pragma once

#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "process/table.h"
#include "sink/tree.h"
#include "unit/events.h"

namespace exectap {

// "git commit -m" as three arguments.
inline std::string argument_bytes(std::string_view words) {
    std::string bytes;
    std::istringstream stream{std::string(words)};
    for (std::string word; stream >> word;) bytes += word + '\0';
    return bytes;
}

class Scene {
public:
    struct Looks {
        std::size_t columns = 0;
        bool has_colours = false;
        TimeStyle time = TimeStyle::boot;
        bool tells_forks = false;
    };

    // Where it is to be told how an exec differs from `program ARGUMENTS`.
    struct Ran {
        std::string filename = {};               // empty: /usr/bin/ and the first argument
        std::optional<std::string> script = {};  // its interpreter
        std::uint32_t folded = 0;
        bool are_arguments_unreadable = false;
        bool are_arguments_cut = false;
        int error = ENOENT;  // of an attempt
        bool is_fatal = false;
        std::string comm = "caller";
    };

    Scene() : Scene(Looks{}) {}
    explicit Scene(Looks looks)
        : looks_(looks), format_(clock(), {&table_, [this] { return looks_.columns; }, looks.has_colours}) {}
    Scene(const Scene&) = delete;
    Scene& operator=(const Scene&) = delete;

    // What was told since this was last asked.
    std::string text() { return std::exchange(text_, {}); }
    Looks& looks() { return looks_; }
    ExecId id_of(std::uint32_t pid) { return processes_[pid].id; }

    void at(std::chrono::nanoseconds now) { now_ = now; }

    // The process that is to become COMMAND waits.
    void command(std::uint32_t pid) {
        TraceStart start;
        start.command = {"command"};
        format_.begin(text_, start);
        add(pid, "exectap", std::nullopt);
    }

    void ran_before(std::uint32_t pid, const std::string& comm, std::optional<std::uint32_t> parent = std::nullopt) {
        add(pid, comm, parent);
    }

    void fork(std::uint32_t pid, std::uint32_t child) {
        const auto& parent = processes_[pid].id;
        processes_[child] = {ExecId{std::chrono::nanoseconds(++forks_), child, parent.self_exec_id}, parent};
        const ForkEvent event{.since_boot = now_,
                              .pid = pid,
                              .child_pid = child,
                              .exec_id = parent,
                              .child_exec_id = processes_[child].id};
        table_.apply(event);
        if (looks_.tells_forks) format_.append(text_, event);
    }

    void exec(std::uint32_t pid, std::string_view words) { exec(pid, words, Ran{}); }
    void exec(std::uint32_t pid, std::string_view words, const Ran& how) {
        exec_bytes(pid, argument_bytes(words), how);
    }
    void exec_bytes(std::uint32_t pid, std::string_view bytes, const Ran& how) {
        processes_[pid].id.self_exec_id++;
        const auto filename = filename_of(bytes, how);
        ExecEvent event{.call = call_of(pid, bytes, filename, how)};
        event.is_script = how.script.has_value();
        if (how.script) event.interpreter = Bytes{*how.script};
        tell(event);
    }

    void spawn(std::uint32_t pid, std::uint32_t child, std::string_view words) { spawn(pid, child, words, Ran{}); }
    void spawn(std::uint32_t pid, std::uint32_t child, std::string_view words, const Ran& how) {
        fork(pid, child);
        exec(child, words, how);
    }

    void fail(std::uint32_t pid, std::string_view words) { fail(pid, words, Ran{}); }
    void fail(std::uint32_t pid, std::string_view words, const Ran& how) {
        fail_bytes(pid, argument_bytes(words), how);
    }
    void fail_bytes(std::uint32_t pid, std::string_view bytes, const Ran& how) {
        const auto filename = filename_of(bytes, how);
        tell(AttemptEvent{call_of(pid, bytes, filename, how), how.error, how.is_fatal});
    }

    void exit(std::uint32_t pid, int code = 0) {
        tell(ExitEvent{.since_boot = now_, .pid = pid, .exec_id = processes_[pid].id, .exit_code = code});
    }

    void tell(const Event& event) {
        table_.apply(event);
        format_.append(text_, event);
    }

private:
    struct Process {
        ExecId id;
        std::optional<ExecId> parent;
    };

    Clock clock() const {
        using namespace std::literals;
        return {.style = looks_.time, .start_since_boot = 100s, .wall_minus_boot = 1'000'000s};
    }

    static std::string filename_of(std::string_view bytes, const Ran& how) {
        return how.filename.empty() ? "/usr/bin/" + std::string(bytes.substr(0, bytes.find('\0'))) : how.filename;
    }

    Call call_of(std::uint32_t pid, std::string_view bytes, std::string_view filename, const Ran& how) {
        Call call{.since_boot = now_, .folded_attempts = how.folded, .pid = pid, .tid = pid};
        call.exec_id = processes_[pid].id;
        call.parent_exec_id = processes_[pid].parent;
        call.comm = how.comm;
        call.filename = Bytes{filename};
        if (how.are_arguments_unreadable) return call;
        call.arguments = whole_arguments(bytes);
        call.arguments->is_cut = how.are_arguments_cut;
        return call;
    }

    void add(std::uint32_t pid, const std::string& comm, std::optional<std::uint32_t> parent) {
        auto& process = processes_[pid];
        process.id = {std::chrono::nanoseconds(++forks_), pid, 7};
        if (parent) process.parent = processes_[*parent].id;
        const ProcessInfo info{.pid = pid,
                               .ppid = parent.value_or(1),
                               .exec_id = process.id,
                               .parent_exec_id = process.parent,
                               .comm = comm,
                               .is_watched = true};
        table_.add(info);
        format_.append(text_, info);
    }

    Looks looks_;
    ProcessTable table_;
    TreeFormat format_;
    std::string text_;
    std::map<std::uint32_t, Process> processes_;
    std::int64_t forks_ = 0;
    std::chrono::nanoseconds now_{};
};

}  // namespace exectap
