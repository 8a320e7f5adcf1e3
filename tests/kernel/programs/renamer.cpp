// SPDX-License-Identifier: MIT OR Apache-2.0
// renamer ONE OTHER: at a word from the test gives ONE the name OTHER and back again, over and over, until its stdin
// ends.
#include <poll.h>

#include <cstdio>

#include "program.h"

namespace {

bool has_input_ended() {
    pollfd input{STDIN_FILENO, 0, 0};
    return ::poll(&input, 1, 0) != 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    program::say("ready");
    program::wait_for_go();
    long renames = 0;
    for (; !has_input_ended(); renames += 2) {
        if (std::rename(argv[1], argv[2]) != 0 || std::rename(argv[2], argv[1]) != 0) return 1;
    }
    program::say_number("renames", renames);
}
