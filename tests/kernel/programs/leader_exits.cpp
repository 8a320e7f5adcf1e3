// SPDX-License-Identifier: MIT OR Apache-2.0
// leader_exits: its first thread ends; a second one lives on and, at a word from the test, execs exec_as, which waits
// for another word and then runs /bin/true.
#include <fcntl.h>
#include <pthread.h>

#include <algorithm>

#include "program.h"

namespace {

// What /proc says of the first thread once it has ended but can't be collected.
bool is_leader_gone() {
    std::array<char, 512> text{};
    const int file = ::open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    const auto length = std::max<ssize_t>(::read(file, text.data(), text.size()), 0);
    ::close(file);
    const std::string_view stat(text.data(), static_cast<std::size_t>(length));
    return stat.substr(stat.rfind(')'), 3) == ") Z";
}

void* outlive(void* argument) {
    const auto& next_program = *static_cast<std::string*>(argument);
    // Nothing announces it: who joins a first thread wakes a moment too early.
    while (!is_leader_gone()) ::sched_yield();
    program::say_number("worker", program::thread_id());
    program::wait_for_go();
    program::exec(next_program, {"exec_as", "/bin/true", "true", "after the leader"});
}

}  // namespace

int main() {
    // /proc/self/exe goes with the first thread; the memory it leaves is the process's.
    static std::string next_program = program::own_path();
    next_program.replace(next_program.rfind('/'), std::string::npos, "/exec_as");
    pthread_t worker{};
    if (::pthread_create(&worker, nullptr, outlive, &next_program) != 0) return 1;
    ::pthread_exit(nullptr);
}
