// SPDX-License-Identifier: MIT OR Apache-2.0
// args PATH COUNT BYTES: at a word from the test, runs PATH in its own place with "args" and COUNT arguments of BYTES
// bytes each: its number, filled up with dots.
#include <sys/resource.h>

#include "program.h"

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    std::vector<std::string> arguments{"args"};
    for (long i = 0; i < std::atol(argv[2]); i++) {
        arguments.push_back(std::to_string(i));
        arguments.back().resize(std::strtoul(argv[3], nullptr, 10), '.');
    }
    // A quarter of the stack's limit may be arguments, but never more than 6 MiB.
    const rlimit unlimited{RLIM_INFINITY, RLIM_INFINITY};
    if (::setrlimit(RLIMIT_STACK, &unlimited) != 0) return 3;
    program::say("ready");
    program::wait_for_go();
    program::exec(argv[1], arguments);
}
