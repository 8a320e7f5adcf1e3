// SPDX-License-Identifier: MIT OR Apache-2.0
// sweep PATH MOST: at a word from the test runs PATH again and again, each time in a child, with an argument of 0, 1, 2
// and so on up to MOST bytes.
#include "program.h"

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    program::say("ready");
    program::wait_for_go();
    for (std::size_t bytes = 0; bytes <= std::stoul(argv[2]); bytes++)
        program::wait_for(program::in_child([&] { program::try_exec(argv[1], {"swept", std::string(bytes, '.')}); }));
}
