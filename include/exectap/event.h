// SPDX-License-Identifier: MIT OR Apache-2.0
// What exectap tells. An Event is a view: its strings are valid only during the callback that gets it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

namespace exectap {

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

// What a successful and a failed exec have in common. An absent field could not be read.
struct Call {
    std::chrono::nanoseconds since_boot{};  // CLOCK_BOOTTIME, at the end of the call
    std::uint32_t pid = 0;   // the process: task_struct.tgid, as the kernel's first pid namespace numbers it
    std::uint32_t tid = 0;   // the thread that called
    std::uint32_t ppid = 0;  // task_struct.real_parent
    std::uint32_t uid = 0;   // real ids (cred.uid, cred.gid); of an exec as they are after it
    std::uint32_t gid = 0;
    std::optional<std::int32_t> syscall_id;  // absent: the kernel started the program by itself
    std::optional<std::string_view> comm;    // the caller's, before the exec
    std::optional<Bytes> filename;           // the path as it was passed
    std::optional<Arguments> arguments;
};

// An execve or execveat that worked; the arguments are those the kernel committed.
struct ExecEvent {
    Call call;
};

// One that failed; the arguments are those in the caller's memory.
struct AttemptEvent {
    Call call;
    int error = 0;          // errno, positive
    bool is_fatal = false;  // it failed past the point of no return: the process died of it
};

enum class LossReason { ring };

// Records the kernel could not hand over, told before the first event that came after them.
struct LostEvent {
    std::chrono::nanoseconds since_boot{};
    std::uint64_t count = 0;
    LossReason reason = LossReason::ring;
};

using Event = std::variant<ExecEvent, AttemptEvent, LostEvent>;

}  // namespace exectap
