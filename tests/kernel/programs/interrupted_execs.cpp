// SPDX-License-Identifier: MIT OR Apache-2.0
// interrupted_execs PATH THREADS CALLS: at a word from the test makes so many threads, each of which tries so many
// times to run PATH, which must fail, while signals with a handler pour in. The kernel restarts a call that a signal
// meets while it waits for another thread's. Says "wrong" for a call that fails in another way than the first.
#include <atomic>
#include <latch>
#include <thread>

#include "program.h"

namespace {

void call_again_and_again(const std::string& path, int error, long calls) {
    for (; calls > 0; calls--) {
        if (const int other = program::try_exec(path, {"interrupted"}); other != error)
            program::say_number("wrong", other);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 4) return 2;
    std::signal(SIGUSR1, [](int /*signal*/) {});
    program::say("ready");
    program::wait_for_go();
    const int error = program::try_exec(argv[1], {"first"});
    std::atomic<long> left{std::atol(argv[2])};
    // Only then: the kernel makes no thread (EAGAIN) while another one of the process is in exec.
    std::latch all_made(left.load());
    for (long i = left; i > 0; i--) {
        std::thread([&] {
            all_made.arrive_and_wait();
            call_again_and_again(argv[1], error, std::atol(argv[3]));
            left--;
        }).detach();
    }
    // To the process: any thread takes it, and this one should not.
    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGUSR1);
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    while (left > 0) ::kill(::getpid(), SIGUSR1);
    return 0;
}
