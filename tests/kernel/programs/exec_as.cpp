// SPDX-License-Identifier: MIT OR Apache-2.0
// exec_as PATH ARGV0 [ARG...]: at a word from the test, runs PATH in its own place with exactly this argv.
#include "program.h"

int main(int argc, char** argv) {
    const auto arguments = program::arguments(argc, argv);
    if (arguments.size() < 2) return 2;
    program::say("ready");
    program::wait_for_go();
    program::exec(arguments[0], {arguments.begin() + 1, arguments.end()});
}
