// SPDX-License-Identifier: MIT OR Apache-2.0
// flipping_exec PATH COUNT: at a word from the test makes COUNT children, one after the other, that run PATH with an
// argument which another thread of theirs rewrites all the while: now one text, now a shorter one.
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "program.h"

namespace {

constexpr std::size_t kBytes = 1500;

// Volatile: nobody but the kernel reads it, and every text has to be there.
volatile char text[kBytes + 1];
std::atomic<bool> has_begun{false};

[[noreturn]] void flip() {
    for (;;) {
        std::fill_n(text, kBytes, 'a');
        has_begun = true;
        // The end moves too, so that the kernel may find a string longer or shorter than it has just measured.
        std::fill_n(text, kBytes / 2, 'b');
        text[kBytes / 2] = '\0';
    }
}

void run_with_flipping_argument(const char* path) {
    std::thread(flip).detach();
    while (!has_begun) ::sched_yield();
    // In memory that has been touched: nothing but the flipping is hostile here.
    std::string name = "tell_argv";
    std::array<char*, 3> arguments{name.data(), const_cast<char*>(text), nullptr};
    ::execve(path, arguments.data(), environ);
    program::say_number("failed", errno);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) return 2;
    program::say("ready");
    program::wait_for_go();
    for (int i = 0; i < std::atoi(argv[2]); i++)
        program::wait_for(program::in_child([&] { run_with_flipping_argument(argv[1]); }));
}
