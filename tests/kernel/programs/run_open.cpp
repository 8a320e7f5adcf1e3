// SPDX-License-Identifier: MIT OR Apache-2.0
// run_open FOLDER NAME COUNT: at a word from the test runs that file COUNT times, by a descriptor and from within
// FOLDER, whatever names they have by then.
#include <fcntl.h>

#include "program.h"

namespace {

constexpr int kNoExec = 99;

bool run(int file, const std::vector<char*>& argv) {
    const pid_t pid = ::fork();
    if (pid == 0) {
        ::execveat(file, "", argv.data(), environ, AT_EMPTY_PATH);
        ::_exit(kNoExec);
    }
    return pid > 0 && program::wait_for(pid) == 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4 || ::chdir(argv[1]) != 0) return 2;
    const int file = ::open(argv[2], O_RDONLY | O_CLOEXEC);
    const std::vector<std::string> strings{"run"};
    const auto arguments = program::pointers_to(strings);
    program::say("ready");
    program::wait_for_go();
    for (long i = std::atol(argv[3]); i > 0; i--) {
        if (!run(file, arguments)) return 1;
    }
}
