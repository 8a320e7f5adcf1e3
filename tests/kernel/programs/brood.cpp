// SPDX-License-Identifier: MIT OR Apache-2.0
// brood COUNT: at a word from the test forks so many children. At the next one each of them runs /bin/true with its
// number.
#include <sched.h>

#include "program.h"

namespace {

[[noreturn]] void run_at_the_end_of(int go, long number) {
    char end = 0;
    if (::read(go, &end, 1) != 0) std::_Exit(1);
    program::exec("/bin/true", {"true", std::to_string(number)});
}

}  // namespace

int main(int argc, char** argv) {
    std::array<int, 2> go{};
    if (argc != 2 || ::pipe(go.data()) != 0) return 2;
    // Each CPU has a reserve of memory that was charged before. So only one is used up.
    cpu_set_t one{};
    CPU_SET(static_cast<std::size_t>(::sched_getcpu()), &one);
    if (::sched_setaffinity(0, sizeof one, &one) != 0) return 1;
    program::say("ready");
    program::wait_for_go();
    for (long number = 0; number < std::atol(argv[1]); number++) {
        program::in_child([=] {
            program::end_with_parent();
            ::close(go[1]);
            run_at_the_end_of(go[0], number);
        });
    }
    program::say("forked");
    program::wait_for_go();
    ::close(go[1]);
    program::reap_all();
}
