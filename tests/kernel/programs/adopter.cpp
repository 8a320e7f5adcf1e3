// SPDX-License-Identifier: MIT OR Apache-2.0
// adopter [subreaper]: at a word from the test makes a child, whose child loses it and is adopted by this process: as a
// subreaper, or because it is the first of its pid namespace. Neither child has made an exec. At another word the
// grandchild runs /bin/true.
#include "program.h"

namespace {

void be_orphan(const std::array<int, 2>& go) {
    ::close(go[1]);
    char end = 0;
    if (::read(go[0], &end, 1) != 0) std::_Exit(1);
    program::exec("/bin/true", {"true", "orphan"});
}

}  // namespace

int main(int argc, char** /*argv*/) {
    std::array<int, 2> go{};
    if (::pipe(go.data()) != 0 || (argc == 2 && ::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)) return 1;
    program::say("ready");
    program::wait_for_go();
    program::wait_for(program::in_child([&] { program::in_child([&] { be_orphan(go); }); }));
    program::say("adopted");
    program::wait_for_go();
    ::close(go[1]);
    program::reap_all();
}
