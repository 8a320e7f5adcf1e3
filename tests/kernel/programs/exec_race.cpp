// SPDX-License-Identifier: MIT OR Apache-2.0
// exec_race THREADS: at a word from the test makes so many threads, which exec /bin/true all at once. One of them wins.
#include <atomic>
#include <thread>

#include "program.h"

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    std::atomic<bool> is_open{false};
    program::say("ready");
    program::wait_for_go();
    for (int i = 0; i < std::atoi(argv[1]); i++) {
        std::thread([&is_open] {
            while (!is_open) continue;
            program::exec("/bin/true", {"true", "of a thread"});
        }).detach();
    }
    is_open = true;
    for (;;) ::pause();
}
