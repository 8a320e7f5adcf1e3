// SPDX-License-Identifier: MIT OR Apache-2.0
#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>

#include "exectap/target.h"
#include "log/log.h"
#include "sink/escape.h"
#include "target/proc_stat.h"

namespace exectap {
namespace {

// PID_MAX_LIMIT of the kernel on 64-bit machines.
constexpr std::uint64_t kPidMax = 4 << 20;

// One field of /proc/PID/status, which also answers for thread ids. Read at start-up only.
std::optional<std::string> status_field(pid_t pid, std::string_view name) {
    std::ifstream status(fmt::format("/proc/{}/status", pid));
    for (std::string line; std::getline(status, line);) {
        if (line.compare(0, name.size(), name) == 0 && line.size() > name.size() + 2 && line[name.size()] == ':')
            return line.substr(name.size() + 2);
    }
    return std::nullopt;
}

std::optional<pid_t> process_of_thread(pid_t tid) {
    const auto field = status_field(tid, "Tgid");
    pid_t tgid = 0;
    if (!field || std::from_chars(field->data(), field->data() + field->size(), tgid).ec != std::errc()) return {};
    return tgid;
}

bool is_kernel_thread(pid_t pid) {
    constexpr std::uint64_t kKernelThread = 0x0020'0000;  // PF_KTHREAD, linux/sched.h
    const auto flags = stat_field(fmt::format("/proc/{}", pid), StatField::flags);
    return flags && (*flags & kKernelThread) != 0;
}

}  // namespace

Result<pid_t> parse_pid(std::string_view text) {
    std::uint64_t value = 0;
    const auto* end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, value);
    const bool is_number = parsed.ptr == end && !text.empty() && parsed.ec != std::errc::invalid_argument;
    if (!is_number) {
        std::string shown;
        append_escaped(shown, text);
        return usage_error(fmt::format("'{}' is no pid", shown));
    }
    if (parsed.ec != std::errc() || value == 0 || value > kPidMax)
        return usage_error(fmt::format("{} is no pid: pids go from 1 to {}", text, kPidMax));
    return static_cast<pid_t>(value);
}

bool has_ended(const UniqueFd& pidfd) {
    pollfd ended{pidfd.get(), POLLIN, 0};
    return ::poll(&ended, 1, 0) == 1;
}

Result<ProcessTarget> open_process(pid_t pid) {
    if (pid == ::getpid()) return usage_error(fmt::format("{} is exectap itself, which it never watches", pid));
    const bool can_ask_proc = is_own_proc();
    const auto process = can_ask_proc ? process_of_thread(pid) : std::nullopt;
    if (process && *process != pid)
        return usage_error(fmt::format("{} is a thread of process {}: name the process", pid, *process));
    UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd) {
        if (errno == ESRCH) return Error{fmt::format("no process {}", pid)};
        return Error{fmt::format("can't open process {}: {}", pid, std::strerror(errno)), ErrorKind::failure, errno};
    }
    if (has_ended(pidfd)) return Error{fmt::format("process {} has ended; its parent has not collected it yet", pid)};
    // They are in the first pid namespace only.
    if (can_ask_proc && is_kernel_thread(pid))
        return usage_error(fmt::format("{} is a kernel thread, which runs no programs", pid));
    log::target().info("process {} found", pid);
    return ProcessTarget{pid, std::move(pidfd)};
}

}  // namespace exectap
