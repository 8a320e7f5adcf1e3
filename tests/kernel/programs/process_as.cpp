// SPDX-License-Identifier: MIT OR Apache-2.0
// process_as PID PROGRAM [ARG...]: runs PROGRAM in a child that has this pid, as its pid namespace numbers it, and ends
// as that one does.
#include <linux/sched.h>
#include <sched.h>

#include <cstdint>

#include "program.h"

namespace {

// -1 as long as the number is in use.
pid_t fork_as(pid_t pid) {
    clone_args arguments{};
    arguments.exit_signal = SIGCHLD;
    arguments.set_tid = reinterpret_cast<std::uintptr_t>(&pid);
    arguments.set_tid_size = 1;
    return static_cast<pid_t>(::syscall(SYS_clone3, &arguments, sizeof(arguments)));
}

}  // namespace

int main(int argc, char** argv) {
    const auto arguments = program::arguments(argc, argv);
    if (arguments.size() < 2) return 2;
    const auto pid = static_cast<pid_t>(std::stol(arguments[0]));
    pid_t child = -1;
    // Somebody else may have been given it for a moment.
    while ((child = fork_as(pid)) < 0 && errno == EEXIST) ::sched_yield();
    if (child < 0) {
        program::say_number("clone3 failed:", errno);
        return 1;
    }
    if (child == 0) {
        program::end_with_parent();
        program::exec(arguments[1], {arguments.begin() + 1, arguments.end()});
    }
    return WEXITSTATUS(program::wait_for(child));
}
