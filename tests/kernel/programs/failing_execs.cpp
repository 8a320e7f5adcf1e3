// SPDX-License-Identifier: MIT OR Apache-2.0
// failing_execs WORKERS CALLS: so many processes at once make so many calls of exec each, all of which fail; every
// tenth is an execveat.
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    const int workers = std::atoi(argv[1]);
    const int calls = std::atoi(argv[2]);
    for (int worker = 0; worker < workers; worker++) {
        if (::fork() != 0) continue;
        const char* const arguments[] = {"failing", "exec", nullptr};
        const auto* const words = const_cast<char* const*>(arguments);
        for (int call = 0; call < calls; call++) {
            if (call % 10 == 9) {
                ::syscall(SYS_execveat, AT_FDCWD, "/nowhere/else", words, environ, 0);
            } else {
                ::execve("/nowhere/at/all", words, environ);
            }
        }
        ::_exit(0);
    }
    while (::wait(nullptr) > 0) {
    }
    return 0;
}
