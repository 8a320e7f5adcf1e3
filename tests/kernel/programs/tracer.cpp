// SPDX-License-Identifier: MIT OR Apache-2.0
// tracer PID: traces that process with ptrace, and passes its signals on to it.
#include <sys/ptrace.h>

#include "program.h"

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    const auto pid = static_cast<pid_t>(std::atol(argv[1]));
    if (::ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) != 0) return 1;
    program::say("ready");
    for (int status = 0; ::waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status);)
        ::ptrace(PTRACE_CONT, pid, nullptr, static_cast<long>(WSTOPSIG(status)));
}
