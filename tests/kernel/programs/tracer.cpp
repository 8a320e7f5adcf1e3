// SPDX-License-Identifier: MIT OR Apache-2.0
// tracer PID seize|attach: traces that process with ptrace, and all that it forks from then on; passes their signals on
// to them, and ends when the last one has.
#include <sys/ptrace.h>

#include "program.h"

namespace {

constexpr unsigned long kOptions =
    PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;

// ptrace takes them as pointers.
void* as_data(unsigned long number) { return reinterpret_cast<void*>(number); }  // NOLINT(performance-no-int-to-ptr)

bool seize(pid_t pid) { return ::ptrace(PTRACE_SEIZE, pid, nullptr, as_data(kOptions)) == 0; }

bool attach(pid_t pid) {
    return ::ptrace(PTRACE_ATTACH, pid, nullptr, nullptr) == 0 && WIFSTOPPED(program::wait_for(pid)) &&
           ::ptrace(PTRACE_SETOPTIONS, pid, nullptr, as_data(kOptions)) == 0 &&
           ::ptrace(PTRACE_CONT, pid, nullptr, nullptr) == 0;
}

// Stops that ptrace itself makes are no signals for the process.
unsigned long signal_of(int status) {
    const int signal = WSTOPSIG(status);
    return status >> 16 != 0 || signal == SIGSTOP || signal == SIGTRAP ? 0 : static_cast<unsigned long>(signal);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const auto pid = static_cast<pid_t>(std::atol(argv[1]));
    if (!(std::string_view(argv[2]) == "seize" ? seize(pid) : attach(pid))) return 1;
    program::say("ready");
    int status = 0;
    for (pid_t stopped = 0; (stopped = ::waitpid(-1, &status, __WALL)) > 0;) {
        if (WIFSTOPPED(status)) ::ptrace(PTRACE_CONT, stopped, nullptr, as_data(signal_of(status)));
    }
}
