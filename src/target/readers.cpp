// SPDX-License-Identifier: MIT OR Apache-2.0
#include "target/readers.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <optional>
#include <set>
#include <string_view>

#include "target/proc_stat.h"

namespace exectap {
namespace {

namespace fs = std::filesystem;

// One end of a pipe that a process has open.
struct PipeEnd {
    pid_t pid = 0;
    std::string pipe;  // as /proc/PID/fd shows it: "pipe:[123]", or the path of a named one
    bool is_read = false;
    bool is_written = false;
};

std::optional<pid_t> pid_of(const fs::path& process) {
    const auto name = process.filename().string();
    pid_t pid = 0;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), pid);
    if (parsed.ec != std::errc() || parsed.ptr != name.data() + name.size()) return std::nullopt;
    return pid;
}

// Empty where nobody can tell, and then `error` says why.
std::string pipe_of(const fs::path& descriptor, std::error_code& error) {
    const auto link = fs::read_symlink(descriptor, error);
    return error ? "" : link.string();
}

// `named`: the path of a named pipe that is looked for, beside all that have no name. False: that is closed to us.
bool add_pipe_ends(const fs::path& process, pid_t pid, const std::string& named, std::vector<PipeEnd>& ends) {
    std::error_code error;
    std::error_code of_link;
    // Not by a range: its step throws where the process ends meanwhile.
    for (fs::directory_iterator at(process / "fd", error), end; !error && at != end; at.increment(error)) {
        const auto& descriptor = *at;
        auto pipe = pipe_of(descriptor.path(), of_link);
        if (of_link == std::errc::permission_denied) return false;
        if (!pipe.starts_with("pipe:[") && pipe != named) continue;
        struct stat link {};
        // The link's own mode tells what the descriptor was opened for.
        if (::lstat(descriptor.path().c_str(), &link) != 0) continue;
        ends.push_back({pid, std::move(pipe), (link.st_mode & S_IRUSR) != 0, (link.st_mode & S_IWUSR) != 0});
    }
    return error != std::errc::permission_denied;
}

std::optional<std::uint64_t> session_of(pid_t pid) {
    return stat_field(fmt::format("/proc/{}", pid), StatField::session);
}

std::string name_of(pid_t pid) {
    std::ifstream file(fmt::format("/proc/{}/comm", pid));
    std::string name;
    std::getline(file, name);
    return name;
}

struct PipeEnds {
    std::vector<PipeEnd> ends;
    bool is_complete = true;
};

// Of all processes, or of those of one session, which costs a hundredth of the time.
PipeEnds find_pipe_ends(const std::string& named, const std::set<pid_t>& known, std::optional<pid_t> session) {
    PipeEnds found;
    std::error_code error;
    for (fs::directory_iterator at("/proc", error), end; !error && at != end; at.increment(error)) {
        const auto pid = pid_of(at->path());
        if (!pid || known.contains(*pid) || (session && ::getsid(*pid) != *session)) continue;
        found.is_complete &= add_pipe_ends(at->path(), *pid, named, found.ends);
    }
    return found;
}

bool is_read(const std::vector<PipeEnd>& ends, const std::string& pipe) {
    return std::any_of(ends.begin(), ends.end(), [&](const auto& end) { return end.is_read && end.pipe == pipe; });
}

}  // namespace

std::vector<pid_t> line_of_ancestors(pid_t pid) {
    std::vector<pid_t> line;
    while (pid > 0 && std::find(line.begin(), line.end(), pid) == line.end()) {
        line.push_back(pid);
        pid = static_cast<pid_t>(stat_field(fmt::format("/proc/{}", pid), StatField::ppid).value_or(0));
    }
    return line;
}

Readers readers_of(int fd, std::span<const pid_t> others) {
    struct stat file {};
    if (::fstat(fd, &file) != 0 || !S_ISFIFO(file.st_mode) || !is_own_proc()) return {};
    std::error_code error;
    const auto first = pipe_of(fmt::format("/proc/self/fd/{}", fd), error);
    if (first.empty()) return {};

    const auto own_line = line_of_ancestors(::getpid());
    std::set<pid_t> known(own_line.begin(), own_line.end());
    known.insert(others.begin(), others.end());
    // Mostly it is the next one of a pipeline.
    auto found = find_pipe_ends(first, known, ::getsid(0));
    if (!is_read(found.ends, first)) found = find_pipe_ends(first, known, std::nullopt);
    const auto& ends = found.ends;

    Readers readers;
    if (!found.is_complete && !is_read(ends, first)) {
        std::vector<PipeEnd> own_ends;
        for (const auto pid : own_line) add_pipe_ends(fmt::format("/proc/{}", pid), pid, first, own_ends);
        readers.are_hidden = !is_read(own_ends, first);
    }
    std::vector<std::string> pipes = {first};
    for (std::size_t at = 0; at < pipes.size(); at++) {
        for (const auto& end : ends) {
            if (end.pipe != pipes[at] || !end.is_read) continue;
            // Further on may be a daemon that collects what many programs print.
            if (at > 0 && session_of(end.pid) != session_of(::getpid())) continue;
            if (!known.insert(end.pid).second) continue;
            auto process = open_process(end.pid);
            if (!process) continue;  // it has ended
            readers.found.push_back({std::move(*process), name_of(end.pid)});
            for (const auto& other : ends) {
                const bool is_new = std::find(pipes.begin(), pipes.end(), other.pipe) == pipes.end();
                if (other.pid == end.pid && other.is_written && is_new) pipes.push_back(other.pipe);
            }
        }
    }
    return readers;
}

}  // namespace exectap
