// SPDX-License-Identifier: MIT OR Apache-2.0
// forks: at a word from the test makes one process in each of the ways there are, "WAY PID" for each, and threads. Each
// of these processes runs /bin/true, but for the first, which only ends.
#include <linux/sched.h>
#include <spawn.h>

#include <thread>

#include "program.h"

namespace {

const std::array<char*, 2> true_argv{const_cast<char*>("true"), nullptr};

[[noreturn]] void run_true() {
    ::execv("/bin/true", true_argv.data());
    ::_exit(1);
}

pid_t by_fork() {
    return program::in_child([] { run_true(); });
}

pid_t by_vfork() {
    char* const* const argv = true_argv.data();
    const pid_t pid = ::vfork();  // NOLINT(clang-analyzer-security.insecureAPI.vfork): it is what is tested
    if (pid != 0) return pid;
    ::execv("/bin/true", argv);
    ::_exit(1);
}

pid_t by_clone3() {
    clone_args arguments{};
    arguments.exit_signal = SIGCHLD;
    const auto pid = static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof(arguments)));
    if (pid == 0) run_true();
    return pid;
}

pid_t by_spawn() {
    pid_t pid = -1;
    return ::posix_spawn(&pid, "/bin/true", nullptr, nullptr, true_argv.data(), environ) == 0 ? pid : -1;
}

void make(std::string_view way, pid_t (*make_process)()) {
    const pid_t pid = make_process();
    if (pid < 0) std::_Exit(1);
    program::wait_for(pid);
    program::say_number(way, pid);
}

}  // namespace

int main() {
    program::say("ready");
    program::wait_for_go();
    make("only", [] { return program::in_child([] {}); });
    make("fork", by_fork);
    make("vfork", by_vfork);
    make("clone3", by_clone3);
    make("spawn", by_spawn);
    for (int i = 0; i < 3; i++) std::thread([] {}).join();
    std::thread([] { make("thread", by_fork); }).join();
}
