// SPDX-License-Identifier: MIT OR Apache-2.0
// path_search FOLDERS NAME [ARG...]: at a word from the test, looks for NAME in these folders ("a:b:c") and runs it in
// its own place, as shells and execvp(3) do.
#include "program.h"

int main(int argc, char** argv) {
    if (argc < 3) return 2;
    program::say("ready");
    program::wait_for_go();
    ::setenv("PATH", argv[1], 1);
    ::execvp(argv[2], argv + 2);
    program::say_number("failed", errno);
    return 1;
}
