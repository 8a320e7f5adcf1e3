// SPDX-License-Identifier: MIT OR Apache-2.0
// double_fork: at a word from the test makes a daemon the old way: a child that leaves the session and forks, and
// whose child execs once it has lost its parent.
#include <sys/prctl.h>

#include <csignal>

#include "program.h"

namespace {

// The kernel sends that signal once the child has another parent; files of the old one are closed before.
void be_daemon(pid_t parent) {
    sigset_t adopted;
    ::sigemptyset(&adopted);
    ::sigaddset(&adopted, SIGUSR1);
    ::sigprocmask(SIG_BLOCK, &adopted, nullptr);
    ::prctl(PR_SET_PDEATHSIG, SIGUSR1);
    int signal = 0;
    if (::getppid() == parent && ::sigwait(&adopted, &signal) != 0) std::_Exit(1);
    program::say_number("daemon", ::getpid());
    program::exec("/bin/true", {"true", "a daemon"});
}

void be_middle() {
    if (::setsid() < 0) std::_Exit(1);
    program::in_child([parent = ::getpid()] { be_daemon(parent); });
}

}  // namespace

int main() {
    program::say("ready");
    program::wait_for_go();
    program::wait_for(program::in_child(be_middle));
    program::wait_for_go();
}
