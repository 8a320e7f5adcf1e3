// SPDX-License-Identifier: MIT OR Apache-2.0
// forker COUNTER once|twice: a process, whose pid it says, that forks as fast as it can; each child (or grandchild,
// whose parent is gone by then) runs /bin/true with a number. The number is counted up in the file COUNTER just before
// the fork. At a word from the test it goes on for a while, then says the last number when all have ended.
#include <poll.h>

#include "program.h"
#include "shared_counter.h"

namespace {

constexpr std::uint64_t kMoreAfterGo = 40;
constexpr int kChildrenAtOnce = 6;

bool is_told_to_go() {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    return ::poll(&input, 1, 0) == 1;
}

[[noreturn]] void run_numbered(std::uint64_t number) { program::exec("/bin/true", {"true", std::to_string(number)}); }

void start_one(std::uint64_t number, bool twice) {
    program::in_child([=] {
        if (twice) {
            program::in_child([=] { run_numbered(number); });
        } else {
            run_numbered(number);
        }
    });
}

void fork_on(SharedCounter& counter, bool twice) {
    program::say_number("forker", ::getpid());
    std::uint64_t last = 0;
    int running = 0;
    for (std::uint64_t number = 0; last == 0 || number < last;) {
        number = counter.count_up();
        start_one(number, twice);
        running++;
        while (running > 0 && ::waitpid(-1, nullptr, running < kChildrenAtOnce ? WNOHANG : 0) > 0) running--;
        if (last == 0 && is_told_to_go()) {
            program::wait_for_go();
            last = number + kMoreAfterGo;
        }
    }
    program::reap_all();
}

}  // namespace

// The outer process is not watched: it only collects the orphans, so that they have somebody.
int main(int argc, char** argv) {
    if (argc != 3) return 2;
    SharedCounter counter(argv[1]);
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    program::in_child([&] {
        program::end_with_parent();
        fork_on(counter, std::string_view(argv[2]) == "twice");
    });
    program::reap_all();
    program::say_number("last", static_cast<long>(counter.value()));
}
