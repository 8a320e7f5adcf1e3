// SPDX-License-Identifier: MIT OR Apache-2.0
// descendants DEPTH: a line of children that are all there at the start; at a word from the test the last one execs.
#include "program.h"

namespace {

void descend(int depth, int go) {
    if (depth == 0) {
        program::say_number("last", ::getpid());
        char word = 0;
        if (::read(go, &word, 1) != 1) std::_Exit(1);
        program::exec("/bin/true", {"true", "last of the line"});
    }
    program::wait_for(program::in_child([=] {
        program::end_with_parent();
        descend(depth - 1, go);
    }));
}

}  // namespace

int main(int argc, char** argv) {
    std::array<int, 2> go{};
    if (argc != 2 || ::pipe(go.data()) != 0) return 2;
    const pid_t child = program::in_child([&] {
        program::end_with_parent();
        ::close(go[1]);
        descend(std::atoi(argv[1]) - 1, go[0]);
    });
    program::wait_for_go();
    if (::write(go[1], "g", 1) != 1) return 1;
    program::wait_for(child);
    program::say("done");
    program::wait_for_go();
}
