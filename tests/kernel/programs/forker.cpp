// SPDX-License-Identifier: MIT OR Apache-2.0
// forker COUNTER children|grandchildren|daemons: a process, whose pid it says, that forks as fast as it can. Each child
// runs /bin/true with a number, which is counted up in the file COUNTER just before the fork. Grandchildren have lost
// their parent by then. Daemons are grandchildren that are made one after the other, and run theirs only after the word
// from the test. At that word it goes on for a while, then it says the last number when all have ended.
#include <poll.h>

#include "program.h"
#include "shared_counter.h"

namespace {

constexpr std::uint64_t kMoreAfterGo = 40;
constexpr int kChildrenAtOnce = 6;
constexpr std::uint64_t kMostDaemons = 2000;

bool is_told_to_go(int patience_ms) {
    pollfd input{STDIN_FILENO, POLLIN, 0};
    return ::poll(&input, 1, patience_ms) == 1;
}

[[noreturn]] void run_numbered(std::uint64_t number) { program::exec("/bin/true", {"true", std::to_string(number)}); }

void start_child(std::uint64_t number) {
    program::in_child([=] { run_numbered(number); });
}

void start_grandchild(std::uint64_t number) {
    program::in_child([=] { start_child(number); });
}

// It runs its program when the last write end of `go` is closed: at the word from the test, or when this one dies.
void start_daemon(std::uint64_t number, const std::array<int, 2>& go) {
    const pid_t parent = program::in_child([&] {
        ::close(go[1]);
        program::in_child([&] {
            char end = 0;
            if (::read(go[0], &end, 1) != 0) std::_Exit(1);
            run_numbered(number);
        });
    });
    program::wait_for(parent);
}

void fork_on(SharedCounter& counter, std::string_view what) {
    std::array<int, 2> go{};
    if (::pipe(go.data()) != 0) std::_Exit(1);
    program::say_number("forker", ::getpid());
    std::uint64_t last = 0;
    int running = 0;
    for (std::uint64_t number = 0; last == 0 || number < last;) {
        number = counter.count_up();
        if (what == "children") start_child(number);
        if (what == "grandchildren") start_grandchild(number);
        if (what == "daemons") start_daemon(number, go);
        // A daemon's parent has been waited for.
        if (what != "daemons") running++;
        while (running > 0 && ::waitpid(-1, nullptr, running < kChildrenAtOnce ? WNOHANG : 0) > 0) running--;
        const bool is_full = what == "daemons" && number >= kMostDaemons;
        if (last == 0 && is_told_to_go(is_full ? -1 : 0)) {
            program::wait_for_go();
            last = number + kMoreAfterGo;
        }
    }
    ::close(go[1]);
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
        fork_on(counter, argv[2]);
    });
    program::reap_all();
    program::say_number("last", static_cast<long>(counter.value()));
}
