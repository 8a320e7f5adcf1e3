// SPDX-License-Identifier: MIT OR Apache-2.0
// leader_exits: its first thread ends; a second one lives on and, at a word from the test, execs exec_as, which waits
// for another word and then runs /bin/true.
#include <pthread.h>

#include "leader.h"
#include "program.h"

namespace {

void* outlive(void* argument) {
    const auto& next_program = *static_cast<std::string*>(argument);
    wait_until_leader_is_gone();
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
