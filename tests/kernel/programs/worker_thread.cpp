// SPDX-License-Identifier: MIT OR Apache-2.0
// worker_thread: has a second thread from its start. Commands: "fork" (that thread forks a child that execs), "exec"
// (that thread execs this program again, now without it), "fork-main" and "exec-main" (the first thread forks one, or
// execs /bin/true).
#include <pthread.h>

#include "program.h"

namespace {

// Commands go to the worker through a pipe, and an empty line comes back when it has done them.
struct Channel {
    std::array<int, 2> to_worker{};
    std::array<int, 2> from_worker{};
};

void fork_child() {
    const pid_t child = program::in_child([] { program::exec("/bin/true", {"true", "forked"}); });
    program::wait_for(child);
    program::say_number("child", child);
}

void* work(void* argument) {
    const auto& channel = *static_cast<Channel*>(argument);
    program::say_number("worker", program::thread_id());
    for (char command = 0; ::read(channel.to_worker[0], &command, 1) == 1;) {
        if (command == 'f') fork_child();
        if (command == 'e') program::exec(program::own_path(), {"worker_thread", "--alone"});
        if (::write(channel.from_worker[1], "\n", 1) != 1) break;
    }
    return nullptr;
}

void ask_worker(const Channel& channel, char command) {
    char answer = 0;
    if (::write(channel.to_worker[1], &command, 1) != 1) std::_Exit(1);
    if (::read(channel.from_worker[0], &answer, 1) != 1) std::_Exit(1);
}

}  // namespace

int main(int argc, char** /*argv*/) {
    Channel channel;
    if (::pipe(channel.to_worker.data()) != 0 || ::pipe(channel.from_worker.data()) != 0) return 1;
    if (argc == 1) {
        pthread_t worker{};
        if (::pthread_create(&worker, nullptr, work, &channel) != 0) return 1;
    } else {
        program::say("alone");
    }
    for (;;) {
        const auto command = program::next_command();
        if (command == "fork") ask_worker(channel, 'f');
        if (command == "exec") ask_worker(channel, 'e');
        if (command == "fork-main") fork_child();
        if (command == "exec-main") program::exec("/bin/true", {"true", "by the first thread"});
    }
}
