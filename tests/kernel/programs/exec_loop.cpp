// SPDX-License-Identifier: MIT OR Apache-2.0
// exec_loop COUNTER [LEFT]: runs itself again and again, each time from a thread other than the first, with a number
// that is counted up in the file COUNTER just before. At a word from the test it goes on for a while, then ends.
#include <poll.h>
#include <pthread.h>

#include "program.h"
#include "shared_counter.h"

namespace {

constexpr long kMoreAfterGo = 20;

void* run_again(void* argument) {
    auto& arguments = *static_cast<std::vector<std::string>*>(argument);
    SharedCounter counter(arguments[1]);
    arguments.push_back(std::to_string(counter.count_up()));
    program::exec(program::own_path(), arguments);
}

// How often it shall still run after this time; -1 without end.
long runs_left(const std::vector<std::string>& arguments) {
    const long left = arguments.size() > 1 ? std::stol(arguments[1]) : -1;
    if (left >= 0) return left;
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (::poll(&input, 1, 0) != 1) return -1;
    program::wait_for_go();
    return kMoreAfterGo;
}

}  // namespace

int main(int argc, char** argv) {
    const auto arguments = program::arguments(argc, argv);
    if (arguments.empty()) return 2;
    if (arguments.size() == 1) program::say("ready");
    const long left = runs_left(arguments);
    if (left == 0) {
        program::say_number("last", std::stol(arguments[2]));
        return 0;
    }
    static std::vector<std::string> next{"exec_loop", arguments[0], std::to_string(left < 0 ? left : left - 1)};
    pthread_t worker{};
    if (::pthread_create(&worker, nullptr, run_again, &next) != 0) return 1;
    ::pthread_join(worker, nullptr);
}
