// SPDX-License-Identifier: MIT OR Apache-2.0
// double_fork: at a word from the test makes a daemon the old way: a child that leaves the session and forks, and
// whose child execs once it has lost its parent.
#include "program.h"

namespace {

void be_daemon(int orphaned) {
    char end = 0;
    if (::read(orphaned, &end, 1) != 0) std::_Exit(1);
    program::say_number("daemon", ::getpid());
    program::exec("/bin/true", {"true", "a daemon"});
}

void be_middle() {
    std::array<int, 2> orphaned{};
    if (::setsid() < 0 || ::pipe(orphaned.data()) != 0) std::_Exit(1);
    program::in_child([&] {
        // Its parent's copy closes when that one ends.
        ::close(orphaned[1]);
        be_daemon(orphaned[0]);
    });
}

}  // namespace

int main() {
    program::say("ready");
    program::wait_for_go();
    program::wait_for(program::in_child(be_middle));
    program::wait_for_go();
}
