// SPDX-License-Identifier: MIT OR Apache-2.0
// clone_parent: makes a process that is not its own child but its parent's (CLONE_PARENT), which runs /bin/true; says
// its pid when that has ended.
#include <linux/sched.h>

#include "program.h"

int main() {
    std::array<int, 2> ended{};
    if (::pipe(ended.data()) != 0) return 1;
    clone_args arguments{};
    arguments.flags = CLONE_PARENT;
    // It may not say which signal: that is as this process's own.
    const long pid = ::syscall(SYS_clone3, &arguments, sizeof(arguments));
    if (pid == 0) program::exec("/bin/true", {"true", "a sibling"});
    // Not being its parent it can't wait for it, but see the last write end close.
    ::close(ended[1]);
    char end = 0;
    if (pid < 0 || ::read(ended[0], &end, 1) != 0) return 1;
    program::say_number("sibling", pid);
}
