// SPDX-License-Identifier: MIT OR Apache-2.0
// end_as code N: at a word from the test ends with this status. end_as signal N: of this signal. end_as threads N M:
// its first thread ends with N, then a second one, the last, with M. end_as group N M: the second one ends them all.
#include <pthread.h>

#include "leader.h"
#include "program.h"

namespace {

// Of one thread only, or of the whole process.
[[noreturn]] void end(long call, int code) {
    ::syscall(call, code);
    std::abort();
}

[[noreturn]] void end_of_signal(int signal) {
    ::signal(signal, SIG_DFL);
    ::raise(signal);
    std::abort();
}

struct LastThread {
    long call;
    int code;
};

void* outlive(void* argument) {
    const auto& how = *static_cast<LastThread*>(argument);
    wait_until_leader_is_gone();
    end(how.call, how.code);
}

}  // namespace

int main(int argc, char** argv) {
    const auto arguments = program::arguments(argc, argv);
    if (arguments.size() < 2) return 2;
    const int number = std::stoi(arguments[1]);
    program::say("ready");
    program::wait_for_go();
    if (arguments[0] == "code") std::_Exit(number);
    if (arguments[0] == "signal") end_of_signal(number);
    if (arguments.size() != 3) return 2;
    static LastThread last{arguments[0] == "group" ? SYS_exit_group : SYS_exit, std::stoi(arguments[2])};
    pthread_t thread{};
    if (::pthread_create(&thread, nullptr, outlive, &last) != 0) return 1;
    end(SYS_exit, number);
}
