// SPDX-License-Identifier: MIT OR Apache-2.0
// fork_bomb ENTRANCE COUNTER: at a word from the test it starts a bomb in the control group with this ENTRANCE: each of
// its processes forks two, which run this program again, and ends; one that may not fork becomes a new one itself. So
// it never dies out. Execs are counted in the file COUNTER just before. The bomb is over when stdin is: then this one,
// which collects all the orphans, says "over".
#include <fcntl.h>
#include <poll.h>

#include "program.h"
#include "shared_counter.h"

namespace {

// The descriptor is the test's pipe, which all of them have.
bool is_over() {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    return ::poll(&input, 1, 0) == 1 && (input.revents & POLLHUP) != 0;
}

[[noreturn]] void become_another(const std::string& counter) {
    if (is_over()) std::_Exit(0);
    SharedCounter(counter).count_up();
    program::try_exec(program::own_path(), {"fork_bomb", counter});
    std::_Exit(1);
}

[[noreturn]] void be_one_of_many(const std::string& counter) {
    bool has_child = false;
    for (int i = 0; i < 2; i++) {
        const pid_t pid = ::fork();
        if (pid == 0) become_another(counter);
        if (pid > 0) has_child = true;
    }
    if (!has_child) become_another(counter);
    std::_Exit(0);
}

bool enter(const std::string& entrance) {
    const int file = ::open(entrance.c_str(), O_WRONLY | O_CLOEXEC);
    return file >= 0 && ::write(file, "0", 1) == 1 && ::close(file) == 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 2) be_one_of_many(argv[1]);
    if (argc != 3) return 2;
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    program::say("ready");
    program::wait_for_go();
    program::in_child([&] {
        if (!enter(argv[1])) {
            program::say_number("failed", errno);
            std::_Exit(1);
        }
        be_one_of_many(argv[2]);
    });
    program::reap_all();
    program::say("over");
}
