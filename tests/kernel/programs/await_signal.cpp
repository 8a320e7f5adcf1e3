// SPDX-License-Identifier: MIT OR Apache-2.0
// await_signal [--die]: says which signal comes first, then ends with status 7; ends with 0 when its stdin does. Or it
// leaves signals as they are, and dies of the first.
#include <poll.h>
#include <sys/signalfd.h>

#include "program.h"

int main(int argc, char** /*argv*/) {
    if (argc > 1) {
        program::say("ready");
        program::wait_for_go();
        return 0;
    }
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int each : {SIGINT, SIGQUIT, SIGTERM, SIGHUP, SIGUSR1}) ::sigaddset(&signals, each);
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    std::array<pollfd, 2> fds{pollfd{::signalfd(-1, &signals, SFD_CLOEXEC), POLLIN, 0},
                              pollfd{STDIN_FILENO, POLLIN, 0}};
    program::say("ready");
    while (::poll(fds.data(), fds.size(), -1) < 0) continue;
    if (fds[0].revents == 0) return 0;
    signalfd_siginfo info{};
    if (::read(fds[0].fd, &info, sizeof(info)) != sizeof(info)) return 1;
    program::say_number("signal", info.ssi_signo);
    return 7;
}
