// SPDX-License-Identifier: MIT OR Apache-2.0
// path_search PATH...: at a word from the test, tries these programs in turn until one runs, as execvp does.
#include "program.h"

int main(int argc, char** argv) {
    program::say("ready");
    program::wait_for_go();
    for (const auto& path : program::arguments(argc, argv)) {
        const int error = program::try_exec(path, {"searched", path});
        program::say_number("failed", error);
    }
    return 1;
}
