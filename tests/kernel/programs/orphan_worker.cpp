// SPDX-License-Identifier: MIT OR Apache-2.0
// orphan_worker: at a word from the test makes a child and ends. A thread of the child, made before that, runs
// /bin/true once the child has been adopted.
#include <pthread.h>
#include <sched.h>

#include "program.h"

namespace {

void* exec_once_adopted(void* argument) {
    const auto parent = *static_cast<const pid_t*>(argument);
    // Nothing announces it.
    while (::getppid() == parent) ::sched_yield();
    program::exec("/bin/true", {"true", "orphan"});
}

}  // namespace

int main() {
    program::say("ready");
    program::wait_for_go();
    pid_t parent = ::getpid();
    std::array<int, 2> has_worker{};
    if (::pipe(has_worker.data()) != 0) return 1;
    program::in_child([&] {
        pthread_t worker{};
        if (::pthread_create(&worker, nullptr, exec_once_adopted, &parent) != 0) std::_Exit(1);
        if (::write(has_worker[1], "\n", 1) != 1) std::_Exit(1);
        for (;;) ::pause();
    });
    char answer = 0;
    return ::read(has_worker[0], &answer, 1) == 1 ? 0 : 1;
}
