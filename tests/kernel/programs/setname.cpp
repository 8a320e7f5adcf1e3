// SPDX-License-Identifier: MIT OR Apache-2.0
// setname NAME PATH: at a word from the test, takes this name, then runs PATH in its own place.
#include "program.h"

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    program::say("ready");
    program::wait_for_go();
    ::prctl(PR_SET_NAME, argv[1]);
    program::exec(argv[2], {argv[2]});
}
