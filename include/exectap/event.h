// SPDX-License-Identifier: MIT OR Apache-2.0
// What exectap tells. An Event is a view: its strings are valid only during the callback that gets it. An absent field
// could not be read or does not apply; nothing is ever made up. Pids and ids are as the kernel's first namespaces
// number them.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace exectap {

// One program run, for good: the same whoever traces and whenever tracing began, within one boot.
struct ExecId {
    std::chrono::nanoseconds start_time{};  // of the process, since boot: task_struct.start_boottime of its leader
    std::uint32_t pid = 0;                  // task_struct.tgid
    std::uint64_t self_exec_id = 0;         // the kernel's count of execs, which a fork inherits

    friend bool operator==(const ExecId&, const ExecId&) = default;
};

// Bytes that the kernel may have cut. Never assumed to be text: an observed process chooses them.
struct Bytes {
    std::string_view bytes;
    bool is_cut = false;
};

// The arguments of a call, argv[0] included.
struct Arguments {
    std::string_view bytes;  // each argument ended by a NUL; the last one not, where it was cut
    bool is_cut = false;     // `bytes` is not all of them
    // The true size, NULs included, and the true number. Absent: more than were followed.
    std::optional<std::uint64_t> total_bytes;
    std::optional<std::uint32_t> true_count;

    // Calls visit(argument, is_cut) for each argument that is there, in order.
    template <typename Visit>
    void for_each(Visit visit) const {
        std::string_view rest = bytes;
        while (!rest.empty()) {
            const auto end = rest.find('\0');
            visit(rest.substr(0, end), end == std::string_view::npos);
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
        }
    }
};

// A file or directory, resolved: walked from its dentry and mount up to the root of the task's mount namespace, so that
// the prefix of a chroot shows.
struct Path {
    std::string_view path;        // begins with ".../" where it was cut; of a pseudo-file (memfd) its name alone
    bool is_deleted = false;      // it has been unlinked
    bool is_unreachable = false;  // it is not below that root: another namespace's, or unmounted
    bool is_torn = false;         // directories were renamed meanwhile: it may never have existed as it stands here
};

// The file that an exec mapped: of a script its interpreter. From mm_struct.exe_file.
struct ExeFile {
    Path path;
    std::uint32_t dev_major = 0;  // super_block.s_dev
    std::uint32_t dev_minor = 0;
    std::uint64_t inode = 0;
    bool is_memfd = false;
    bool is_setuid = false;    // its mode has the set-user-ID bit, whether or not it took effect
    bool is_setgid = false;    // and the set-group-ID bit, which counts only where the group may execute it
    bool is_writable = false;  // by owner and mode, somebody other than root may write it
};

// What a successful and a failed exec have in common.
struct Call {
    std::uint64_t seq = 0;                  // order of delivery from 1, advanced by what was lost; 0: not numbered yet
    std::chrono::nanoseconds since_boot{};  // CLOCK_BOOTTIME, at the end of the call
    // Attempts of one search along PATH that are told with this event and not by themselves; those came before it.
    std::uint32_t folded_attempts = 0;
    std::uint32_t pid = 0;     // the process: task_struct.tgid
    std::uint32_t tid = 0;     // the thread that called
    std::uint32_t ppid = 0;    // task_struct.real_parent
    std::uint32_t ns_pid = 0;  // `pid` as its own pid namespace numbers it
    // Of an attempt: what the process runs and goes on running; of a fatal one what it failed to become.
    ExecId exec_id;
    // What the nearest ancestor ran when it forked this process; it survives that ancestor. Absent: that was before the
    // trace, and the process may have been adopted since.
    std::optional<ExecId> parent_exec_id;
    std::uint32_t uid = 0;  // real and effective ids (task_struct.cred); of an exec as they are after it
    std::uint32_t euid = 0;
    std::uint32_t gid = 0;
    std::uint32_t egid = 0;
    std::optional<std::uint32_t> loginuid;   // task_struct.loginuid; absent: nobody logged in
    std::uint64_t cap_effective = 0;         // bit n is capability n
    std::uint32_t umask = 0;                 // fs_struct.umask
    std::optional<std::int32_t> syscall_id;  // absent: the kernel started the program by itself
    bool is_execveat = false;                // execveat of either ABI; says nothing without syscall_id
    std::optional<std::string_view> comm;    // the caller's, before the exec
    std::optional<Bytes> filename;           // the path as it was passed
    std::optional<Arguments> arguments;
    // Absent, too, when nobody wanted paths.
    std::optional<Path> cwd;
    std::optional<Path> cgroup;           // cgroup v2, from the root of its hierarchy
    std::optional<std::string_view> tty;  // "pts/9", "tty1"; absent: no controlling terminal
    std::uint32_t sid = 0;
    std::uint32_t pgid = 0;
};

// An execve or execveat that worked; the arguments are those the kernel committed.
struct ExecEvent {
    Call call;
    std::string_view new_comm;         // the new program's: task_struct.comm after the exec
    std::optional<ExeFile> exe;        // absent, too, when nobody wanted paths
    bool is_script = false;            // it was run by an interpreter: a #! line, or binfmt_misc
    std::optional<Bytes> interpreter;  // as the #! line names it, the last one where several are nested

    // What this process ran before: an exec adds one to the kernel's count.
    std::optional<ExecId> replaced_exec_id() const {
        const auto& id = call.exec_id;
        if (id.self_exec_id == 0) return std::nullopt;
        return ExecId{id.start_time, id.pid, id.self_exec_id - 1};
    }
};

// One that failed; the arguments are those in the caller's memory.
struct AttemptEvent {
    Call call;
    int error = 0;          // errno, positive
    bool is_fatal = false;  // it failed past the point of no return: the process died of it
};

// The end of a process, at its last thread.
struct ExitEvent {
    std::uint64_t seq = 0;
    std::chrono::nanoseconds since_boot{};
    std::uint32_t pid = 0;
    ExecId exec_id;
    int exit_code = 0;
    int signal = 0;  // not 0: the process was ended by it, and there is no exit code
    bool core_dumped = false;
    // Since its exec; since its fork if it never made one. Absent: it made an exec before the trace.
    std::optional<std::chrono::nanoseconds> duration;
    // Of the whole process since its fork, as getrusage(2) has them: in the kernel's ticks, absent when there were
    // none.
    std::optional<std::chrono::nanoseconds> user_time;
    std::optional<std::chrono::nanoseconds> system_time;
    std::optional<std::uint64_t> max_rss_kb;  // signal_struct.maxrss
};

// A watched process made another one. New threads are not told.
struct ForkEvent {
    std::uint64_t seq = 0;
    std::chrono::nanoseconds since_boot{};
    std::uint32_t pid = 0;
    std::uint32_t child_pid = 0;
    ExecId exec_id;
    ExecId child_exec_id;
};

enum class LossReason { ring, queue, output, skipped };

// Records that could not be handed over, told before the first event that came after them.
struct LostEvent {
    std::uint64_t seq = 0;            // of the first one lost; the next event has seq + count
    std::chrono::nanoseconds from{};  // since boot: they happened between the two
    std::chrono::nanoseconds to{};
    std::uint64_t count = 0;
    LossReason reason = LossReason::ring;
};

using Event = std::variant<ExecEvent, AttemptEvent, ExitEvent, ForkEvent, LostEvent>;

// Of each kind of event, by its alternative of Event; what was lost is no kind of its own.
using EventCounts = std::array<std::uint64_t, std::variant_size_v<Event> - 1>;

// Its place in the order of delivery; 0: not numbered yet.
inline std::uint64_t seq_of(const Event& event) {
    struct Visitor {
        std::uint64_t operator()(const ExecEvent& exec) const { return exec.call.seq; }
        std::uint64_t operator()(const AttemptEvent& attempt) const { return attempt.call.seq; }
        std::uint64_t operator()(const ExitEvent& exit) const { return exit.seq; }
        std::uint64_t operator()(const ForkEvent& fork) const { return fork.seq; }
        std::uint64_t operator()(const LostEvent& lost) const { return lost.seq; }
    };
    return std::visit(Visitor{}, event);
}

// When it happened, since boot; of what was lost, when the last of it can have.
inline std::chrono::nanoseconds time_of(const Event& event) {
    struct Visitor {
        std::chrono::nanoseconds operator()(const ExecEvent& exec) const { return exec.call.since_boot; }
        std::chrono::nanoseconds operator()(const AttemptEvent& attempt) const { return attempt.call.since_boot; }
        std::chrono::nanoseconds operator()(const ExitEvent& exit) const { return exit.since_boot; }
        std::chrono::nanoseconds operator()(const ForkEvent& fork) const { return fork.since_boot; }
        std::chrono::nanoseconds operator()(const LostEvent& lost) const { return lost.to; }
    };
    return std::visit(Visitor{}, event);
}

}  // namespace exectap
