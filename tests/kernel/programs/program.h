// SPDX-License-Identifier: MIT OR Apache-2.0
// What the traced programs share: they talk to the test in lines, and wait for its word on stdin.
#pragma once

#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

namespace program {

// One line to stdout, in one piece.
inline void say(std::string_view line) {
    const std::string text = std::string(line) + "\n";
    if (::write(STDOUT_FILENO, text.data(), text.size()) < 0) std::_Exit(1);
}

inline void say_number(std::string_view word, long number) { say(std::string(word) + " " + std::to_string(number)); }

// The next line of stdin; the program ends where stdin does, so that nothing outlives its test.
inline std::string next_command() {
    std::string line;
    for (char c = 0; c != '\n'; line += c) {
        if (::read(STDIN_FILENO, &c, 1) != 1) std::_Exit(0);
    }
    line.pop_back();
    return line;
}

inline void wait_for_go() { next_command(); }

// For children that wait: they end with the process that made them.
inline void end_with_parent() { ::prctl(PR_SET_PDEATHSIG, SIGKILL); }

inline pid_t thread_id() { return static_cast<pid_t>(::syscall(SYS_gettid)); }

inline std::string own_path() {
    std::array<char, 4096> path{};
    const auto length = ::readlink("/proc/self/exe", path.data(), path.size());
    return {path.data(), length > 0 ? static_cast<std::size_t>(length) : 0};
}

// The strings as exec wants them.
inline std::vector<char*> pointers_to(const std::vector<std::string>& strings) {
    std::vector<char*> pointers;
    pointers.reserve(strings.size() + 1);
    for (const auto& each : strings) pointers.push_back(const_cast<char*>(each.c_str()));
    pointers.push_back(nullptr);
    return pointers;
}

// Returns errno, if it returns.
inline int try_exec(const std::string& path, const std::vector<std::string>& argv) {
    ::execve(path.c_str(), pointers_to(argv).data(), environ);
    return errno;
}

// Says so when it fails.
[[noreturn]] inline void exec(const std::string& path, const std::vector<std::string>& argv) {
    say_number("failed", try_exec(path, argv));
    std::_Exit(1);
}

// Forks a child that calls `run` and ends.
template <typename Run>
pid_t in_child(Run run) {
    const pid_t pid = ::fork();
    if (pid != 0) return pid;
    run();
    std::_Exit(0);
}

inline int wait_for(pid_t pid) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
    return status;
}

inline void reap_all() {
    while (::wait(nullptr) > 0 || errno == EINTR) continue;
}

// "[PROGRAM] name [ARG...]" without the name of the program.
inline std::vector<std::string> arguments(int argc, char** argv) { return {argv + 1, argv + argc}; }

}  // namespace program
