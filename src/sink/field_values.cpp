// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sink/field_values.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "process/cgroup_names.h"
#include "process/table.h"
#include "target/container_names.h"

namespace exectap {
namespace {

Value bytes_or_absent(std::optional<std::string_view> bytes) {
    if (!bytes) return Absent{};
    return Bytes{*bytes};
}

Flags flags_of_call(const Call& call) {
    Flags flags;
    if (call.cwd) {
        flags.set(Flag::cwd_deleted, call.cwd->is_deleted);
        flags.set(Flag::cwd_unreachable, call.cwd->is_unreachable);
        flags.set(Flag::cwd_torn, call.cwd->is_torn);
    }
    flags.set(Flag::filename_cut, call.filename && call.filename->is_cut);
    return flags;
}

}  // namespace

Value syscall_of(const Call& call) {
    if (!call.syscall_id) return Absent{};
    return Word(call.is_execveat ? "execveat" : "execve");
}

Value first_argument_of(const Call& call) {
    if (!call.arguments) return Unreadable{};
    const auto bytes = call.arguments->bytes;
    const auto end = bytes.find('\0');
    return Bytes{bytes.substr(0, end), end == std::string_view::npos && call.arguments->is_cut};
}

Value interpreter_of(const ExecEvent& exec) {
    if (!exec.is_script) return Absent{};
    if (!exec.interpreter) return Unreadable{};
    return *exec.interpreter;
}

// The kernel keeps no path of a script that it resolved: this is as far as its name and the directory tell.
Value script_of(const ExecEvent& exec) {
    const auto& filename = exec.call.filename;
    const auto& cwd = exec.call.cwd;
    if (!exec.is_script || !filename || filename->bytes.empty()) return Absent{};
    if (filename->bytes.front() == '/') return *filename;
    if (!cwd || cwd->path.empty()) return Absent{};
    JoinedPath script{cwd->path, *filename};
    while (script.directory.ends_with('/')) script.directory.remove_suffix(1);
    auto& name = script.name.bytes;
    while (name.starts_with("./")) name.remove_prefix(std::min(name.find_first_not_of('/', 1), name.size()));
    return script;
}

Value flags_of(const ExecEvent& exec) {
    auto flags = flags_of_call(exec.call);
    if (const auto& exe = exec.exe) {
        flags.set(Flag::memfd, exe->is_memfd);
        flags.set(Flag::deleted, exe->path.is_deleted);
        flags.set(Flag::setuid, exe->is_setuid);
        flags.set(Flag::setgid, exe->is_setgid);
        flags.set(Flag::writable, exe->is_writable);
        flags.set(Flag::unreachable, exe->path.is_unreachable);
        flags.set(Flag::torn, exe->path.is_torn);
    }
    flags.set(Flag::lexical, !std::holds_alternative<Absent>(script_of(exec)));
    flags.set(Flag::interpreter_cut, exec.is_script && exec.interpreter && exec.interpreter->is_cut);
    return flags;
}

Value flags_of(const AttemptEvent& attempt) {
    auto flags = flags_of_call(attempt.call);
    flags.set(Flag::fatal, attempt.is_fatal);
    return flags;
}

Value unit_name_of(const Call& call) {
    return bytes_or_absent(call.cgroup ? unit_of(call.cgroup->path) : std::nullopt);
}

Value container_of(const Call& call) {
    return bytes_or_absent(call.cgroup ? container_id_of(call.cgroup->path) : std::nullopt);
}

Value container_name_of(const Call& call, const EventContext& context) {
    if (!call.cgroup || context.names == nullptr) return Absent{};
    return bytes_or_absent(context.names->name_of(call.cgroup->path));
}

Value ancestry_of(const Call& call, const EventContext& context) {
    if (context.table == nullptr) return Absent{};
    bool is_known = false;
    context.table->for_each_ancestor(call.exec_id, 1, [&](std::string_view /*name*/) { is_known = true; });
    if (!is_known) return Absent{};
    return Ancestry{context.table, call.exec_id};
}

Value reason_of(const LostEvent& lost) {
    switch (lost.reason) {
        case LossReason::ring: return Word("ring");
        case LossReason::queue: return Word("queue");
        case LossReason::output: return Word("output");
        case LossReason::skipped: return Word("skipped");
    }
    return Absent{};
}

}  // namespace exectap
